/** The server process of the embedded PostgreSQL: begun, waited for, ended, and ended for who was killed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../store/setup-error.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { isAlive } from './lock.ts';

export type Place = {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  /** Socket, log and cluster lie here. */
  readonly home: string;
  readonly cluster: string;
};

export type Server = { readonly pid: number; stop(): Promise<void> };
export type Listening = { readonly socket: boolean; readonly port: number };

const startMillis = 120_000;
const stopMillis = 30_000;
/** How long the children of a server that was killed may take to notice. */
const leftoverMillis = 15_000;

/** Statements and their parameters stay out of its log, failed ones too. */
const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_min_messages: 'warning',
  log_error_verbosity: 'terse',
  max_connections: '60',
  jit: 'off',
} as const;

/** Nothing of who started us steers the server (PGDATA, PGOPTIONS …). */
export const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  ...(process.env['SystemRoot'] !== undefined && { SystemRoot: process.env['SystemRoot'] }),
  LC_ALL: 'C',
});

/** @param answers whether it takes connections @throws SetupError postgres-failed */
export async function startServer(
  place: Place,
  listening: Listening,
  answers: () => Promise<boolean>,
): Promise<Server> {
  await stopOrphan(place.cluster);
  const crashed = existsSync(join(place.cluster, 'postmaster.pid'));
  const until = performance.now() + (crashed ? leftoverMillis : 0);
  for (;;) {
    const server = spawned(place, listening);
    if (await ready(server, answers)) return { pid: server.pid ?? 0, stop: stopping(server, place) };
    // Children of a server that was killed still hold its memory for a moment.
    if (performance.now() > until) {
      throw new SetupError('postgres-failed', 'PostgreSQL did not start: see postgres/log in the data folder');
    }
    await sleep(200);
  }
}

function spawned({ binaries, account, home, cluster }: Place, { socket, port }: Listening): ChildProcess {
  const listen = socket
    ? { listen_addresses: '', unix_socket_directories: home, unix_socket_permissions: '0700' }
    : { listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const options = Object.entries({ ...settings, ...listen, port: String(port) });
  const log = openSync(join(home, 'log'), 'a', 0o600);
  const flags = options.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // In a group of its own: Ctrl+C ends the service first, and the service ends the server.
  const server = spawn(binaries.postgres, ['-D', cluster, ...flags], {
    ...account,
    cwd: home,
    env: environment(),
    stdio: ['ignore', log, log],
    detached: process.platform !== 'win32',
  });
  closeSync(log);
  // What could not be started has no exit code; its number says so.
  server.once('error', () => undefined);
  return server;
}

const hasEnded = (server: ChildProcess): boolean =>
  server.pid === undefined || server.exitCode !== null || server.signalCode !== null;

async function ready(server: ChildProcess, answers: () => Promise<boolean>): Promise<boolean> {
  const until = performance.now() + startMillis;
  while (performance.now() < until) {
    if (hasEnded(server)) return false;
    if (await answers()) return true;
    await sleep(20);
  }
  server.kill('SIGQUIT');
  throw new SetupError('postgres-failed', 'PostgreSQL does not answer: see postgres/log in the data folder');
}

function stopping(server: ChildProcess, { binaries, cluster }: Place): () => Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (hasEnded(server)) resolve();
    server.once('exit', () => resolve());
  });
  // A process that ends without `stop` takes the server with it; after a kill, the next start does (see stopOrphan).
  const atExit = () => void server.kill('SIGINT');
  process.once('exit', atExit);
  return async () => {
    process.removeListener('exit', atExit);
    if (hasEnded(server)) return;
    if (process.platform === 'win32') execFileSync(binaries.pgCtl, ['stop', '-m', 'fast', '-D', cluster]);
    else server.kill('SIGINT');
    const waited = new AbortController();
    const late = sleep(stopMillis, undefined, { signal: waited.signal }).then(
      () => void server.kill('SIGQUIT'),
      () => undefined,
    );
    await Promise.race([ended, late]);
    await ended;
    waited.abort();
  };
}

/** A server whose backend was killed still runs: our lock says that nobody else uses it. */
async function stopOrphan(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const [pidLine, folder] = readFileSync(file, 'utf8').split('\n');
  const pid = Number(pidLine);
  if (!Number.isInteger(pid) || pid <= 1 || folder !== cluster || !isServer(pid, cluster)) return;
  process.kill(pid, 'SIGINT');
  const until = performance.now() + stopMillis;
  while (isServer(pid, cluster) && performance.now() < until) await sleep(20);
  if (isServer(pid, cluster)) process.kill(pid, 'SIGQUIT');
  while (isServer(pid, cluster) && performance.now() < until + stopMillis) await sleep(20);
}

/** Is this process the server of this cluster? Its number may be somebody else's by now. */
function isServer(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster);
  } catch {
    // No such file on this system: PostgreSQL itself says so if it is.
    return false;
  }
}
