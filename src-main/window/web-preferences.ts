/** What our page's process may: named one by one, the defaults too, so that another default of Electron's changes nothing. */
import type { Session, WebPreferences } from 'electron';
import { checksSpelling } from './session-rules.ts';

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
