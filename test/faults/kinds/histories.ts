/**
 * Histories of five workstations with real encrypted stores: each works on the same few patients without seeing the
 * others, offline for spans, with clocks years off, one put back from an old copy; then all hear everything. No write
 * that was acknowledged may be gone, all copies must be the same, nothing erased may come back, and all must verify.
 */
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import { readLost } from '../../../src-main/core/store/lost-writes.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import type { GroupOp } from '../../../src-main/core/sync/merge/apply.ts';
import {
  addPerson,
  addRow,
  type Cast,
  changeRow,
  deleteRow,
  erasePerson,
  renamePerson,
  restrictChart,
  settleOne,
} from '../histories/acts.ts';
import { Exchange } from '../histories/exchange.ts';
import { judgeCopies, judgeWrites } from '../histories/judge.ts';
import { hold, type Kind } from '../kind.ts';
import type { Prng } from '../prng.ts';

const workstations = 5;
/** Some find nothing to do: about 200 ops come of them. */
const acts = 360;
/** A store is verified whole, and begun anew, after so many histories: what it costs grows with them. */
const together = 200;
const year = 365 * 86_400_000;
const now = 1_790_000_000_000;

const weighted = [
  ...Array<'change'>(10).fill('change'),
  ...Array<'row'>(2).fill('row'),
  ...Array<'rename'>(1).fill('rename'),
  ...Array<'delete'>(1).fill('delete'),
  ...Array<'settle'>(2).fill('settle'),
  'signed',
  'restrict',
] as const;

type Counts = { ops: number; lost: number; restored: number; erased: number };

function act(exchange: Exchange, number: number, cast: Cast, random: Prng): void {
  const one = exchange.station(number);
  const row = random.pick(cast.rows);
  const kind = random.pick(weighted);
  if (kind === 'change') changeRow(one, row.id, random);
  else if (kind === 'row' || kind === 'signed') addRow(one, cast, random, kind === 'signed');
  else if (kind === 'rename') renamePerson(one, random.pick(cast.patients), random);
  else if (kind === 'delete') deleteRow(one, row.id, random);
  else if (kind === 'settle') settleOne(one, row.id, random);
  else restrictChart(one, random.pick(cast.patients), random);
}

function history(exchange: Exchange, random: Prng, counts: Counts): void {
  const cast: Cast = { patients: [], rows: [] };
  for (const one of exchange.stations) one.clock = now + random.between(-5, 5) * year;
  const said: GroupOp[] = [];
  const contact = (number: number): void => {
    exchange.take(number);
    said.push(...exchange.send(number));
  };
  const first = random.below(workstations);
  for (let count = 0; count < 3; count += 1) addPerson(exchange.station(first), cast, random);
  for (let count = 0; count < 4; count += 1) addRow(exchange.station(first), cast, random, false);
  contact(first);
  for (let number = 0; number < workstations; number += 1) exchange.take(number);
  const offline = Array.from({ length: workstations }, () => 0);
  // A copy of the whole file for each history would be most of the work.
  const unlucky = random.chance(0.1) ? random.below(workstations) : -1;
  const [copied, broken] = [random.between(10, acts / 2), random.between(acts / 2 + 1, acts - 10)];
  const erasing = random.chance(0.3) ? random.between(20, acts - 1) : -1;
  for (let step = 0; step < acts; step += 1) {
    const number = random.below(workstations);
    if (step === copied && unlucky !== -1) {
      said.push(...exchange.send(unlucky));
      exchange.copy(unlucky);
    }
    if (step === broken && unlucky !== -1 && exchange.restore(unlucky)) counts.restored += 1;
    if (step === erasing) {
      erasePerson(exchange.station(number), random.pick(cast.patients));
      counts.erased += 1;
    } else act(exchange, number, cast, random);
    if (random.chance(0.05)) offline[number] = step + random.between(10, 80);
    if (random.chance(0.2) && (offline[number] ?? 0) <= step) contact(number);
  }
  for (let round = 0; round < 2; round += 1) for (const number of exchange.stations.keys()) contact(number);
  counts.ops += said.length;
  counts.lost += anyLostOf(exchange, cast);
  judgeCopies(exchange.stations, cast.patients);
  judgeWrites(exchange.station(0), said);
}

const anyLostOf = (exchange: Exchange, { rows }: Cast): number =>
  rows.reduce((sum, { id }) => sum + readLost(exchange.station(0).store, id).length, 0);

function verifyAll(exchange: Exchange): void {
  for (const { store } of exchange.stations) {
    const { problem } = drain(verifyStore(store, { now: () => now, pages: false }));
    hold(problem === null, () => `a store does not verify: ${problem?.code ?? ''}`);
  }
}

const histories: Kind = {
  name: 'histories',
  full: 20_000,
  run: async ({ seeds, scratch, trial, note }) => {
    const counts: Counts = { ops: 0, lost: 0, restored: 0, erased: 0 };
    let exchange = new Exchange(scratch, workstations);
    let here = 0;
    try {
      for (const [at, seed] of seeds.entries()) {
        let broke = false;
        await trial(seed, async (random) => {
          broke = true;
          history(exchange, random, counts);
          here += 1;
          if (here === together || at === seeds.length - 1) verifyAll(exchange);
          broke = false;
        });
        if (here < together && !broke) continue;
        // What one history broke is not to break those after it.
        exchange.close();
        exchange = new Exchange(scratch, workstations);
        here = 0;
      }
    } finally {
      exchange.close();
    }
    note(
      `${counts.ops} ops, ${counts.lost} lost writes listed at the end, ${counts.erased} patients erased, ${counts.restored} workstations put back from a copy`,
    );
  },
};
export default histories;
