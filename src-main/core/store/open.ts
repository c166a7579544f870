/**
 * Opening the database: key, pragmas set and read back, version, migrations.
 *
 * Which order matters: the cipher before the key, the key before anything is read, the page size before the first
 * page is written, the identity of the file before a migration touches it.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { createMac, type Mac } from '../crypto/mac.ts';
import { type Random, randomBytes } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { type ClinicKey, ClinicKeyRing } from './clinic-key-ring.ts';
import { connect, type Database, type Statement } from './connect.ts';
import { failureCode, rethrowNamed } from './failure.ts';
import type { Head } from './head.ts';
import { readMeta, writeMeta } from './meta.ts';
import { migrate } from './migrate.ts';
import { newestVersion } from './migrations/index.ts';
import type { HeldParts } from './part.ts';

export type { ClinicKey, Database, Statement };

/** "CKdb" */
export const applicationId = 0x434b6462;
export const pageSize = 4096;
const cacheKiB = 64 * 1024;
const oldestSqlite = [3, 52] as const;

/** An open database. One writer per process; workers open with `readOnly`. */
export type Store = {
  readonly db: Database;
  readonly path: string;
  readonly readOnly: boolean;
  /** Statements prepared once, by their text. */
  readonly sql: <P extends unknown[], R = unknown>(text: string) => Statement<P, R>;
  /** HMAC over rows. */
  readonly mac: Mac;
  /** This workstation in op versions and audit entries. */
  readonly device: string;
  /** Seals patient keys and opens them. */
  readonly clinicKeys: ClinicKeyRing | undefined;
  readonly random: Random;
  /** What the one writer keeps in memory between transactions. */
  readonly held: {
    head?: Head;
    parts?: HeldParts;
    /** Pseudonym → key of its sealed details; wiped at closing. */
    detailKeys?: Map<string, Buffer>;
    /** Told after each commit of this process. */
    committed?: () => void;
    /** Who reads an older moment of the file lets go of it: the write-ahead log cannot be cut before. */
    letGo?: () => void;
  };
};

export type OpenOptions = {
  readonly path: string;
  /** 32 bytes; copied, the caller wipes its own. */
  readonly key: Buffer;
  /** Needed to make patients and to read their keys: the current epoch. The store keeps and wipes its own copy. */
  readonly clinicKey?: ClinicKey;
  /** The epochs before it. */
  readonly olderClinicKeys?: readonly ClinicKey[];
  readonly readOnly?: boolean;
  readonly random?: Random;
};

/** Opens an existing database and brings it to the newest version. @throws CallError database-missing, database-foreign, database-newer, database-damaged, not-writable, disk-full */
export function openStore(options: OpenOptions): Store {
  const { path } = options;
  if (!existsSync(path)) throw new CallError('database-missing');
  // A file shorter than one page never was a database of ours; it is not made into one.
  if (statSync(path).size < pageSize) throw new CallError('database-damaged');
  const db = connect(options);
  try {
    const readable = canRead(db);
    if (readable !== 'yes') throw new CallError(readable);
    applyPragmas(db, options.readOnly ?? false);
    if (db.pragma('application_id', { simple: true }) !== applicationId) throw new CallError('database-foreign');
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > newestVersion) throw new CallError('database-newer');
    if (version < newestVersion) {
      if (options.readOnly) throw new CallError('database-newer');
      migrate(db, version, path, options.key);
    }
    return assemble(db, options);
  } catch (error) {
    closeQuietly(db);
    rethrowNamed(error);
  }
}

/** Makes a new database for set-up; the file must not exist. @throws CallError already-set-up, not-writable, disk-full */
export function createStore(options: OpenOptions & { readonly device: string; readonly locale?: string }): Store {
  if (existsSync(options.path)) throw new CallError('already-set-up');
  let db: Database | undefined;
  try {
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
    db = connect(options);
    applyPragmas(db, false);
    db.pragma(`application_id=${applicationId}`);
    migrate(db, 0, options.path, options.key);
    const random = options.random ?? randomBytes;
    writeMeta(db, 'row_key', random(32));
    writeMeta(db, 'device', Buffer.from(options.device, 'utf8'));
    writeMeta(db, 'collation', Buffer.from(collationName(options.locale ?? 'en'), 'utf8'));
    return assemble(db, options);
  } catch (error) {
    if (db) closeQuietly(db);
    rethrowNamed(error);
  }
}

/** Locale and ICU version that the name order was made with. */
export function collationName(locale: string): string {
  return `${locale}|${process.versions.icu ?? 'none'}`;
}

/** Writes the write-ahead log back into the file and empties it: what was deleted goes from there, too. */
export function cutLog(store: Store): void {
  // It would be waited for, for seconds.
  store.held.letGo?.();
  store.db.pragma('wal_checkpoint(TRUNCATE)');
}

/** Writes the log back into the file, closes, wipes. */
export function closeStore(store: Store): void {
  if (!store.readOnly && store.db.open) cutLog(store);
  store.db.close();
  store.mac.wipe();
  store.clinicKeys?.wipe();
  wipe(...(store.held.detailKeys?.values() ?? []));
}

/** SQLCipher tells a wrong key and a damaged first page apart from nothing: both are "not a database of ours". */
function canRead(db: Database): 'yes' | 'database-foreign' | 'database-damaged' {
  try {
    db.prepare('select count(*) from sqlite_schema').get();
    return 'yes';
  } catch (error) {
    const code = failureCode(error);
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_NOTADB') return 'database-foreign';
    if (code === 'database-damaged') return 'database-damaged';
    throw error;
  }
}

const settings: readonly (readonly [name: string, set: string, readBack: string | number])[] = [
  ['page_size', `${pageSize}`, pageSize],
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['temp_store', 'MEMORY', 2],
  ['secure_delete', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['foreign_keys', 'ON', 1],
  ['cache_size', `-${cacheKiB}`, -cacheKiB],
];

function applyPragmas(db: Database, readOnly: boolean): void {
  for (const [name, set, expected] of settings) {
    // A reader finds page size and journal mode as the writer left them and cannot set them.
    if (!(readOnly && (name === 'page_size' || name === 'journal_mode'))) db.pragma(`${name}=${set}`);
    const got = db.pragma(name, { simple: true });
    if (got !== expected) throw new Error(`pragma ${name} does not hold`);
  }
  const cipher = db.pragma('cipher', { simple: true });
  const legacy = Number(db.pragma('legacy', { simple: true }));
  if (cipher !== 'sqlcipher' || legacy !== 4) throw new Error('cipher does not hold');
  const version = db.prepare<[], { v: string }>('select sqlite_version() v').get()?.v ?? '0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldestSqlite[0] || (major === oldestSqlite[0] && minor < oldestSqlite[1])) {
    throw new Error(`SQLite ${version} is too old`);
  }
}

function assemble(db: Database, options: OpenOptions): Store {
  const rowKey = readMeta(db, 'row_key');
  const device = readMeta(db, 'device');
  // Both are written at set-up in the file's first pages: without them pages are missing.
  if (rowKey === undefined || device === undefined) throw new CallError('database-damaged');
  const mac = createMac(rowKey);
  wipe(rowKey);
  const prepared = new Map<string, unknown>();
  const { clinicKey, olderClinicKeys = [] } = options;
  return {
    db,
    path: options.path,
    readOnly: options.readOnly ?? false,
    sql: <P extends unknown[], R>(text: string): Statement<P, R> => {
      const known = prepared.get(text);
      // biome-ignore lint/plugin: the text fixes the statement's types: it is always asked for with the same ones
      if (known !== undefined) return known as Statement<P, R>;
      const made = db.prepare<P, R>(text);
      prepared.set(text, made);
      return made;
    },
    mac,
    device: device.toString('utf8'),
    clinicKeys: clinicKey && new ClinicKeyRing([...olderClinicKeys, clinicKey]),
    random: options.random ?? randomBytes,
    held: {},
  };
}

function closeQuietly(db: Database): void {
  try {
    db.close();
  } catch {
    // What made us close is the error worth telling.
  }
}
