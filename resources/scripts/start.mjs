/**
 * `npm start`: builds if need be and opens the application: in Electron where its binary is or can be had, else in
 * the Chromium host; where there is no display, it plays the demonstration.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isStale } from './build.mjs';
import { ensurePackages } from './setup-system.mjs';
import { withKeyring } from './start-keyring.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const main = join(root, 'out/main/index.js');
const electronFolder = join(root, 'node_modules/electron');
const args = process.argv.slice(2);
const isRoot = process.getuid?.() === 0;
const linux = process.platform === 'linux';

/** Runs a program to its end; its exit code, and whether it lived for more than five seconds. */
function run(command, commandArgs, env = process.env) {
  const started = performance.now();
  const child = spawn(command, commandArgs, { cwd: root, stdio: 'inherit', env });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, lived: false, why: error.message }));
    child.once('exit', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, forward);
      resolve({ code: code ?? 1, lived: performance.now() - started > 5000, why: `it ended with ${signal ?? code}` });
    });
  });
}

function electronBinary() {
  const pathFile = join(electronFolder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

function bytesIn(folder) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true }).reduce((sum, name) => {
    try {
      return sum + statSync(join(folder, name)).size;
    } catch {
      return sum; // gone between listing and looking
    }
  }, 0);
}

/** Electron's own installer, ended when nothing has arrived for a minute. The reason of a failure, or undefined. */
async function downloadElectron() {
  const temporary = mkdtempSync(join(tmpdir(), 'carekeep-electron-'));
  const child = spawn(process.execPath, [join(electronFolder, 'install.js')], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  let bytes = 0;
  let lastProgress = performance.now();
  const watch = setInterval(() => {
    const now = bytesIn(temporary) + bytesIn(join(electronFolder, 'dist'));
    if (now !== bytes) lastProgress = performance.now();
    bytes = now;
    if (performance.now() - lastProgress > 60_000) child.kill('SIGKILL');
  }, 2000);
  const [code, signal] = await new Promise((resolve) => child.once('exit', (...end) => resolve(end)));
  clearInterval(watch);
  rmSync(temporary, { recursive: true, force: true });
  if (code === 0 && electronBinary() !== undefined) return undefined;
  if (signal !== null) return 'the download stood still for a minute';
  return /(?:\w*Error): .*/.exec(errors)?.[0] ?? 'the download failed';
}

async function startElectron() {
  if (electronBinary() === undefined) {
    console.log('Fetching Electron …');
    const failure = await downloadElectron();
    if (failure !== undefined) return `Electron cannot be downloaded here (${failure})`;
  }
  const sandbox = linux && isRoot ? ['--no-sandbox'] : [];
  if (sandbox.length > 0)
    console.warn(
      'WARNING: running as root, so Electron runs WITHOUT its sandbox. Use an ordinary account for real records.',
    );
  const { code, lived, why } = await withKeyring(args, (env) =>
    run(electronBinary(), [...sandbox, main, ...args], env),
  );
  if (code !== 0 && !lived) return `Electron did not come up (${why})`;
  process.exit(code);
}

async function startChromiumHost() {
  if (!ensurePackages(['chromium', 'gnome-keyring', 'dbus'])) process.exit(1);
  const { code } = await withKeyring(args, (env) =>
    run(process.execPath, ['--import', join(root, 'test/host/register.ts'), main, ...args], env),
  );
  process.exit(code);
}

async function playDemo() {
  const demo = join(root, 'test/demo/index.ts');
  const out = join(root, 'demo-out');
  if (!existsSync(demo)) {
    console.error('There is no display here, and the demonstration is not part of this copy.');
    process.exit(1);
  }
  if (!ensurePackages()) process.exit(1);
  const { code } = await run(process.execPath, [demo, '--out', out]);
  process.exit(code);
}

if (isStale()) {
  console.log('Building …');
  if (!build()) process.exit(1);
}
if (linux && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
  console.log('There is no display here: playing the demonstration instead of opening a window.');
  await playDemo();
} else {
  const reason = await startElectron();
  console.log(`${reason}; opening Carekeep in the Chromium host, which is for development and trying out.`);
  await startChromiumHost();
}
