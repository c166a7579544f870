/**
 * Runs its arguments with a Node new enough for Carekeep: the current one from 24 on, else the one from the optional
 * package `node-<platform>-<arch>`, else the current one if it is at least 22.18 (it strips types by itself). That
 * Node also comes first on PATH, so that whatever is started from there finds it.
 *
 * Plain JavaScript for Node 20: this is the one file that runs before the right Node is found.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

function rightNode() {
  if (major >= 24) return process.execPath;
  const folder = join(
    root,
    'node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  );
  const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  return major === 23 || (major === 22 && minor >= 18) ? process.execPath : undefined;
}

const node = rightNode();
if (node === undefined) {
  console.error(
    `Carekeep needs Node 22.18 or newer; this is ${process.versions.node}, and the package with a newer one is not installed. Run "npm ci" without --omit=optional, or install Node 24.`,
  );
  process.exit(1);
}
const path = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter);
const child = spawn(node, process.argv.slice(2), { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
