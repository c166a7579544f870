import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { created, type RowState } from '../../../../src-main/core/sync/merge/state.ts';
import { first, type Op, Replica, seenState, shownOf, take } from './replica.ts';

const start = '{"resourceType":"Observation","status":"final","valueA":1,"note":"n"}';
const devices = 4;

type Step =
  | {
      readonly do: 'edit';
      readonly at: number;
      readonly name: string;
      readonly value: number | null;
      readonly spaced: boolean;
    }
  | { readonly do: 'remove'; readonly at: number }
  | { readonly do: 'settle'; readonly at: number; readonly which: number }
  | { readonly do: 'hear'; readonly at: number; readonly from: number };

const who = fc.integer({ min: 0, max: devices - 1 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('edit' as const),
        at: who,
        name: fc.constantFrom('status', 'valueA', 'valueB', 'note', '_note', 'zz'),
        value: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
        spaced: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.oneof(
        fc.record({ do: fc.constant('remove' as const), at: who }),
        fc.record({ do: fc.constant('settle' as const), at: who, which: fc.nat(5) }),
      ),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('hear' as const), at: who, from: who }) },
  ),
  { maxLength: 40 },
);

function edited(json: string, name: string, value: number | null, spaced: boolean): string {
  const resource = new Map(Object.entries(JSON.parse(json)));
  if (value === null) resource.delete(name);
  else resource.set(name, value);
  return JSON.stringify(Object.fromEntries(resource), null, spaced ? 1 : 0);
}

function run(all: readonly Step[]): Replica[] {
  const replicas = Array.from({ length: devices }, (_, number) => new Replica(number, start));
  for (const step of all) {
    const replica = replicas[step.at];
    if (replica === undefined) continue;
    if (step.do === 'edit') replica.edit(edited(shownOf(replica.state), step.name, step.value, step.spaced));
    else if (step.do === 'remove') replica.remove();
    else if (step.do === 'settle') replica.settle(step.which);
    else for (const op of replicas[step.from]?.taken.values() ?? []) replica.hear(op);
  }
  return replicas;
}

/** An order in which each op comes after those its author had seen, chosen by `pick`. */
function causal(ops: readonly Op[], pick: () => number): Op[] {
  const left = new Map(ops.map((op) => [op.v, op]));
  const ordered: Op[] = [];
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ seen }) => seen.every((version) => !left.has(version)));
    const op = ready[pick() % ready.length];
    assert.ok(op);
    left.delete(op.v);
    ordered.push(op);
  }
  return ordered;
}

const cloned = (state: RowState): RowState => structuredClone(state);

test('every causal order gives the same text, versions, lost writes and deletion; from a snapshot in the middle too', () => {
  let merges = 0;
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat(1000)), (all, numbers) => {
      const pick = (): number => numbers.next().value ?? 0;
      const replicas = run(all);
      const ops = [...new Map(replicas.flatMap(({ taken }) => [...taken])).values()];
      for (const replica of replicas) for (const op of causal(ops, pick)) replica.hear(op);
      const [one, ...others] = replicas;
      assert.ok(one);
      const wanted = seenState(one.state);
      for (const other of others) assert.deepEqual(seenState(other.state), wanted);
      for (let round = 0; round < 4; round += 1) {
        const order = causal(ops, pick);
        const half = pick() % (order.length + 1);
        let state = first(start);
        for (const op of order.slice(0, half)) take(state, op);
        state = cloned(state);
        for (const op of order.slice(half)) take(state, op);
        assert.deepEqual(seenState(state), wanted);
      }
      merges += one.state.lost.size;
    }),
    { numRuns: 400, seed: 20260 },
  );
  assert.ok(merges > 50, `too few conflicts to prove anything: ${merges}`);
});

test('no write is gone that nobody replaced or settled, and hidden text is kept', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const [one, ...others] = run(all);
      assert.ok(one);
      for (const other of others) for (const op of other.taken.values()) one.hear(op);
      const { state } = one;
      const ops = [...one.taken.values()];
      const replaced = new Set(ops.flatMap((op) => (op.k === 'update' ? [...op.write.fields].map(String) : [])));
      const settled = new Set(
        ops.flatMap((op) => (op.k === 'settle' ? op.settles : op.k === 'update' ? op.write.settles : [])).map(String),
      );
      for (const op of ops) {
        if (op.k !== 'update') continue;
        for (const field of op.write.fields.keys()) {
          const name = String([field, op.v]);
          const stands = state.versions.get(field) === op.v || state.lost.has(`${op.v} ${field}`);
          assert.ok(stands || replaced.has(name) || settled.has(name), name);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a write of exactly what is there is the text byte for byte, spaces and numbers included', () => {
  const state = created({ version: '1.a', json: start, encounter: null, source: null, author: null, at: 0 });
  const json = '{ "resourceType" : "Observation", "status":"amended",\n "valueA":1,"note":"n" }';
  const write = { version: '2.a', json, encounter: null, source: null, author: null, at: 0, settles: [] };
  take(state, { k: 'update', v: '2.a', seen: [], write: { ...write, fields: new Map([['status', '1.a']]) } });
  assert.equal(shownOf(state), json);
});
