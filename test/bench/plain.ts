/** The store over an unencrypted file: the limit. Everything else as in the product: schema, pragmas, statements. */
import Sqlite from 'better-sqlite3-multiple-ciphers';
import { createMac } from '../../src-main/core/crypto/mac.ts';
import { randomBytes } from '../../src-main/core/crypto/random.ts';
import { ClinicKeyRing } from '../../src-main/core/store/clinic-key-ring.ts';
import type { Database, Statement } from '../../src-main/core/store/connect.ts';
import { readMeta } from '../../src-main/core/store/meta.ts';
import type { ClinicKey, Store } from '../../src-main/core/store/open.ts';

const pragmas = [
  'journal_mode=WAL',
  'synchronous=FULL',
  'temp_store=MEMORY',
  'secure_delete=ON',
  'trusted_schema=OFF',
  'cell_size_check=ON',
  'foreign_keys=ON',
  `cache_size=-${64 * 1024}`,
];

export function openPlain(path: string, clinicKey: ClinicKey): Store {
  const db: Database = new Sqlite(path, { timeout: 5000 });
  for (const pragma of pragmas) db.pragma(pragma);
  const prepared = new Map<string, unknown>();
  return {
    db,
    path,
    readOnly: false,
    sql: <P extends unknown[], R>(text: string): Statement<P, R> => {
      const known = prepared.get(text) ?? db.prepare<P, R>(text);
      prepared.set(text, known);
      return known as Statement<P, R>;
    },
    mac: createMac(readMeta(db, 'row_key') ?? Buffer.alloc(32)),
    device: readMeta(db, 'device')?.toString('utf8') ?? 'bench',
    clinicKeys: new ClinicKeyRing([clinicKey]),
    random: randomBytes,
    held: {},
  };
}
