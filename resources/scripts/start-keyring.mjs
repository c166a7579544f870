/**
 * A stranger whose Linux has no keyring gets one in the profile. It is weaker: its password lies beside it, so it
 * protects against a copied database, not against a copied profile.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { startKeyring } from '../../test/host/keyring.ts';
import { ensurePackages } from './setup-system.mjs';

/** True when the session bus has, or would start, a secret service. */
function systemHasKeyring() {
  if (!process.env.DBUS_SESSION_BUS_ADDRESS) return false;
  const ask = (method) =>
    spawnSync(
      'dbus-send',
      [
        '--session',
        '--print-reply',
        '--reply-timeout=2000',
        '--dest=org.freedesktop.DBus',
        '/org/freedesktop/DBus',
        `org.freedesktop.DBus.${method}`,
      ],
      { encoding: 'utf8' },
    ).stdout ?? '';
  return ['ListNames', 'ListActivatableNames'].some((method) => ask(method).includes('"org.freedesktop.secrets"'));
}

function profileOf(args) {
  const at = args.findIndex((one) => one === '--profile' || one.startsWith('--profile='));
  const named = at === -1 ? undefined : args[at] === '--profile' ? args[at + 1] : args[at].slice('--profile='.length);
  return named ? resolve(named) : join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'Carekeep');
}

/** Runs `start` with the environment of a keyring that works. */
export async function withKeyring(args, start) {
  const folder = join(profileOf(args), 'weak-keyring');
  if (process.platform !== 'linux' || (systemHasKeyring() && !existsSync(folder))) return start(process.env);
  if (!ensurePackages(['gnome-keyring', 'dbus'])) process.exit(1);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const passwordFile = join(folder, 'password');
  if (!existsSync(passwordFile))
    writeFileSync(passwordFile, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  console.warn(
    `WARNING: this system offers no keyring. Carekeep keeps one of its own in ${folder}. It is weaker: who copies the whole profile can try passwords against it. For real records use a desktop with a keyring.`,
  );
  const keyring = await startKeyring({ dir: folder, password: readFileSync(passwordFile, 'utf8') });
  try {
    return await start({ ...process.env, ...keyring.env, CAREKEEP_WEAK_KEYCHAIN: '1' });
  } finally {
    await keyring.stop();
  }
}
