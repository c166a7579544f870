/**
 * The one factory of windows. Each window gets a session of its own, in memory only: nothing a page could have cached
 * outlives it, and after a lock the next window is drawn by a fresh process.
 */
import { join } from 'node:path';
import { app, BrowserWindow, type Rectangle, session } from 'electron';
import { appUrl, mayNavigate } from './address.ts';
import { serveBundle } from './protocol.ts';
import { denyEverythingElse } from './session-rules.ts';

/** The rail's dark green-black: what one sees for the moment between two renderers. */
const background = '#0f2a26';

export type WindowPlace = {
  readonly bounds: Partial<Rectangle>;
  readonly maximized: boolean;
  readonly fullScreen: boolean;
};

export const firstPlace: WindowPlace = { bounds: { width: 1440, height: 900 }, maximized: false, fullScreen: false };

export function placeOf(window: BrowserWindow): WindowPlace {
  return { bounds: window.getNormalBounds(), maximized: window.isMaximized(), fullScreen: window.isFullScreen() };
}

let windowsMade = 0;

/** Makes the window and everything that guards it; `load` puts our page into it. */
export function createMainWindow(place: WindowPlace): BrowserWindow {
  windowsMade += 1;
  const own = session.fromPartition(`window-${windowsMade}`, { cache: false });
  serveBundle(own, join(import.meta.dirname, '../renderer'));
  denyEverythingElse(own);
  const window = new BrowserWindow({
    ...place.bounds,
    minWidth: 960,
    minHeight: 600,
    title: 'Carekeep',
    backgroundColor: background,
    fullscreen: place.fullScreen,
    autoHideMenuBar: true,
    webPreferences: {
      session: own,
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false, // its dictionaries come from the network, and it remembers words
      devTools: !app.isPackaged,
      additionalArguments: [`--carekeep-version=${app.getVersion()}`],
    },
  });
  if (place.maximized) window.maximize();
  // A title is shown by task bars and screen sharing: never anything of a record.
  window.on('page-title-updated', (event) => event.preventDefault());
  const contents = window.webContents;
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-navigate', (event) => {
    if (!mayNavigate(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  return window;
}

export async function loadApp(window: BrowserWindow): Promise<void> {
  await window.loadURL(appUrl('/index.html'));
}
