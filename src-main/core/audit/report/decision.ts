/** What was given out stays as a fact: who, for whom, when, in which form, and why with names. Never as a copy. */
import type { Language } from '../../../../src-shared/contract/primitives.ts';
import type { Tx } from '../../store/transaction.ts';
import type { Within } from './entries-about.ts';

export type GivenReport = Within & {
  readonly id: string;
  readonly patientId: string;
  readonly byUser: string;
  readonly language: Language;
  readonly form: 'pdf' | 'fhir';
  /** Why names were given; null where they were withheld. */
  readonly namesReason: string | null;
};

/** In the transaction of the entry that says so. */
export function keepReport(tx: Tx, given: GivenReport): void {
  const { id, patientId, byUser, from, to, language, namesReason, form } = given;
  tx.store
    .sql<unknown[]>(
      `insert into access_report (id, patient_id, at, by_user, from_at, to_at, language, names_reason, form)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(id, patientId, tx.now, byUser, from, to, language, namesReason, form);
}
