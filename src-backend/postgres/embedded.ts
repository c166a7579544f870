/**
 * Real PostgreSQL in the data folder, for who has none of their own: durable, reached through a socket in the folder
 * (or, where that cannot be, on 127.0.0.1), with passwords that nobody but this backend reads.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { randomBytes } from '../../src-main/core/crypto/random.ts';
import type { Connection } from '../store/connection.ts';
import { SetupError } from '../store/setup-error.ts';
import { type Account, accountFor, hand } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { isAlive, lockFolder } from './lock.ts';
import { answers, database, prepareRoles, roles } from './roles.ts';

export type Embedded = {
  readonly owner: Connection;
  readonly service: Connection;
  /** Who may do anything; for tests that break what must hold. */
  readonly administrator: Connection;
  /** Of the server process. */
  readonly pid: number;
  /** Ends open connections and the server; what was committed is on the disk. */
  stop(): Promise<void>;
};

const passwords = z.strictObject({ administrator: z.string(), owner: z.string(), service: z.string() });
type Passwords = z.infer<typeof passwords>;

const startMillis = 120_000;
const stopMillis = 30_000;

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

/** @param dataFolder the backend's data folder; made where it is not there @throws SetupError */
export async function startEmbedded(dataFolder: string): Promise<Embedded> {
  const folder = resolve(dataFolder);
  const binaries = findBinaries();
  const account = accountFor();
  const home = join(folder, 'postgres');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(join(folder, 'postgres.lock'));
  try {
    // The account has to get through; what lies in the folder is closed file by file.
    if (account !== undefined) chmodSync(folder, 0o711);
    hand(home, account);
    return await started({ binaries, account, home, unlock, secrets: secretsIn(folder) });
  } catch (error) {
    unlock();
    throw error;
  }
}

type Parts = {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly home: string;
  readonly unlock: () => void;
  readonly secrets: Passwords;
};

async function started(parts: Parts): Promise<Embedded> {
  const { binaries, account, home, unlock, secrets } = parts;
  const cluster = join(home, 'cluster');
  await stopOrphan(cluster);
  // The server's own mark of a cluster that is whole: what a kill left half made is made again.
  if (!existsSync(join(home, 'made'))) make(parts, cluster);
  // A socket's path has room for about a hundred bytes.
  const socket = process.platform !== 'win32' && Buffer.byteLength(home) < 80;
  const port = socket ? 5432 : await freePort();
  const process_ = run(binaries, cluster, account, home, socket, port);
  const to = (user: string, password: string, of: string): Connection => ({
    host: socket ? home : '127.0.0.1',
    port,
    user,
    password,
    database: of,
  });
  const administrator = to(roles.administrator, secrets.administrator, 'postgres');
  const stop = stopping(process_, binaries, cluster, unlock);
  try {
    await ready(process_, administrator);
    await prepareRoles(administrator, secrets);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    administrator,
    owner: to(roles.owner, secrets.owner, database),
    service: to(roles.service, secrets.service, database),
    pid: process_.pid ?? 0,
    stop,
  };
}

function secretsIn(folder: string): Passwords {
  const file = join(folder, 'postgres.json');
  if (existsSync(file)) {
    try {
      return passwords.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      throw new SetupError('settings-unreadable', `${file} does not hold the passwords that were written there`);
    }
  }
  const fresh = () => randomBytes(24).toString('base64url');
  const made = { administrator: fresh(), owner: fresh(), service: fresh() };
  writeFileSync(file, JSON.stringify(made), { mode: 0o600, flag: 'wx' });
  return made;
}

function make({ binaries, account, home, secrets }: Parts, cluster: string): void {
  rmSync(cluster, { recursive: true, force: true });
  const file = join(home, 'password');
  writeFileSync(file, secrets.administrator, { mode: 0o600 });
  hand(file, account);
  try {
    execFileSync(
      binaries.initdb,
      [
        `--pgdata=${cluster}`,
        `--username=${roles.administrator}`,
        `--pwfile=${file}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
      ],
      { ...account, env: environment(), stdio: ['ignore', 'ignore', 'pipe'], cwd: home },
    );
  } catch {
    throw new SetupError('postgres-failed', 'the database could not be made in the data folder');
  } finally {
    rmSync(file, { force: true });
  }
  writeFileSync(join(home, 'made'), '');
}

/** Nothing of who started us steers the server (PGDATA, PGOPTIONS …). */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  ...(process.env['SystemRoot'] !== undefined && { SystemRoot: process.env['SystemRoot'] }),
  LC_ALL: 'C',
});

function run(
  binaries: Binaries,
  cluster: string,
  account: Account | undefined,
  home: string,
  socket: boolean,
  port: number,
): ChildProcess {
  const listen = socket
    ? { listen_addresses: '', unix_socket_directories: home, unix_socket_permissions: '0700' }
    : { listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const options = Object.entries({ ...settings, ...listen, port: String(port) });
  const log = openSync(join(home, 'log'), 'a', 0o600);
  // In a group of its own: Ctrl+C ends the service first, and the service ends the server.
  const flags = options.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(binaries.postgres, ['-D', cluster, ...flags], {
    ...account,
    cwd: home,
    env: environment(),
    stdio: ['ignore', log, log],
    detached: process.platform !== 'win32',
  });
  closeSync(log);
  return server;
}

async function ready(server: ChildProcess, to: Connection): Promise<void> {
  const until = performance.now() + startMillis;
  let failed = false;
  server.once('error', () => {
    failed = true;
  });
  while (performance.now() < until) {
    if (failed || server.exitCode !== null || server.signalCode !== null) {
      throw new SetupError('postgres-failed', 'PostgreSQL did not start: see postgres/log in the data folder');
    }
    if (await answers(to)) return;
    await sleep(20);
  }
  throw new SetupError('postgres-failed', 'PostgreSQL does not answer: see postgres/log in the data folder');
}

function stopping(server: ChildProcess, binaries: Binaries, cluster: string, unlock: () => void): () => Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (server.pid === undefined) resolve();
    server.once('exit', () => resolve());
  });
  // A process that ends without `stop` takes the server with it; after a kill, the next start does (see stopOrphan).
  const atExit = () => void server.kill('SIGINT');
  process.once('exit', atExit);
  return async () => {
    process.removeListener('exit', atExit);
    if (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
      if (process.platform === 'win32') execFileSync(binaries.pgCtl, ['stop', '-m', 'fast', '-D', cluster]);
      else server.kill('SIGINT');
      const late = sleep(stopMillis, undefined, { ref: false }).then(() => server.kill('SIGQUIT'));
      await Promise.race([ended, late]);
      await ended;
    }
    unlock();
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
  while (isAlive(pid) && performance.now() < until) await sleep(20);
  if (isAlive(pid)) process.kill(pid, 'SIGQUIT');
  while (isAlive(pid) && performance.now() < until + stopMillis) await sleep(20);
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject()));
    });
  });
}
