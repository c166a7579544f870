/** Builds the application where that has not been done. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

export function ensureBuilt(): void {
  if (existsSync(join(root, 'out', 'main', 'index.js'))) return;
  execFileSync(process.execPath, [join(root, 'resources', 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
}
