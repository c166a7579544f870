/**
 * The one factory of windows. Each window gets a session of its own, in memory only: nothing a page could have cached
 * outlives it, and after a lock the next window is drawn by a fresh process.
 */
import { join } from 'node:path';
import { app, BrowserWindow, session } from 'electron';
import { log } from '../logs/log.ts';
import { appUrl } from './address.ts';
import type { WindowPlace } from './place.ts';
import { serveBundle } from './protocol.ts';
import { denyEverythingElse, leadNowhere } from './session-rules.ts';
import { webPreferences } from './web-preferences.ts';

/** The rail's dark green-black: what one sees for the moment between two renderers. */
const background = '#0f2a26';

let windowsMade = 0;

export type WindowRules = {
  /** Keeps the window out of screenshots and shared screens, where the system can. */
  readonly screenCaptureProtected: boolean;
};

/** Makes the window and what is its own; `contents-guard.ts` guards its contents, `load` puts our page into it. */
export function createMainWindow(place: WindowPlace, rules: WindowRules): BrowserWindow {
  windowsMade += 1;
  const own = session.fromPartition(`window-${windowsMade}`, { cache: false });
  serveBundle(own, join(import.meta.dirname, '../renderer'));
  denyEverythingElse(own);
  leadNowhere(own, process.platform).catch(() => log('proxy-not-set', {}));
  const window = new BrowserWindow({
    ...place.bounds,
    minWidth: 960,
    minHeight: 600,
    title: 'Carekeep',
    backgroundColor: background,
    fullscreen: place.fullScreen,
    autoHideMenuBar: true,
    webPreferences: webPreferences({
      session: own,
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      packaged: app.isPackaged,
      platform: process.platform,
      version: app.getVersion(),
    }),
  });
  window.setContentProtection(rules.screenCaptureProtected);
  if (place.maximized) window.maximize();
  // A title is shown by task bars and screen sharing: never anything of a record.
  window.on('page-title-updated', (event) => event.preventDefault());
  return window;
}

/** @param stopped reference of the report when there is no core any more: the page says so and asks for nothing */
export async function loadApp(window: BrowserWindow, stopped?: string): Promise<void> {
  await window.loadURL(appUrl(stopped === undefined ? '/index.html' : `/index.html#stopped=${stopped}`));
}
