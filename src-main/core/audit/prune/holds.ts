/**
 * Legal holds: what must stay, for the whole log or for one patient. They are lifted, never deleted; and what the log
 * says of them counts as much as the rows do, so that whoever can write the database lifts none in silence.
 */
import { CallError } from '../../../../src-shared/contract/errors.ts';
import { randomUuid } from '../../crypto/random.ts';
import { followedTo } from '../../store/indexed.ts';
import type { Store } from '../../store/open.ts';
import { patientRef } from '../../store/patient.ts';
import { type Sliced, sliceClock } from '../../store/slices.ts';
import type { Tx } from '../../store/transaction.ts';
import { type AuditEntry, decodeEntry } from '../entry.ts';
import { everything as allEntries } from '../filters.ts';
import { readEntry } from '../log.ts';
import { newest } from '../page.ts';

export type HoldRow = {
  readonly id: string;
  readonly patientId: string | null;
  readonly reason: string;
  readonly byUser: string;
  readonly at: number;
  readonly liftedBy: string | null;
  readonly liftedAt: number | null;
};

const select = `select id, patient_id patientId, reason, by_user byUser, at, lifted_by liftedBy, lifted_at liftedAt
 from audit_hold`;

/** Newest first. */
export function readHolds(store: Store): HoldRow[] {
  return store.sql<[], HoldRow>(`${select} order by at desc, id desc`).all();
}

/** @throws CallError not-found */
export function readHold(store: Store, id: string): HoldRow {
  const row = store.sql<[string], HoldRow>(`${select} where id = ?`).get(id);
  if (row === undefined) throw new CallError('not-found');
  return row;
}

/** @returns its id */
export function setHold(tx: Tx, hold: Pick<HoldRow, 'patientId' | 'reason' | 'byUser'>): string {
  const id = randomUuid();
  tx.store
    .sql<unknown[]>('insert into audit_hold (id, patient_id, reason, by_user, at) values (?, ?, ?, ?, ?)')
    .run(id, hold.patientId, hold.reason, hold.byUser, tx.now);
  return id;
}

/** What was lifted stays so; the database holds that too. */
export function liftHold(tx: Tx, id: string, by: string): void {
  tx.store.sql<unknown[]>('update audit_hold set lifted_by = ?, lifted_at = ? where id = ?').run(by, tx.now, id);
}

/** What stands now. `patients` are pseudonyms as entries bear them. */
export type StandingHolds = { readonly everything: boolean; readonly patients: ReadonlySet<string> };

export function standingHolds(store: Store): StandingHolds {
  const standing = readHolds(store).filter(({ liftedAt }) => liftedAt === null);
  const refs = standing.map(({ patientId }) => (patientId === null ? null : patientRef(store, patientId)));
  return {
    everything: standing.some(({ patientId }) => patientId === null),
    patients: new Set(refs.filter((ref) => ref !== null)),
  };
}

const holdEvents = ['audit.hold-set', 'audit.hold-lifted'] as const;

/** Does it say that a hold was placed or lifted? Such entries stay. */
export const isOfHold = ({ type, outcome }: Pick<AuditEntry, 'type' | 'outcome'>): boolean =>
  outcome === 0 && holdEvents.some((event) => event === type);

/** Holds that stand by row or by the log's entries. */
export function* holdsThatStand(store: Store): Sliced<StandingHolds> {
  const said = new Map<string, string | null>();
  const take = (entry: AuditEntry | undefined): void => {
    const [id] = entry?.entity ?? [];
    if (entry === undefined || id === undefined || !isOfHold(entry)) return;
    if (entry.type === 'audit.hold-set') said.set(id, entry.patient);
    else said.delete(id);
  };
  const indexed = followedTo(store, 'index');
  const known = [...newest(store, { ...allEntries, events: holdEvents }, 0, indexed)];
  for (const seq of known.reverse()) take(readEntry(store, seq));
  const next = store.sql<[number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? order by seq limit 200',
  );
  let over = sliceClock();
  for (let at = indexed; ; ) {
    const rows = next.all(at);
    for (const { seq, entry } of rows) {
      take(decodeEntry(entry));
      at = seq + 1;
    }
    if (rows.length === 0) break;
    if (!over()) continue;
    yield { done: 0, total: 0 };
    over = sliceClock();
  }
  const { everything, patients } = standingHolds(store);
  const named = [...said.values()];
  return {
    everything: everything || named.includes(null),
    patients: new Set([...patients, ...named.filter((ref) => ref !== null)]),
  };
}
