/** One span of the log's tree over a read-only connection of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { wipe } from '../crypto/wipe.ts';
import { failureCode } from '../store/failure.ts';
import { closeStore, openStore } from '../store/open.ts';
import type { TreeReport, TreeRequest } from './check-tree.ts';
import { Found } from './problem.ts';
import { stepBack } from './step-back.ts';
import { verifySpan } from './verifytree.ts';

/** Progress is told this seldom: each message wakes core. */
const tellEvery = 250;

function check(request: TreeRequest, tell: (report: TreeReport) => void): TreeReport {
  const { path, key, span, of, missing } = request;
  if (request.gentle) stepBack();
  const raw = Buffer.from(key.buffer, key.byteOffset, key.length);
  const store = openStore({ path, key: raw, readOnly: true });
  wipe(raw);
  const pruned = (seq: number): boolean =>
    missing.some(({ below, kept }) => seq < below && ((kept[Math.floor(seq / 8)] ?? 0) & (1 << (seq % 8))) === 0);
  try {
    const from = { size: span.size, hashes: span.hashes.map((hash) => Buffer.from(hash)) };
    const work = verifySpan(store, { frontier: from, to: span.to, tiled: span.tiled }, { of, pruned, signed: true });
    let told = performance.now();
    for (;;) {
      const step = work.next();
      if (step.done) return { kind: 'done', size: step.value.size, hashes: step.value.hashes };
      if (performance.now() - told < tellEvery) continue;
      told = performance.now();
      tell({ kind: 'progress', done: step.value.done });
    }
  } catch (error) {
    if (error instanceof Found) return { kind: 'found', problem: error.problem };
    if (failureCode(error) === 'database-damaged') return { kind: 'found', problem: { code: 'page-damaged', at: '' } };
    throw error;
  } finally {
    closeStore(store);
  }
}

// Core alone starts this worker, with what its own types say.
const tell = (report: TreeReport): void => parentPort?.postMessage(report);
tell(check(workerData, tell));
