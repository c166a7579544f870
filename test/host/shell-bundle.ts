/** The built main and preload, unmodified, beside a page that does nothing: the shell's tests need no screens. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const echoCore = fileURLToPath(new URL('./fixtures/echo-core.ts', import.meta.url));

export type ShellBundle = { readonly bundle: string; readonly folder: string; readonly remove: () => void };

export function shellBundle(): ShellBundle {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-shell-'));
  const bundle = join(folder, 'out');
  const built = process.env['CAREKEEP_TEST_OUT'] ?? join(root, 'out');
  for (const file of ['main/index.js', 'main/shared', 'preload/index.cjs']) {
    if (existsSync(join(built, file))) cpSync(join(built, file), join(bundle, file), { recursive: true });
  }
  cpSync(fileURLToPath(new URL('./fixtures/renderer', import.meta.url)), join(bundle, 'renderer'), { recursive: true });
  return { bundle, folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}
