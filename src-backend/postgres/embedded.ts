/**
 * Real PostgreSQL in the data folder, for who has none of their own: durable, reached through a socket in the folder
 * (or, where that cannot be, on 127.0.0.1), with passwords that nobody but this backend reads.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { randomBytes } from '../../src-main/core/crypto/random.ts';
import type { Connection } from '../store/connection.ts';
import { SetupError } from '../store/setup-error.ts';
import { accountFor, hand } from './account.ts';
import { findBinaries } from './binaries.ts';
import { lockFolder } from './lock.ts';
import { answers, database, prepareRoles, roles } from './roles.ts';
import { writeSecret } from './secret-file.ts';
import { environment, type Listening, type Place, startServer } from './server.ts';

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
    const secrets = secretsIn(folder);
    const place: Place = { binaries, account, home, cluster: join(home, 'cluster') };
    make(place, secrets);
    return await started(place, secrets, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function started(place: Place, secrets: Passwords, unlock: () => void): Promise<Embedded> {
  const listening = await listeningAt(place.home);
  const to = (user: string, password: string, of: string): Connection => ({
    host: listening.socket ? place.home : '127.0.0.1',
    port: listening.port,
    user,
    password,
    database: of,
  });
  const administrator = to(roles.administrator, secrets.administrator, 'postgres');
  const server = await startServer(place, listening, () => answers(administrator));
  try {
    await prepareRoles(administrator, secrets);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    administrator,
    owner: to(roles.owner, secrets.owner, database),
    service: to(roles.service, secrets.service, database),
    pid: server.pid,
    stop: async () => {
      await server.stop();
      unlock();
    },
  };
}

/** A socket's path has room for about a hundred bytes. */
async function listeningAt(home: string): Promise<Listening> {
  const socket = process.platform !== 'win32' && Buffer.byteLength(home) < 80;
  return { socket, port: socket ? 5432 : await freePort() };
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
  writeSecret(file, JSON.stringify(made));
  return made;
}

/** Made beside its place and moved there when it is whole: one that is there is never touched. */
function make({ binaries, account, home, cluster }: Place, secrets: Passwords): void {
  if (existsSync(cluster)) return;
  const fresh = `${cluster}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const file = join(home, 'password');
  writeFileSync(file, secrets.administrator, { mode: 0o600 });
  hand(file, account);
  try {
    execFileSync(
      binaries.initdb,
      [
        `--pgdata=${fresh}`,
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
  renameSync(fresh, cluster);
}

function freePort(): Promise<number> {
  return new Promise((resolve_, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve_(address.port) : reject()));
    });
  });
}
