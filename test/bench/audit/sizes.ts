/** What an entry takes on the disk, table by table (dbstat), and how fast the index follows. */
import { closeStore, openStore } from '../../../src-main/core/store/open.ts';
import { benchKey } from '../clinic.ts';
import type { BenchRun, Figure } from '../figure.ts';
import type { BenchLog } from './log.ts';

type Table = { readonly name: string; readonly size: number };

const parts = [
  { name: 'entries with their ops', tables: ['audit_entry'] },
  { name: 'tiles', tables: ['audit_tile'] },
  { name: 'checkpoints, one every 64 entries', tables: ['audit_checkpoint'] },
  { name: 'session certificates', tables: ['audit_session', 'sqlite_autoindex_audit_session_1'] },
] as const;
const indexTables = ['audit_bits', 'audit_by_patient', 'audit_chunk', 'audit_value', 'sqlite_autoindex_audit_value_1'];

export function measureSizes(run: BenchRun, log: BenchLog): readonly Figure[] {
  run.say('weighs the tables');
  const store = openStore({ path: log.path, key: benchKey, readOnly: true });
  const tables = store.db.prepare<[], Table>('select name, pgsize size from dbstat where aggregate = 1').all();
  const lengths = store.db
    .prepare<[], { entry: number; ops: number }>(
      'select avg(length(entry)) entry, avg(coalesce(length(ops), 0)) ops from audit_entry',
    )
    .get();
  closeStore(store);
  const per = (names: readonly string[]): number =>
    tables.filter(({ name }) => names.includes(name)).reduce((sum, { size }) => sum + size, 0) / log.entries;
  const rows = parts.map(({ name, tables: names }) => ({ name, bytes: per(names) }));
  const whole = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  const index = indexTables.map((name) => ({ name, bytes: per([name]) })).filter(({ bytes }) => bytes >= 0.05);
  const listed = (list: readonly { readonly name: string; readonly bytes: number }[]): string =>
    list.map(({ name, bytes }) => `${name} ${bytes.toFixed(1)}`).join(', ');
  return [
    {
      name: 'bytes per entry on the disk: log',
      value: whole,
      unit: 'B',
      samples: log.entries,
      note: `${listed(rows)}. An entry itself has ${(lengths?.entry ?? 0).toFixed(0)} bytes on average, its ops ${(lengths?.ops ?? 0).toFixed(0)}.`,
    },
    {
      name: 'bytes per entry on the disk: index of the viewer',
      value: per(indexTables),
      unit: 'B',
      samples: log.entries,
      note: `${listed(index)}.`,
    },
    {
      name: 'the whole index made anew, entries per second',
      value: log.entries / log.indexSeconds,
      unit: 'per s',
      samples: 1,
      note: `as measured when this log was made, not waiting for the disk; the log itself took ${Math.round(log.seconds)} s.`,
    },
  ];
}
