/** The search index and every page over a read-only connection of its own: neither can be sliced, and core cannot wait. */
import { parentPort, workerData } from 'node:worker_threads';
import { wipe } from '../crypto/wipe.ts';
import { failureCode } from '../store/failure.ts';
import { closeStore, openStore } from '../store/open.ts';
import type { PagesReport, PagesRequest } from './check-pages.ts';
import { Found } from './problem.ts';
import { stepBack } from './step-back.ts';
import { verifyPages, verifySearch } from './verifypages.ts';

function check({ path, key, gentle }: PagesRequest, tell: (report: PagesReport) => void): PagesReport {
  if (gentle) stepBack();
  const raw = Buffer.from(key.buffer, key.byteOffset, key.length);
  const store = openStore({ path, key: raw, readOnly: true });
  wipe(raw);
  try {
    verifySearch(store);
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
