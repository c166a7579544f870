/** The real screens in the host, and an empty window of the same host beside them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright';
import { type AppUnderTest, launchApp } from '../e2e/launch.ts';
import { person } from '../faults/core/clinic.ts';
import type { BenchRun } from './figure.ts';
import type { Desk } from './headless.ts';

const root = join(import.meta.dirname, '..', '..');

/** Bundles are built when there are none; `npm run build` makes them new. */
export function demandBundles(): void {
  if (existsSync(join(root, 'out', 'main', 'index.js'))) return;
  execFileSync(process.execPath, [join(root, 'resources', 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
}

export async function openScreen(desk: Desk): Promise<{ readonly app: AppUnderTest; readonly page: Page }> {
  demandBundles();
  const app = await launchApp({ profile: desk.profile, env: desk.env });
  const page = await app.page();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  return { app, page };
}

export async function signIn(page: Page): Promise<void> {
  await page.getByLabel('User name').fill(person.userName);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
}

const emptyMain = `import { app, BrowserWindow } from 'electron';
await app.whenReady();
const window = new BrowserWindow({ webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false } });
await window.loadURL('data:text/html,<title>empty</title><script>window.carekeep={}</script><h1>Sign in</h1>');
`;

/** A program of the host that opens one window with one heading and does nothing else. */
export async function openEmpty(run: BenchRun, desk: Desk): Promise<AppUnderTest> {
  const bundle = join(run.scratch, 'empty');
  mkdirSync(join(bundle, 'main'), { recursive: true });
  writeFileSync(join(bundle, 'main', 'index.js'), emptyMain);
  writeFileSync(join(bundle, 'package.json'), '{"type":"module"}');
  const app = await launchApp({ profile: join(run.scratch, 'empty-profile'), env: desk.env, bundle });
  const page = await app.page();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  return app;
}

/** Lets everything that was started come to rest, so that what is measured next is not what went before. */
export function settle(milliseconds = 1500): Promise<void> {
  return pause(milliseconds);
}
