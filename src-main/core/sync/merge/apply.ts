/**
 * Ops of other workstations, written into the store (docs/protocols/sync.md, "Ops" and "Merge"): opened, parsed and in
 * order of version, a slice of them in one transaction whose entry vouches for every row. Nothing of it goes out again.
 */
import { breakGlassLasts, breakGlassReason, restrictionReason } from '../../../../src-shared/contract/access.ts';
import type { EmergencyOp, RestrictionOp, SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { splitVersion } from '../../../../src-shared/sync-protocol/primitives.ts';
import { takeEmergency, takeRestriction } from '../../store/access.ts';
import { type Erased, erasePatient } from '../../store/erase.ts';
import { patientRef } from '../../store/patient.ts';
import type { Tx } from '../../store/transaction.ts';
import { applyCreate, applyDelete, applySettle, applyUpdate } from './apply-rows.ts';
import { dropped, known, type Outcome, refused, taken, unknownRow } from './outcome.ts';
import { type Merge, Slice, type Verdicts } from './slice.ts';

export type RowOp = Exclude<SyncOp, { k: 'import' | 'snapshot' | 'roster' | 'decide' }>;
/** An op and the patient under whose key it came. */
export type GroupOp = { readonly patient: string | null; readonly op: RowOp };

export type Applied = {
  /** One for each op, in their order. */
  readonly outcomes: readonly Outcome[];
  /** Patients of whom something changed; with null also what belongs to nobody. */
  readonly touched: ReadonlySet<string | null>;
  /** For `afterErasure`, once committed. */
  readonly erased: readonly Erased[];
  /** What the entry must say beside its rows, so that verification finds it. */
  readonly detail: Readonly<Record<string, string>>;
};

/** Merged texts that nobody wrote so: the slice can be taken once a validator has judged them. */
export class MergesUnjudged extends Error {
  readonly merges: readonly Merge[];
  constructor(merges: readonly Merge[]) {
    super('merged texts without a verdict');
    this.merges = merges;
  }
}

/**
 * Takes a slice into the store. The caller appends the one entry, with `detail` in it, in the same transaction.
 * @param verdicts of merged texts; clean ops need none
 * @throws MergesUnjudged nothing is taken then: judge, and take the slice again
 * @throws CallError record-damaged, busy
 */
export function applyOps(tx: Tx, ops: readonly GroupOp[], verdicts: Verdicts = new Map()): Applied {
  const slice = new Slice(tx, verdicts);
  const outcomes: Outcome[] = [];
  const touched = new Set<string | null>();
  const erased: Erased[] = [];
  const restricted = new Map<string, string>();
  for (const { patient, op } of ops) {
    // A counter is larger than any that was seen, whatever became of the op.
    tx.head.lamport = Math.max(tx.head.lamport, splitVersion(op.v).lamport);
    const outcome = applyOne(slice, op, patient, { erased, restricted });
    outcomes.push(outcome);
    if (outcome.what === 'taken' || outcome.what === 'merged') touched.add(patient);
  }
  if (slice.unjudged.size > 0) throw new MergesUnjudged([...slice.unjudged.values()]);
  return { outcomes, touched, erased, detail: detailOf(restricted, erased) };
}

type Gathered = { readonly erased: Erased[]; readonly restricted: Map<string, string> };

function applyOne(slice: Slice, op: RowOp, patient: string | null, gathered: Gathered): Outcome {
  if (op.k === 'erase') return applyErase(slice, op.patient, op.v, gathered);
  if (patient !== null && slice.isErased(patient)) return dropped;
  switch (op.k) {
    case 'create':
      return applyCreate(slice, op, patient);
    case 'update':
      return applyUpdate(slice, op, patient);
    case 'delete':
      return applyDelete(slice, op, patient);
    case 'settle':
      return applySettle(slice, op, patient);
    case 'restriction':
      return applyRestriction(slice, op, patient, gathered);
    case 'emergency':
      return applyEmergency(slice, op, patient);
  }
}

function applyErase(slice: Slice, patient: string, version: string, { erased, restricted }: Gathered): Outcome {
  const gone = erasePatient(slice.tx, patient, version);
  if (gone === null) return known;
  slice.noteErased(patient);
  erased.push(gone);
  if (gone.ref !== null) restricted.delete(gone.ref);
  return taken;
}

function applyRestriction(slice: Slice, op: RestrictionOp, patient: string | null, { restricted }: Gathered): Outcome {
  const reason = restrictionReason.safeParse(op.reason);
  if (op.patient !== patient) return refused('other-patient');
  if (!reason.success) return refused('shape');
  const ref = patientRef(slice.tx.store, op.patient);
  if (ref === null) return unknownRow;
  const mac = takeRestriction(slice.tx, {
    patientId: op.patient,
    users: op.users,
    reason: reason.data,
    byUser: op.author,
    at: op.at,
    op: op.v,
  });
  if (mac === null) return known;
  restricted.set(ref, mac);
  return taken;
}

function applyEmergency(slice: Slice, op: EmergencyOp, patient: string | null): Outcome {
  const reason = breakGlassReason.safeParse(op.reason);
  if (op.patient !== patient) return refused('other-patient');
  if (!reason.success) return refused('shape');
  // An hour is an hour, whoever asks.
  const lasts = op.endsAt - op.openedAt;
  if (lasts > breakGlassLasts) return refused('shape');
  if (!slice.isHere(op.patient)) return unknownRow;
  const { id, user: userId, session: sessionId, openedAt, endsAt, told } = op;
  const access = { id, patientId: op.patient, userId, sessionId, openedAt, endsAt, reason: reason.data, told };
  return takeEmergency(slice.tx, access) ? taken : known;
}

/** `restrictions`: pseudonym and HMAC of each that changed; `erased`: pseudonyms. In the clear: proofs need them. */
function detailOf(restricted: ReadonlyMap<string, string>, erased: readonly Erased[]): Record<string, string> {
  const refs = erased.flatMap(({ ref }) => (ref === null ? [] : [ref]));
  return {
    ...(restricted.size > 0 && { restrictions: [...restricted].map(([ref, mac]) => `${ref}:${mac}`).join(' ') }),
    ...(refs.length > 0 && { erased: refs.join(' ') }),
  };
}
