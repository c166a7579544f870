/**
 * Sees to the system packages that the Chromium host, the tests and the demonstration need (Debian names).
 * As root they are installed; else the error names them. Elsewhere than on Debian's kin nothing is done.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** package → the program it brings */
const programs = {
  chromium: 'chromium',
  'gnome-keyring': 'gnome-keyring-daemon',
  dbus: 'dbus-daemon',
  'libsecret-tools': 'secret-tool',
};

const found = (program) =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin'].some((folder) =>
    existsSync(join(folder, program)),
  );

/** Names of the packages among `wanted` whose programs are missing. */
export function missingPackages(wanted = Object.keys(programs)) {
  if (process.platform !== 'linux') return [];
  return wanted.filter((name) => !(name === 'chromium' && process.env.CAREKEEP_CHROMIUM) && !found(programs[name]));
}

/** Installs what is missing; false, with the reason on stderr, when that cannot be done. */
export function ensurePackages(wanted) {
  const missing = missingPackages(wanted);
  if (missing.length === 0) return true;
  const names = missing.join(' ');
  if (process.getuid?.() !== 0 || !found('apt-get')) {
    console.error(
      `These system packages are missing: ${names}. Install them (Debian: sudo apt-get install ${names}) and try again.`,
    );
    return false;
  }
  console.log(`Installing system packages: ${names}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (args) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
  const done = apt(['-q', 'update']) && apt(['-q', 'install', '-y', '--no-install-recommends', ...missing]);
  if (!done) console.error(`The system packages could not be installed: ${names}.`);
  return done;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = ensurePackages() ? 0 : 1;
