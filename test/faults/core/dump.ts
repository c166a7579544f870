/** All that the record holds, as one digest a table: equal before and after means that nothing changed. */
import { createHash } from 'node:crypto';
import type { Store } from '../../../src-main/core/store/open.ts';
import type { Dump } from './messages.ts';

/** The log, its index and the list of imports grow whenever somebody does something; everything else is the record. */
const record = [
  'resource',
  'resource_history',
  'chart_part',
  'patient',
  'patient_words',
  'patient_key',
  'source_id',
  'reference_index',
  'envelope',
  'outbox',
  'draft',
  'snippet',
  'hidden_batch',
] as const;

export function dumpOf(store: Store): Dump {
  const out: Dump = {};
  for (const table of record) {
    const hash = createHash('sha256');
    let rows = 0;
    for (const row of store.db.prepare(`select * from ${table}`).iterate()) {
      rows += 1;
      hash.update(JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
    }
    out[table] = `${rows} ${hash.digest('base64url')}`;
  }
  return out;
}

/** Names of the tables that differ. */
export function difference(before: Dump, after: Dump): readonly string[] {
  return Object.keys(before).filter((table) => before[table] !== after[table]);
}
