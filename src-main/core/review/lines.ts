/** An item of the queue as the screens show it. */
import type { ReviewLine } from '../../../src-shared/contract/reviews.ts';
import type { CallContext } from '../call.ts';
import { personName } from '../chart/person-name.ts';
import { patientRef } from '../store/patient.ts';
import type { ReviewRow } from '../store/review.ts';

/** Names of people here; an id that nobody bears any more stands for itself. */
export function peopleOf({ core }: CallContext): (id: string) => string {
  const names = core.vault.people.names();
  return (id) => names.get(id) ?? id;
}

/** Codes and numbers of an item. */
export function codesOf(row: ReviewRow): Record<string, string | number> {
  const value: unknown = JSON.parse(row.detail);
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (pair): pair is [string, string | number] => typeof pair[1] === 'string' || typeof pair[1] === 'number',
    ),
  );
}

export function toLine({ tx, session }: CallContext, row: ReviewRow, nameOf: (id: string) => string): ReviewLine {
  const { patientId, closedAt, closedBy, verdict } = row;
  const name = patientId === null ? '' : personName(tx.store, patientId).patientName;
  return {
    id: row.id,
    kind: row.kind,
    userId: row.userId,
    user: nameOf(row.userId),
    patient: name !== '' && session.permissions.has('patient:read') ? name : null,
    patientId,
    patientRef: patientId === null ? null : patientRef(tx.store, patientId),
    at: row.at,
    until: row.until,
    detail: codesOf(row),
    openedAt: row.openedAt,
    closed:
      closedAt === null || closedBy === null || verdict === null
        ? null
        : { at: closedAt, by: nameOf(closedBy), verdict },
  };
}
