/** Legal holds: what must stay, for the whole log or for one patient. They are lifted, never deleted. */
import { CallError } from '../../../../src-shared/contract/errors.ts';
import { randomUuid } from '../../crypto/random.ts';
import type { Store } from '../../store/open.ts';
import { patientRef } from '../../store/patient.ts';
import type { Tx } from '../../store/transaction.ts';

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
