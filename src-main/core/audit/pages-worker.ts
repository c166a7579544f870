/** SQLite's own check of every page over a read-only connection of its own: it cannot be sliced, and core cannot wait. */
import { parentPort, workerData } from 'node:worker_threads';
import { wipe } from '../crypto/wipe.ts';
import { failureCode } from '../store/failure.ts';
import { closeStore, openStore } from '../store/open.ts';
import type { PagesReport, PagesRequest } from './check-pages.ts';
import { Found } from './problem.ts';
import { verifyPages } from './verifyindex.ts';

function check({ path, key }: PagesRequest, tell: (report: PagesReport) => void): PagesReport {
  const raw = Buffer.from(key.buffer, key.byteOffset, key.length);
  const store = openStore({ path, key: raw, readOnly: true });
  wipe(raw);
  try {
    for (const progress of verifyPages(store)) tell({ kind: 'progress', progress });
    return { kind: 'done', problem: null };
  } catch (error) {
    if (error instanceof Found) return { kind: 'done', problem: error.problem };
    if (failureCode(error) === 'database-damaged') return { kind: 'done', problem: { code: 'page-damaged', at: '' } };
    throw error;
  } finally {
    closeStore(store);
  }
}

// Core alone starts this worker, with what its own types say.
const tell = (report: PagesReport): void => parentPort?.postMessage(report);
tell(check(workerData, tell));
