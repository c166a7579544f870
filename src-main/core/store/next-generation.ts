/**
 * The same database under another key: a copy of the file, written anew page by page, read back and compared.
 *
 * The copy is nobody's yet: no key file names it. So it is written without a journal and waits for the disk once, at
 * the end. `rekey` checks the HMAC of every page it reads under the old key; `quick_check` reads every page again under
 * the new one, with its HMAC, and follows every tree. The copy is page by page: `VACUUM INTO` first and `rekey` after it
 * writes everything twice and takes longer than the verification (docs/guides/measurements.md).
 */
import { closeSync, constants, existsSync, fsyncSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { equalBytes } from '../crypto/hash.ts';
import { wipe } from '../crypto/wipe.ts';
import { connect, type Database } from './connect.ts';
import { rethrowNamed } from './failure.ts';
import { applicationId } from './open.ts';

export type Generation = {
  /** Closed, its log written back. */
  readonly from: string;
  readonly to: string;
  /** Raw keys, 32 bytes each; the caller wipes them. */
  readonly key: Buffer;
  readonly nextKey: Buffer;
};
export type GenerationStep = 'copy' | 'rekey' | 'verify';

const chunk = 8 * 1024 * 1024;

/** @throws CallError disk-full, not-writable, database-damaged */
export function makeNextGeneration(generation: Generation, tell: (step: GenerationStep, done: number) => void): void {
  try {
    copy(generation, (done) => tell('copy', done));
    tell('rekey', 0);
    rekey(generation);
    tell('verify', 0);
    verify(generation);
  } catch (error) {
    rethrowNamed(error);
  }
}

function copy({ from, to }: Generation, tell: (done: number) => void): void {
  const log = `${from}-wal`;
  if (existsSync(log) && statSync(log).size > 0) throw new Error('the log of the database is not written back');
  rmSync(to, { force: true });
  const source = openSync(from, constants.O_RDONLY);
  try {
    const target = openSync(to, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      const bytes = Buffer.allocUnsafe(chunk);
      let done = 0;
      for (
        let read = readSync(source, bytes, 0, chunk, done);
        read > 0;
        read = readSync(source, bytes, 0, chunk, done)
      ) {
        for (let at = 0; at < read; ) at += writeSync(target, bytes, at, read - at);
        done += read;
        tell(done);
      }
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

function rekey({ to, key, nextKey }: Generation): void {
  const db = connect({ path: to, key });
  try {
    // SQLite's defensive mode keeps every file from having no journal; this one is thrown away when it fails.
    db.unsafeMode(true);
    for (const setting of ['locking_mode=EXCLUSIVE', 'journal_mode=OFF', 'synchronous=OFF', 'temp_store=MEMORY'])
      db.pragma(setting);
    if (db.pragma('journal_mode', { simple: true }) !== 'off') throw new Error('the copy keeps its journal');
    const raw = Buffer.concat([Buffer.from('raw:'), nextKey]);
    try {
      db.rekey(raw);
    } finally {
      wipe(raw);
    }
    db.unsafeMode(false);
    db.pragma('locking_mode=NORMAL');
    // As it is opened: a reader finds the mode in the file and cannot set it.
    if (db.pragma('journal_mode=WAL', { simple: true }) !== 'wal') throw new Error('the copy has no log');
  } finally {
    db.close();
  }
  for (const path of [to, dirname(to)]) sync(path);
}

function sync(path: string): void {
  // Windows has no handle on folders; its rename is written through.
  const folder = statSync(path).isDirectory();
  if (folder && process.platform === 'win32') return;
  const handle = openSync(path, folder ? constants.O_RDONLY : constants.O_RDWR);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Every page of the new file opens under the new key and hangs together, and it holds what the old one holds. */
function verify({ from, to, key, nextKey }: Generation): void {
  const before = connect({ path: from, key, readOnly: true });
  try {
    const after = connect({ path: to, key: nextKey, readOnly: true });
    try {
      after.pragma('cell_size_check=ON');
      if (after.pragma('quick_check', { simple: true }) !== 'ok') throw new CallError('database-damaged');
      if (after.pragma('application_id', { simple: true }) !== applicationId) throw new CallError('database-damaged');
      for (const pragma of ['page_count', 'user_version', 'schema_version', 'freelist_count']) {
        if (before.pragma(pragma, { simple: true }) !== after.pragma(pragma, { simple: true }))
          throw new CallError('database-damaged');
      }
      if (!equalBytes(lastEntry(before), lastEntry(after))) throw new CallError('database-damaged');
      const counts = rowCounts(before);
      for (const [table, count] of rowCounts(after)) {
        if (counts.get(table) !== count) throw new CallError('database-damaged');
      }
    } finally {
      after.close();
    }
  } finally {
    before.close();
  }
}

/** The log's last entry: all others hang on it. */
function lastEntry(db: Database): Buffer {
  const last = db
    .prepare<[], { seq: number; entry: Buffer }>('select seq, entry from audit_entry order by seq desc limit 1')
    .get();
  return Buffer.concat([Buffer.from(`${last?.seq ?? -1}:`), last?.entry ?? Buffer.alloc(0)]);
}

/**
 * Rows by table. The search index is counted by its words. Of the log its first and last
 * number are compared: counting it would read it once more.
 */
function rowCounts(db: Database): ReadonlyMap<string, number> {
  const tables = db
    .prepare<[], { name: string }>(
      "select name from sqlite_schema where type = 'table' and rootpage > 0 and name not like 'patient_search%'",
    )
    .all();
  return new Map(
    tables.map(({ name }) => {
      const counted = name === 'audit_entry' ? 'coalesce(max(seq) - min(seq) + 1, 0)' : 'count(*)';
      // The name is the schema's own, never anybody's input.
      return [name, db.prepare<[], { n: number }>(`select ${counted} n from "${name}"`).get()?.n ?? 0];
    }),
  );
}
