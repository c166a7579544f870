/** Restrictions of charts against the log: each as its last entry left it, and none that no entry speaks of. */
import { restrictedCharts, restrictionMac } from '../store/access.ts';
import type { Store } from '../store/open.ts';
import { patientByRef, patientRef } from '../store/patient.ts';
import type { Sliced } from '../store/slices.ts';
import { type AuditEntry, decodeEntry } from './entry.ts';
import { Found } from './problem.ts';
import type { RecordState } from './record-state.ts';
import type { Turns } from './verifyrecord.ts';

/** What an entry says of a restriction, if it speaks of one. */
export function noteRestriction(
  known: Record<string, string>,
  { type, outcome, patient, detail }: Pick<AuditEntry, 'type' | 'outcome' | 'patient' | 'detail'>,
): void {
  if (outcome !== 0) return;
  if (type === 'access.restricted' || type === 'access.restriction-lifted') {
    if (patient !== null) known[patient] = String(detail['mac'] ?? '');
  } else if (type === 'sync.received' || type === 'patient.erased') {
    for (const said of words(detail['restrictions'])) {
      const [ref, mac] = said.split(':');
      if (ref !== undefined && mac !== undefined) known[ref] = mac;
    }
    for (const ref of words(detail['erased'])) delete known[ref];
  }
}

const words = (text: string | number | undefined): string[] =>
  String(text ?? '')
    .split(' ')
    .filter((word) => word !== '');

/** Reads on to the log's end. @returns whether it was reached */
function readOn(store: Store, state: RecordState, over: () => boolean): boolean {
  const page = store.sql<[number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? order by seq limit 64',
  );
  for (;;) {
    const rows = page.all(state.restrictedTo);
    if (rows.length === 0) return true;
    for (const { seq, entry } of rows) {
      const decoded = decodeEntry(entry);
      if (decoded !== undefined) noteRestriction(state.restrictions, decoded);
      state.restrictedTo = seq + 1;
    }
    if (over()) return false;
  }
}

/** Both ways. Each slice first reads what the log says by then. */
export function* verifyRestrictions(store: Store, state: RecordState, turns: Turns): Sliced<void> {
  let over = turns();
  const turn = function* (): Sliced<void> {
    while (!readOn(store, state, over)) {
      yield { done: state.done, total: 0 };
      over = turns();
    }
  };
  yield* turn();
  const check = function* (asked: readonly string[], sound: (one: string) => boolean): Sliced<void> {
    for (const one of asked) {
      if (over()) {
        yield { done: state.done, total: 0 };
        over = turns();
        yield* turn();
      }
      if (!sound(one)) throw new Found('restriction-differs', one);
      state.done += 1;
    }
  };
  const { restrictions } = state;
  yield* check(restrictedCharts(store), (id) => {
    const said = restrictions[patientRef(store, id) ?? ''];
    return said !== undefined && said === restrictionMac(store, id);
  });
  yield* check(Object.keys(restrictions), (ref) => {
    const id = patientByRef(store, ref)?.id;
    return id !== undefined && restrictionMac(store, id) === restrictions[ref];
  });
}
