/** One row on one workstation, in memory: edits as store/record.ts makes them, merges by the pure state. */
import { elementVersions, versionOf } from '../../../../src-main/core/store/field-versions.ts';
import { changedFields, elementText, topLevelFields } from '../../../../src-main/core/store/fields.ts';
import {
  composed,
  created,
  type Deletion,
  hiddenBehind,
  hiddenElements,
  holdingDeletion,
  type RowState,
  takeDelete,
  takeSettled,
  takeUpdate,
  type Update,
} from '../../../../src-main/core/sync/merge/state.ts';

export type Op = { readonly v: string; readonly seen: readonly string[] } & (
  | { readonly k: 'update'; readonly write: Update }
  | { readonly k: 'delete'; readonly deletion: Deletion }
  | { readonly k: 'settle'; readonly settles: Update['settles'] }
);

/** Stands for the validator: a value of two types is none. */
export const valid = (json: string): boolean => !(json.includes('"valueA"') && json.includes('"valueB"'));

export function shownOf(state: RowState): string {
  const text = composed(state);
  return text === state.whole.json || valid(text) ? text : state.whole.json;
}

export function take(state: RowState, op: Op): void {
  if (op.k === 'update') takeUpdate(state, op.write);
  else if (op.k === 'delete') takeDelete(state, op.deletion);
  else takeSettled(state, op.settles);
}

/** Everything that has to be the same everywhere, in an order of its own. */
export function seenState(state: RowState): unknown {
  return {
    shown: shownOf(state),
    whole: state.whole.json,
    versions: [...state.versions].sort(),
    texts: [...state.texts].sort(),
    lost: [...state.lost.values()].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    deletions: [...state.deletions.keys()].sort(),
    deleted: holdingDeletion(state)?.version ?? null,
  };
}

export const first = (json: string): RowState =>
  created({ version: `1.${device(0)}`, json, encounter: null, source: null, author: 'author', at: 1 });

export const device = (number: number): string => `0000000${number}-0000-4000-8000-000000000000`;

export class Replica {
  readonly device: string;
  readonly state: RowState;
  readonly taken = new Map<string, Op>();
  lamport = 1;

  constructor(number: number, json: string) {
    this.device = device(number);
    this.state = first(json);
  }

  hear(op: Op): void {
    if (this.taken.has(op.v)) return;
    this.taken.set(op.v, op);
    this.lamport = Math.max(this.lamport, Number(op.v.split('.')[0]));
    take(this.state, op);
  }

  #next(): { readonly v: string; readonly seen: readonly string[] } {
    this.lamport += 1;
    return { v: `${this.lamport}.${this.device}`, seen: [...this.taken.keys()] };
  }

  edit(json: string): void {
    const { state } = this;
    if (holdingDeletion(state) !== null) return;
    const shown = shownOf(state);
    const hidden = hiddenElements(hiddenBehind(shown, state.texts).keys());
    const changed = [...new Set([...changedFields(shown, json), ...hidden])].sort();
    const [before, after] = [topLevelFields(shown), topLevelFields(json)];
    const settles = [...state.lost.values()]
      .filter(({ field }) => changed.includes(field))
      .filter(({ field, text }) => text === elementText(before, field) || text === elementText(after, field))
      .map(({ field, version }) => [field, version] as const);
    const next = this.#next();
    const fields = new Map(changed.map((field) => [field, versionOf(elementVersions(state.versions), field)]));
    const write = { version: next.v, json, encounter: null, source: null, author: this.device, at: 5, fields, settles };
    this.hear({ ...next, k: 'update', write });
  }

  remove(): void {
    const { state } = this;
    if (holdingDeletion(state) !== null) return;
    const lost = [...state.lost.values()].map(({ field, version }) => [field, version] as const);
    const gone = [...state.deletions.keys()].map((version) => ['$deleted', version] as const);
    if (lost.length + gone.length > 0) this.hear({ ...this.#next(), k: 'settle', settles: [...lost, ...gone] });
    const next = this.#next();
    const covers = new Map(state.versions);
    this.hear({ ...next, k: 'delete', deletion: { version: next.v, covers, author: this.device, at: 6 } });
  }

  settle(which: number): void {
    const all = [...this.state.lost.values()];
    const one = all[which % Math.max(all.length, 1)];
    if (one !== undefined) this.hear({ ...this.#next(), k: 'settle', settles: [[one.field, one.version]] });
  }
}
