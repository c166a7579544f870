/**
 * A system keyring of one's own: D-Bus session bus and gnome-keyring, each with its own folders, so that several at
 * once do not see each other. For tests, and for a stranger whose system has none.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export type KeyringOptions = {
  /** Where the sealed keyring is kept; the same folder and password find the same secrets again. */
  readonly dir: string;
  /** Unlocks the keyring, or makes it where none is. Left out: the daemon starts as D-Bus would start it, locked. */
  readonly password?: string;
};

export type Keyring = {
  /** What a process needs in its environment to find this keyring. */
  readonly env: Readonly<Record<string, string>>;
  /** Locks all collections, as a desktop does when its user says so. */
  readonly lock: () => Promise<void>;
  /** Unlocks them again with the password it was started with: a daemon in the place of the locked one, same bus. */
  readonly unlock: () => Promise<void>;
  /** To the daemon alone: SIGSTOP makes a keyring that hangs, SIGKILL one that died. */
  readonly signal: (signal: NodeJS.Signals) => Promise<void>;
  /** The bus refuses every question to the keyring (or no longer): a keyring that says no. */
  readonly deny: (refused: boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** A bus that nobody answers: the state 'keychain absent'. */
export const deadBus: Readonly<Record<string, string>> = {
  DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/carekeep-no-bus',
};

/** Environment names that would lead to somebody else's keyring or display. */
const foreign = ['DBUS_SESSION_BUS_ADDRESS', 'GNOME_KEYRING_CONTROL', 'SSH_AUTH_SOCK', 'DISPLAY', 'WAYLAND_DISPLAY'];

function firstLine(child: ChildProcess, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const end = text.indexOf('\n');
      if (end !== -1) resolve(text.slice(0, end));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${what} ended with ${code}`)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await exit;
}

/** D-Bus must not start a second keyring daemon by itself: this bus starts nothing. */
function busConfiguration(socket: string, refused = false): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>${refused ? '\n    <deny send_interface="org.freedesktop.Secret.Item"/>\n    <deny send_interface="org.freedesktop.Secret.Collection"/>\n    <deny send_interface="org.freedesktop.Secret.Service"/>' : ''}
  </policy>
</busconfig>
`;
}

export async function startKeyring(options: KeyringOptions): Promise<Keyring> {
  // Sockets need a short path and must not lie in a folder that is backed up.
  const runtime = mkdtempSync(join(tmpdir(), 'ck-keyring-'));
  const data = join(options.dir, 'keyring-data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const socket = join(runtime, 'bus');
  const configuration = join(runtime, 'bus.conf');
  writeFileSync(configuration, busConfiguration(socket));
  const env: Record<string, string> = {
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}`,
    XDG_DATA_HOME: data,
    XDG_RUNTIME_DIR: runtime,
  };
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.includes(name)));

  const bus = spawn('dbus-daemon', [`--config-file=${configuration}`, '--nofork', '--print-address'], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const children: ChildProcess[] = [bus];
  const startDaemon = (...more: readonly string[]): void => {
    const daemon = spawn(
      'gnome-keyring-daemon',
      ['--foreground', '--components=secrets', ...(options.password === undefined ? [] : ['--unlock']), ...more],
      { env: { ...inherited, ...env }, stdio: ['pipe', 'ignore', 'ignore'] },
    );
    children.push(daemon);
    daemon.stdin?.on('error', () => {}); // it may end before it reads; the wait for its name notices
    daemon.stdin?.end(options.password ?? '');
  };
  const stop = async (): Promise<void> => {
    process.off('exit', atExit);
    for (const child of children.toReversed()) await ended(child);
    rmSync(runtime, { recursive: true, force: true });
  };
  const atExit = (): void => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(runtime, { recursive: true, force: true });
  };
  process.on('exit', atExit);
  try {
    await firstLine(bus, 'dbus-daemon');
    startDaemon();
    await ownsName(env);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env,
    lock: async () => {
      await call(env, [
        'org.freedesktop.Secret.Service.Lock',
        'array:objpath:/org/freedesktop/secrets/collection/login',
      ]);
    },
    unlock: async () => {
      const locked = children.at(-1);
      startDaemon('--replace');
      // the locked one gives its place up and ends
      if (locked !== undefined && locked.exitCode === null && locked.signalCode === null)
        await new Promise((resolve) => locked.once('exit', resolve));
      await ownsName(env);
    },
    signal: async (signal) => {
      const daemon = children.at(-1);
      if (daemon === undefined || daemon === bus) return;
      if (signal === 'SIGKILL') await ended(daemon);
      else daemon.kill(signal);
    },
    deny: async (refused) => {
      writeFileSync(configuration, busConfiguration(socket, refused));
      await reloaded(env);
    },
    stop,
  };
}

/** The bus reads its configuration again. */
async function reloaded(env: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(
    'dbus-send',
    ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.ReloadConfig'],
    { env: { ...process.env, ...env }, stdio: 'ignore' },
  );
  await new Promise((resolve) => child.once('exit', resolve));
}

/** One D-Bus call to the secret service; true when it answered. */
function call(env: Readonly<Record<string, string>>, method: readonly string[]): Promise<boolean> {
  const child = spawn(
    'dbus-send',
    [
      '--session',
      '--print-reply',
      '--reply-timeout=2000',
      '--dest=org.freedesktop.secrets',
      '/org/freedesktop/secrets',
      ...method,
    ],
    { env: { ...process.env, ...env }, stdio: 'ignore' },
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}

async function ownsName(env: Readonly<Record<string, string>>): Promise<void> {
  for (let tries = 0; tries < 250; tries += 1) {
    if (await call(env, ['org.freedesktop.DBus.Peer.Ping'])) return;
    await pause(20);
  }
  throw new Error('the keyring did not start');
}
