/**
 * The tree verified by workers over connections of their own: the log is cut in spans, each needs no more than the
 * tree's edge where it begins, and each edge must be the one that the span before ended with.
 */
import { Worker } from 'node:worker_threads';
import { wipe } from '../crypto/wipe.ts';
import { entryFile } from '../entry-file.ts';
import type { Store } from '../store/open.ts';
import type { Progress } from '../store/slices.ts';
import { frontierFromTiles, tileSize } from '../store/tiles.ts';
import { watchWorker } from '../worker-crash.ts';
import { type Frontier, frontierRoot } from './merkle.ts';
import { Found, type Problem } from './problem.ts';
import type { Prune } from './prune/pruned.ts';
import { type TreeRules, treeExtent } from './verifytree.ts';

/** Two leave the writer its turn on the smallest machines. */
const workers = 2;
/** Fewer entries are verified sooner than a worker starts. */
export const worthWorkers = 20_000;

export type TreeRequest = {
  readonly path: string;
  /** Raw database key; the worker wipes it once its connection is open. */
  readonly key: Uint8Array;
  readonly span: {
    readonly size: number;
    readonly hashes: readonly Uint8Array[];
    readonly to: number;
    readonly tiled: number;
  };
  readonly of: TreeRules['of'];
  /** Numbers that may be missing: below `below`, but for the bits that are set. */
  readonly missing: readonly { readonly below: number; readonly kept: Uint8Array }[];
  /** Nobody waits for it: it takes what the others leave of the processors. */
  readonly gentle: boolean;
};
export type TreeReport =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'done'; readonly size: number; readonly hashes: readonly Uint8Array[] }
  | { readonly kind: 'found'; readonly problem: Problem };

type Running = {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly gentle?: boolean;
};

/** Prunes as plain bytes, for a worker. @param prunes only those that hold */
export function missingOf(prunes: readonly Prune[]): TreeRequest['missing'] {
  return prunes.map(({ reach, keptSet }) => ({ below: reach, kept: Uint8Array.from(keptSet.bits) }));
}

/**
 * @param key copied, the caller wipes its own
 * @param missing `missingOf` the prunes that hold
 * @returns the tree's edge at the end
 * @throws Found as verifyTree; the signal's reason when aborted
 */
export async function checkTree(
  store: Store,
  key: Uint8Array,
  rules: Pick<TreeRules, 'of' | 'signed'> & { readonly missing: TreeRequest['missing'] },
  { signal, onProgress, gentle = false }: Running,
): Promise<Frontier> {
  const { size, tiled } = treeExtent(store, rules.signed);
  const cuts = Array.from({ length: workers }, (_, at) => {
    const cut = Math.floor((tiled * at) / workers / tileSize) * tileSize;
    return { cut, to: at + 1 === workers ? size : Math.floor((tiled * (at + 1)) / workers / tileSize) * tileSize };
  });
  const begins = cuts.map(({ cut }) => frontierFromTiles(store, cut));
  const done = new Map<number, number>();
  const abort = new AbortController();
  const both = AbortSignal.any([signal, abort.signal]);
  const spans = cuts.map(async ({ cut, to }, at) => {
    const begin = begins[at];
    if (begin === undefined) throw new Found('tile-differs', `0/${cut / tileSize}`);
    const request: TreeRequest = {
      path: store.path,
      key: Uint8Array.from(key),
      span: { size: begin.size, hashes: begin.hashes, to, tiled },
      of: rules.of,
      missing: rules.missing,
      gentle,
    };
    return runSpan(request, both, (count) => {
      done.set(at, count);
      onProgress({ done: [...done.values()].reduce((sum, one) => sum + one, 0), total: size });
    });
  });
  // A later span may fail while an earlier one is waited for: its failure is told when its turn comes.
  for (const span of spans) span.catch(() => undefined);
  const ends: Frontier[] = [];
  try {
    // In order: the first thing wrong is what is told.
    for (const span of spans) ends.push(await span);
  } finally {
    abort.abort();
    await Promise.allSettled(spans);
  }
  for (const [at, begin] of begins.entries()) {
    const before = ends[at - 1];
    if (at === 0 || begin === undefined || before === undefined) continue;
    if (!frontierRoot(before).equals(frontierRoot(begin)))
      throw new Found('tile-differs', `1/${Math.floor(begin.size / tileSize ** 2)}`);
  }
  const last = ends.at(-1);
  if (last === undefined) throw new Error('no span was verified');
  return last;
}

function runSpan(request: TreeRequest, signal: AbortSignal, tell: (done: number) => void): Promise<Frontier> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(entryFile('./tree-worker.ts', import.meta.url), {
      workerData: request,
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    watchWorker(worker);
    wipe(request.key); // cloned by now
    const abort = (): void => {
      void worker.terminate();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    worker.on('message', (report: TreeReport) => {
      if (report.kind === 'progress') tell(report.done);
      else if (report.kind === 'found') reject(new Found(report.problem.code, report.problem.at));
      else resolve({ size: report.size, hashes: report.hashes.map((hash) => Buffer.from(hash)) });
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', abort);
      reject(new Error('the verification of the tree did not end'));
    });
  });
}
