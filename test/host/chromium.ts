/** Debian's Chromium, one per host run, with a folder of its own that goes when the host goes. */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, chromium } from 'playwright';
import { controlled, obey, report } from './control.ts';
import { settings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'carekeep-host-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

export const headed =
  process.env['CAREKEEP_HEADLESS'] === undefined &&
  ((process.env['DISPLAY'] ?? '') !== '' || (process.env['WAYLAND_DISPLAY'] ?? '') !== '');

let browser: Promise<Browser> | undefined;

/** Starts Chromium at the first call. */
export function theBrowser(): Promise<Browser> {
  browser ??= launch();
  return browser;
}

async function launch(): Promise<Browser> {
  // Playwright makes the profile in the temporary folder: this gives it ours, empty and removed at exit.
  process.env['TMPDIR'] = folder;
  const started = await chromium.launch({
    executablePath: process.env['CAREKEEP_CHROMIUM'] ?? '/usr/bin/chromium',
    headless: !headed,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // a spare renderer would be counted as ours
      '--disable-features=SpareRendererForSitePerProcess',
      // what main switched off in the engine
      ...settings.switches.filter((name) => name.startsWith('disable-blink-features=')).map((name) => `--${name}`),
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(controlled ? ['--remote-debugging-port=0'] : []),
    ],
  });
  if (controlled) report({ kind: 'browser', endpoint: await endpoint(), folder });
  return started;
}

async function endpoint(): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const file = globSync(join(folder, '*', 'DevToolsActivePort'))[0];
    const lines = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    if (lines.length === 2) return `ws://127.0.0.1:${lines[0]}${lines[1]}`;
    await pause(10);
  }
  throw new Error('Chromium did not say where it listens');
}

export async function closeBrowser(): Promise<void> {
  const closing = browser;
  browser = undefined;
  await (await closing?.catch(() => undefined))?.close();
}

obey({
  'renderer-processes': async () => {
    const session = await (await theBrowser()).newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    return processInfo.filter((one) => one.type === 'renderer').map((one) => one.id);
  },
});
