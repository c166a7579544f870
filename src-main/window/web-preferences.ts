/** What our page's process may: named one by one, the defaults too, so that another default of Electron's changes nothing. */
import type { Session, WebPreferences } from 'electron';
import { checksSpelling } from './session-rules.ts';

/**
 * Features of the engine that a page could put a window or a dialog of the system up with, past our main: pickers of
 * files and folders (written to without core), a window over all others, a look at the screen's colours. No page of
 * ours uses one. Off for every process, so that a frame without our preload has none either.
 */
export const withoutFeatures = ['FileSystemAccessLocal', 'DocumentPictureInPictureAPI', 'EyeDropperAPI'];

export function webPreferences(options: {
  readonly session: Session;
  readonly preload: string;
  readonly packaged: boolean;
  readonly platform: string;
  readonly version: string;
}): WebPreferences {
  return {
    session: options.session,
    preload: options.preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    plugins: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    disableDialogs: true, // alert, confirm and prompt would hold the page open before a lock
    spellcheck: checksSpelling(options.platform),
    devTools: !options.packaged,
    additionalArguments: [`--carekeep-version=${options.version}`],
  };
}
