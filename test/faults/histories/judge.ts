/** What must be true when everybody has heard everything. */
import { chartHolds } from '../../../src-main/core/store/chart.ts';
import { isErased } from '../../../src-main/core/store/erasures.ts';
import { deletedField, versionOf } from '../../../src-main/core/store/field-versions.ts';
import { elementText, topLevelFields } from '../../../src-main/core/store/fields.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { readResource } from '../../../src-main/core/store/record.ts';
import { type ResourceRow, rowColumns } from '../../../src-main/core/store/row.ts';
import type { GroupOp, RowOp } from '../../../src-main/core/sync/merge/apply.ts';
import { loadState } from '../../../src-main/core/sync/merge/row-state.ts';
import { recordOf, type Workstation } from '../../unit/sync/merge/workstations.ts';
import { hold } from '../kind.ts';

export function judgeCopies(stations: readonly Workstation[], patients: readonly string[]): void {
  const [first, ...others] = stations;
  hold(first !== undefined, 'no workstations');
  for (const patient of patients) {
    const wanted = JSON.stringify(recordOf(first, patient));
    for (const one of others) {
      const found = JSON.stringify(recordOf(one, patient));
      hold(found === wanted, () => `two copies differ: ${firstDifference(wanted, found)}`);
    }
    for (const { store } of stations) {
      const rows = store.sql<[string], ResourceRow>(`select ${rowColumns} from resource r where patient_id = ?`);
      hold(chartHolds(store, patient, rows.all(patient)), 'a chart does not hold');
      if (isErased(store, patient)) judgeErased(store, patient);
    }
  }
}

/** Names of members around the place, never what stands there for real: these histories are made up. */
function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return `${a.slice(Math.max(0, at - 120), at + 60)} ≠ ${b.slice(Math.max(0, at - 20), at + 60)}`;
}

const holding = [
  'resource',
  'resource_history',
  'patient_key',
  'draft',
  'recent_patient',
  'chart_restriction',
  'break_glass',
];

function judgeErased(store: Store, patient: string): void {
  for (const table of holding) {
    const left = store.db
      .prepare<[string], { n: number }>(`select count(*) n from ${table} where patient_id = ?`)
      .get(patient);
    hold(left?.n === 0, `something of an erased patient is in ${table}`);
  }
  const line = store.sql<[string], { n: number }>('select count(*) n from patient where id = ?').get(patient);
  hold(line?.n === 0, 'an erased patient has a line');
}

type Of<K extends RowOp['k']> = Extract<RowOp, { k: K }>;
const only = <K extends RowOp['k']>(ops: readonly GroupOp[], k: K): Of<K>[] =>
  ops.flatMap(({ op }) => (isKind(op, k) ? [op] : []));
const isKind = <K extends RowOp['k']>(op: RowOp, k: K): op is Of<K> => op.k === k;

/** No write that was acknowledged, and could be told, is gone. */
export function judgeWrites({ store }: Workstation, said: readonly GroupOp[]): void {
  const updates = only(said, 'update');
  const replaced = new Set(updates.flatMap(({ id, fields }) => Object.entries(fields).map((one) => `${id} ${one}`)));
  const settled = new Set(
    [...updates, ...only(said, 'settle')].flatMap(({ id, settles = [] }) => settles.map((one) => `${id} ${one}`)),
  );
  for (const { op, patient } of said) {
    if (patient === null || isErased(store, patient)) continue;
    if (op.k !== 'create' && op.k !== 'update' && op.k !== 'delete') continue;
    const row = readResource(store, op.id);
    hold(row !== null, 'a row is gone');
    if (op.k === 'create') {
      if (op.signed === 1) hold(row.json === op.json && row.version === 1, 'a signed row is another');
      continue;
    }
    const state = loadState(store, row);
    if (op.k === 'delete') {
      const stands = state.deletions.has(op.v) || settled.has(`${op.id} ${deletedField},${op.v}`);
      hold(stands, 'a deletion is gone');
      continue;
    }
    const own = topLevelFields(op.json ?? '{}');
    for (const field of Object.keys(op.fields)) {
      const name = `${op.id} ${field},${op.v}`;
      if (versionOf(state.versions, field) === op.v) {
        hold(elementText(state.texts, field) === elementText(own, field), 'an element has the text of another write');
        continue;
      }
      const lost = state.lost.get(`${op.v} ${field}`);
      if (lost !== undefined) hold(lost.text === elementText(own, field), 'a lost write has the text of another');
      else hold(replaced.has(name) || settled.has(name), 'a write is gone');
    }
  }
}
