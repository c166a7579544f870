/**
 * Every entry that tells of an access to one patient's data: those about the patient, and those that concern it without
 * naming it: the imports that brought the record, what was given out of them, exports of everything, documents about
 * several people, the reason of an emergency access.
 */
import type { AuditCode } from '../../../../src-shared/contract/audit-events.ts';
import { followedTo } from '../../store/indexed.ts';
import type { Store } from '../../store/open.ts';
import { patientRef } from '../../store/patient.ts';
import { type Sliced, sliceClock } from '../../store/slices.ts';
import { type AuditEntry, decodeEntry } from '../entry.ts';
import { everything } from '../filters.ts';
import { readEntry } from '../log.ts';
import { newest } from '../page.ts';
import type { HeldData } from './held-data.ts';

/** Both ends included, milliseconds. */
export type Within = { readonly from: number; readonly to: number };

type About = {
  readonly ref: string | null;
  readonly held: HeldData;
  readonly documents: ReadonlySet<string>;
  readonly emergencies: ReadonlySet<string>;
};

/** Codes whose entries may be about a patient without naming one. */
const withoutPatient = [
  'import.completed',
  'export.import',
  'export.all',
  'break-glass.reason-read',
  'chart.source-read',
] as const satisfies readonly AuditCode[];

function concerns({ ref, held, documents, emergencies }: About, entry: AuditEntry): boolean {
  if (entry.patient !== null) return entry.patient === ref;
  switch (entry.type) {
    case 'import.completed':
    case 'export.import':
      return entry.entity.some((id) => held.broughtBy(id) !== null);
    case 'export.all':
      // Asked for and written are two entries of one export.
      return entry.detail['step'] === 'written' && entry.seq >= held.beganWith;
    case 'break-glass.reason-read':
      return entry.entity.some((id) => emergencies.has(id));
    case 'chart.source-read':
      return entry.entity.some((id) => documents.has(id));
    default:
      return false;
  }
}

/** Imported documents that hold something of this patient and are rows of nobody. */
function documentsWith(store: Store, patientId: string): ReadonlySet<string> {
  const found = store
    .sql<[string, string], { id: string | null }>(
      `select distinct json_extract(e.rows, '$[0]') id
       from (select distinct batch, json_extract(source, '$.file') file from resource
             where patient_id = ? and batch > 0) came
       join envelope e on e.batch = came.batch and e.file = came.file and e.type = 'document'
       where exists (select 1 from json_each(e.rows) part join resource r on r.id = part.value where r.patient_id = ?)`,
    )
    .all(patientId, patientId);
  return new Set(found.flatMap(({ id }) => id ?? []));
}

function emergenciesOf(store: Store, patientId: string): ReadonlySet<string> {
  const found = store.sql<[string], { id: string }>('select id from break_glass where patient_id = ?').all(patientId);
  return new Set(found.map(({ id }) => id));
}

/**
 * In the log's order. A damaged entry is about nobody: verification is what names it.
 * @param end entries below this number: what is written while this runs is not in it
 */
export function* entriesAbout(
  store: Store,
  about: { readonly patientId: string; readonly held: HeldData },
  { from, to }: Within,
  end: number,
): Sliced<AuditEntry[]> {
  const { patientId, held } = about;
  const whom: About = {
    ref: patientRef(store, patientId),
    held,
    documents: documentsWith(store, patientId),
    emergencies: emergenciesOf(store, patientId),
  };
  const found: AuditEntry[] = [];
  const take = (entry: AuditEntry | undefined): void => {
    if (entry === undefined || entry.recorded < from || entry.recorded > to) return;
    if (concerns(whom, entry)) found.push(entry);
  };
  const indexed = Math.min(followedTo(store, 'index'), end);
  let over = sliceClock();
  let looked = 0;
  const inTurn = function* (): Sliced<void> {
    looked += 1;
    if ((looked & 15) !== 0 || !over()) return;
    yield { done: looked, total: 0 };
    over = sliceClock();
  };
  // Without a pseudonym there is nothing that names the patient, and nothing to ask the index for.
  const named = whom.ref === null ? [] : newest(store, { ...everything, patient: whom.ref, from, to }, 0, indexed);
  const unnamed = newest(store, { ...everything, events: withoutPatient, from, to }, 0, indexed);
  const numbers = new Set<number>();
  for (const some of [named, unnamed]) {
    for (const seq of some) {
      if (numbers.has(seq)) continue;
      numbers.add(seq);
      take(readEntry(store, seq));
      yield* inTurn();
    }
  }
  const next = store.sql<[number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq limit 200',
  );
  for (let at = indexed; at < end; ) {
    const rows = next.all(at, end);
    const last = rows.at(-1);
    if (last === undefined) break;
    at = last.seq + 1;
    for (const { entry } of rows) {
      take(decodeEntry(entry));
      yield* inTurn();
    }
  }
  return found.sort((a, b) => a.seq - b.seq);
}
