/**
 * One write per transaction on a long log, synchronous FULL, checkpoints taken every 64 entries and one-time keys on
 * the disk as in the product, beside the same row written bare.
 */
import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Checkpoints, checkpointEvery } from '../../../src-main/core/audit/checkpoints.ts';
import { followLog, indexSlice } from '../../../src-main/core/audit/indexer.ts';
import { append } from '../../../src-main/core/audit/log.ts';
import { SessionSigners } from '../../../src-main/core/audit/session-signers.ts';
import { seal } from '../../../src-main/core/crypto/aead.ts';
import { wipe } from '../../../src-main/core/crypto/wipe.ts';
import { columnsOf } from '../../../src-main/core/store/columns.ts';
import { currentHead } from '../../../src-main/core/store/head.ts';
import { closeStore, type Store } from '../../../src-main/core/store/open.ts';
import { openPatientKey } from '../../../src-main/core/store/patient.ts';
import { insertResource } from '../../../src-main/core/store/record.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { type Op, withTransaction } from '../../../src-main/core/store/transaction.ts';
import { generateChart } from '../../fixtures/synthetic/chart.ts';
import { prng } from '../../fixtures/synthetic/prng.ts';
import { copyOf, openEncrypted } from '../clinic.ts';
import type { BenchRun, Figure } from '../figure.ts';
import { inTurn, median, percentile, timed } from '../measure.ts';
import { bareWrite, prepareOutbox } from '../write/bare.ts';
import {
  type BenchLog,
  beginSession,
  checkpointsOf,
  copyOfLog,
  forgetStatistics,
  keyFileAt,
  patientsOf,
} from './log.ts';
import { userId } from './mix.ts';

const rounds = 640;
const manyWrites = 4096;
/** Whoever works in a chart writes several times: so many one after the other are about one patient. */
const inOneChart = 6;
const session = 'bench-session';
type Ops = { readonly ops: string };

/** The disk has what was copied: the writes measured here do not wait for it. */
function settle(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/** A write as the product makes it: row, hash, part, op, entry. */
function write(
  store: Store,
  patient: { readonly id: string; readonly ref: string },
  resource: { resourceType: string },
): void {
  withTransaction(store, (tx) => {
    const { id } = insertResource(tx, {
      type: resource.resourceType,
      patientId: patient.id,
      encounterId: null,
      columns: columnsOf(resource),
      json: JSON.stringify(resource),
      authorUser: userId(0),
      source: null,
    });
    append(tx, {
      type: 'chart.added',
      outcome: 0,
      agent: { user: userId(0), roles: ['practitioner'], session },
      purpose: 'TREAT',
      patient: patient.ref,
      entity: [id],
      origin: 'screen',
    });
  });
}

/** What an exchange does with the ops of these entries: one sealed group for each patient, under the patient's key. */
function sealOps(store: Store, from: number, to: number): number {
  const rows = store.sql<[number, number], Ops>('select ops from outbox where seq >= ? and seq < ?').all(from, to);
  const groups = new Map<string, Op[]>();
  for (const { ops } of rows) {
    const list: readonly Op[] = JSON.parse(ops);
    for (const op of list) {
      const group = groups.get(op.patient ?? '');
      if (group === undefined) groups.set(op.patient ?? '', [op]);
      else group.push(op);
    }
  }
  let bytes = 0;
  for (const [patient, ops] of groups) {
    const key = openPatientKey(store, patient);
    const lines = Buffer.from(ops.map((op) => `${JSON.stringify(op)}\n`).join(''));
    bytes += seal(key, lines, Buffer.from(`carekeep/bench/ops/${patient}`), store.random).length;
    wipe(key);
  }
  return bytes;
}

type Desk = { readonly store: Store; readonly checkpoints: Checkpoints; readonly signers: SessionSigners };

/** The log opened as core opens it: keys from the file, a session that signs, a checkpoint when one is due. */
function openDesk(log: BenchLog, scratch: string): Desk {
  const { path, keyFile } = copyOfLog(log, scratch, 'writing');
  settle(path);
  const store = openEncrypted(path);
  const signers = new SessionSigners();
  const checkpoints = checkpointsOf(store, keyFileAt(keyFile), signers);
  if (checkpoints.standing().state !== 'fine') throw new Error('keys and log do not belong together');
  checkpoints.begin(null);
  beginSession(store, signers, session, userId(0), Date.now());
  store.held.committed = () => checkpoints.afterCommit();
  return { store, checkpoints, signers };
}

export function measureWriting(run: BenchRun, log: BenchLog): readonly Figure[] {
  run.say('writes');
  const bases = (['bare', 'alone'] as const).map((name) => {
    const path = copyOf(log.clinic, run.scratch, name);
    forgetStatistics(path);
    settle(path);
    return openEncrypted(path);
  });
  const { store, checkpoints, signers } = openDesk(log, run.scratch);
  const [bare, alone] = bases;
  if (bare === undefined || alone === undefined) throw new Error('no clinic to write to');
  prepareOutbox(bare);
  const chart = generateChart(prng(run.seed), 'patient', rounds);
  const nextOf = (of: Store) => {
    const patients = patientsOf(of);
    let at = 0;
    return () => {
      const [resource, patient] = [
        chart[at % chart.length],
        patients[(Math.floor(at / inOneChart) * 17) % patients.length],
      ];
      at += 1;
      if (resource === undefined || patient === undefined) throw new Error('an empty clinic');
      return { resource, patient };
    };
  };
  const [mine, withOp, rowOnly] = [nextOf(store), nextOf(bare), nextOf(alone)];
  const full = (): void => {
    const { resource, patient } = mine();
    write(store, patient, resource);
  };
  const ways = [
    full,
    () => {
      const { resource, patient } = withOp();
      bareWrite(bare, patient.id, resource, true);
    },
    () => {
      const { resource, patient } = rowOnly();
      bareWrite(alone, patient.id, resource, false);
    },
  ];
  inTurn(64, ways);
  drain(followLog(store));
  const [fulls = [], bares = [], alones = []] = inTurn(rounds, ways);
  const many: number[] = [];
  const sealing: number[] = [];
  const taken: number[] = [];
  const index = { entries: 0, ms: 0 };
  for (let at = 0; at < manyWrites; at += 1) {
    const signed = checkpoints.size;
    const ms = timed(full);
    many.push(ms);
    if (checkpoints.size === signed) continue;
    taken.push(ms);
    sealing.push(timed(() => sealOps(store, checkpoints.size - checkpointEvery, checkpoints.size)) / checkpointEvery);
    // The viewer's index follows between the writes, as it does in core.
    if (taken.length % 8 === 0) {
      index.ms += timed(() => {
        index.entries += indexSlice(store);
      });
    }
  }
  const size = currentHead(store).frontier.size;
  store.held.committed = () => undefined;
  checkpoints.close();
  signers.close();
  for (const one of [store, bare, alone]) {
    closeStore(one);
    // As long as the log is, its copy is not kept for what comes after.
    rmSync(dirname(one.path), { recursive: true });
  }
  return figuresOf({ fulls, bares, alones, many, sealing, taken, size, index });
}

type Times = Record<'fulls' | 'bares' | 'alones' | 'many' | 'sealing' | 'taken', readonly number[]> & {
  readonly size: number;
  readonly index: { readonly entries: number; readonly ms: number };
};

function figuresOf({ fulls, bares, alones, many, sealing, taken, size, index }: Times): readonly Figure[] {
  const mean = (samples: readonly number[]): number => samples.reduce((sum, one) => sum + one, 0) / samples.length;
  const [value, bare, alone, share] = [median(fulls), median(bares), median(alones), median(sealing)];
  const p99 = percentile(many, 0.99);
  const sealed = (value + share) / alone;
  return [
    {
      name: 'one write with entry and row hash, against the bare write',
      value: value / bare,
      unit: '×',
      samples: fulls.length,
      bound: { text: '≤ 1.3×', holds: value / bare <= 1.3 },
      note: `medians of ${rounds} rounds in turn, one write per transaction, synchronous FULL, both with the op that every write leaves unsealed; ${value.toFixed(3)} ms, bare ${bare.toFixed(3)} ms.`,
    },
    {
      name: 'one write with its sealed outbox op, against the row alone',
      value: sealed,
      unit: '×',
      samples: fulls.length,
      bound: { text: '≤ 1.5×', holds: sealed <= 1.5 },
      note: `ops are sealed in groups when they are exchanged, one for each patient: measured is the write plus its share (${(share * 1000).toFixed(1)} µs) of reading, grouping and sealing the ops of ${checkpointEvery} writes, ${inOneChart} in a row about one patient, under the patients' keys. The row alone, without op, hash or entry, ${alone.toFixed(3)} ms.`,
    },
    {
      name: 'the same on average, with its share of the checkpoints',
      value: (mean(fulls) + share) / mean(alones),
      unit: '×',
      samples: fulls.length,
    },
    {
      name: `one write at ${size.toLocaleString('en')} entries, p99`,
      value: p99,
      unit: 'ms',
      samples: many.length,
      bound: { text: '≤ 10 ms', holds: p99 <= 10 },
      note: `a checkpoint after every ${checkpointEvery}, one-time keys on the disk. p50 ${median(many).toFixed(2)} ms, p95 ${percentile(many, 0.95).toFixed(2)} ms, highest ${Math.max(...many).toFixed(1)} ms; writes that took a checkpoint p50 ${median(taken).toFixed(2)} ms, p95 ${percentile(taken, 0.95).toFixed(2)} ms.`,
    },
    {
      name: 'index following new entries, per second',
      value: (index.entries / index.ms) * 1000,
      unit: 'per s',
      samples: index.entries,
      note: 'at the end of this log, between the writes: slices of up to 25 ms or 600 entries, each a commit that waits for the disk.',
    },
  ];
}
