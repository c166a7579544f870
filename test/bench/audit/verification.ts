/** Verification of tree and checkpoints by two workers, beside rows alone and a chain of hashes with signatures. */
import { Worker } from 'node:worker_threads';
import type { z } from 'zod';
import { checkTree } from '../../../src-main/core/audit/check-tree.ts';
import { verifyActions } from '../../../src-main/core/audit/verifyactions.ts';
import { ed25519Public, sign, verify } from '../../../src-main/core/crypto/ed25519.ts';
import { sha256 } from '../../../src-main/core/crypto/hash.ts';
import { closeStore, openStore, type Store } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { benchKey } from '../clinic.ts';
import type { BenchRun, Figure } from '../figure.ts';
import { median, timed, timedAsync } from '../measure.ts';
import { book, deviceKeys, origin } from './keys.ts';
import type { BenchLog } from './log.ts';
import type { readerRequest } from './reader.ts';

const rounds = 3;
const mebibyte = 1024 * 1024;
/** The design's comparison: so many entries of a chain under one signature. */
const chained = 256;
/** What a process may still grow by in the last three quarters of a verification that holds nothing. */
const flat = 48;
const wellFilled = 1_000_000;

type Memory = { readonly before: number; readonly peak: number; readonly after: number; readonly grown: number };

/** Resident memory of this process, workers included, while work goes on; `grown`: from a quarter of it to the peak. */
async function watched(work: (progress: (share: number) => void) => Promise<unknown>): Promise<Memory> {
  const now = (): number => process.memoryUsage().rss / mebibyte;
  const before = now();
  let peak = before;
  let quarter: number | null = null;
  const timer = setInterval(() => {
    peak = Math.max(peak, now());
  }, 50);
  try {
    await work((share) => {
      if (share >= 0.25) quarter ??= now();
    });
  } finally {
    clearInterval(timer);
  }
  const after = now();
  return { before, peak: Math.max(peak, after), after, grown: Math.max(peak, after) - (quarter ?? peak) };
}

function inWorker(request: z.infer<typeof readerRequest>): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./reader.ts', import.meta.url), { workerData: request });
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}

type Cells = [seq: number, entry: Buffer];
const rowsOf = (store: Store) =>
  store.db
    .prepare<[number, number], Cells>('select seq, entry from audit_entry where seq >= ? and seq < ? order by seq')
    .raw();

function readRows(store: Store, entries: number): void {
  const rows = rowsOf(store);
  for (let at = 0; at < entries; at += chained) rows.all(at, Math.min(entries, at + chained));
}

/** A chain over all entries; `signature` makes or checks the one due. */
function chain(store: Store, entries: number, signature: (head: Buffer, number: number) => void): void {
  const rows = rowsOf(store);
  let head: Buffer = Buffer.alloc(32);
  for (let at = 0; at < entries; at += chained) {
    for (const [, entry] of rows.all(at, Math.min(entries, at + chained))) head = sha256(head, entry);
    signature(head, at / chained);
  }
}

export async function measureVerification(run: BenchRun, log: BenchLog): Promise<readonly Figure[]> {
  const { path, entries } = log;
  run.say('verifies tree and checkpoints');
  const store = openStore({ path, key: benchKey, readOnly: true });
  const signal = new AbortController().signal;
  const whole = (progress: (share: number) => void) =>
    checkTree(
      store,
      benchKey,
      { of: { origin, deviceKeys }, signed: true, missing: [] },
      { signal, onProgress: ({ done, total }) => progress(done / total) },
    );
  const key = sha256('carekeep bench chain');
  const publicKey = ed25519Public(key);
  const signatures: Buffer[] = [];
  chain(store, entries, (head) => signatures.push(sign(key, head)));
  const [tree, alone, two, chainTimes]: [number[], number[], number[], number[]] = [[], [], [], []];
  const memories: Memory[] = [];
  for (let round = 0; round < rounds; round += 1) {
    tree.push(await timedAsync(async () => memories.push(await watched(whole))));
    alone.push(timed(() => readRows(store, entries)));
    const half = Math.floor(entries / 2);
    const halves = [
      { path, from: 0, to: half },
      { path, from: half, to: entries },
    ];
    two.push(await timedAsync(() => Promise.all(halves.map(inWorker))));
    chainTimes.push(
      timed(() =>
        chain(store, entries, (head, number) => {
          const signature = signatures[number];
          if (signature === undefined || !verify(publicKey, head, signature))
            throw new Error('a chain that does not hold');
        }),
      ),
    );
  }
  run.say('verifies who did it');
  let [signed, checked] = [0, 0];
  const actions = timed(() => {
    ({ signed, signatures: checked } = drain(verifyActions(store, { origin, signers: book })));
  });
  closeStore(store);
  if (signed < entries / 2) throw new Error('sessions signed less than half of the log');
  const rate = (ms: number): number => (entries / ms) * 1000;
  const mine = rate(median(tree));
  const beside = (name: string, samples: readonly number[]) => {
    const value = rate(median(samples));
    return { name, value, ratio: mine / value };
  };
  const grown = Math.max(...memories.map((one) => one.grown));
  const [last] = memories.slice(-1);
  const memory = (one: Memory | undefined): string =>
    one === undefined
      ? ''
      : `${one.before.toFixed(0)} MB before, ${one.peak.toFixed(0)} at most, ${one.after.toFixed(0)} after`;
  return [
    {
      name: `verification of tree and checkpoints, ${entries.toLocaleString('en')} entries, two workers`,
      value: mine,
      unit: 'per s',
      samples: rounds,
      limit: beside('rows alone in JavaScript, one thread', alone),
      peer: beside('chain, a signature every 256, one thread', chainTimes),
      bound: { text: '≥ 250,000/s', holds: mine >= 250_000 },
      note: 'a checkpoint every 64 entries, workers and connections started in the time.',
    },
    {
      name: 'the same, against rows alone by two workers',
      value: mine,
      unit: 'per s',
      samples: rounds,
      limit: beside('rows alone, two workers', two),
    },
    {
      name: 'memory that verification takes on in its last three quarters, worst round',
      value: grown,
      unit: 'MB',
      samples: rounds,
      // A short log is over before pages fill what a connection may hold.
      ...(entries >= wellFilled && { bound: { text: `≤ ${flat} MB (flat)`, holds: grown <= flat } }),
      note: `resident memory of the process: first round ${memory(memories[0])}; last round ${memory(last)}. Each connection may hold 64 MB of pages.`,
    },
    {
      name: 'user signatures: who did it, one thread',
      value: rate(actions),
      unit: 'per s',
      samples: 1,
      note: `entries per second; ${checked.toLocaleString('en')} signatures of sessions over ${signed.toLocaleString('en')} entries, ${Math.round((checked / actions) * 1000).toLocaleString('en')} signatures/s, certificates included.`,
    },
  ];
}
