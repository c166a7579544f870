/** One connection: cipher, then key, nothing read yet. */
import Sqlite, { type Database, type Statement } from 'better-sqlite3-multiple-ciphers';
import { wipe } from '../crypto/wipe.ts';
import { rethrowNamed } from './failure.ts';

export type { Database, Statement };

/** @param options `key` is 32 raw bytes: 32 bare bytes would be taken for a passphrase, hence the prefix `raw:`. */
export function connect(options: {
  readonly path: string;
  readonly key: Buffer;
  readonly readOnly?: boolean;
}): Database {
  if (options.key.length !== 32) throw new RangeError('a database key has 32 bytes');
  let db: Database;
  try {
    db = new Sqlite(options.path, { readonly: options.readOnly ?? false, timeout: 5000 });
  } catch (error) {
    rethrowNamed(error);
  }
  const raw = Buffer.concat([Buffer.from('raw:'), options.key]);
  try {
    db.pragma(`cipher='sqlcipher'`);
    db.pragma('legacy=4');
    db.key(raw);
  } finally {
    wipe(raw);
  }
  return db;
}
