/** Builds the three bundles, and first what is generated for them. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const bundles = [
  'out/main/index.js',
  'out/main/core.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
  'build/modules/main.json',
  'build/modules/renderer.json',
];
const sources = [
  'src-main/**/*',
  'src-preload/**/*',
  'src-renderer/**/*',
  'src-shared/**/*',
  'resources/**/*',
  'electron.vite.config.ts',
  'package-lock.json',
];

/** True when a bundle is missing or older than a source. */
export function isStale() {
  const built = bundles.map((file) => join(root, file));
  if (!built.every((file) => existsSync(file))) return true;
  const oldest = Math.min(...built.map((file) => statSync(file).mtimeMs));
  return globSync(sources, { cwd: root }).some((file) => {
    const entry = statSync(join(root, file));
    return entry.isFile() && entry.mtimeMs > oldest;
  });
}

function run(script, args = []) {
  return spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' }).status === 0;
}

export function build() {
  const fhir = 'resources/scripts/build-fhir.mjs';
  if (existsSync(join(root, fhir)) && !run(fhir)) return false;
  return run('node_modules/electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = build() ? 0 : 1;
