/** Core's side of the worker that checks search index and pages: it gets the key for its own connection and ends with the check. */
import { Worker } from 'node:worker_threads';
import { wipe } from '../crypto/wipe.ts';
import { entryFile } from '../entry-file.ts';
import type { Progress } from '../store/slices.ts';
import { watchWorker } from '../worker-crash.ts';
import type { Problem } from './problem.ts';

export type PagesRequest = {
  readonly path: string;
  /** Raw database key; the worker wipes it once its connection is open. */
  readonly key: Uint8Array;
  /** Nobody waits for it: it takes what the others leave of the processors. */
  readonly gentle: boolean;
};
export type PagesReport =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly problem: Problem | null };

/**
 * The search index against its words, and SQLite's own check of the whole file, beside the writer.
 * @param key copied, the caller wipes its own
 * @throws the signal's reason when aborted
 */
export function checkPages(
  { path, key, gentle }: PagesRequest,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
): Promise<Problem | null> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const copy = Uint8Array.from(key);
    const workerData: PagesRequest = { path, key: copy, gentle };
    const worker = new Worker(entryFile('./pages-worker.ts', import.meta.url), {
      workerData,
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    watchWorker(worker);
    wipe(copy); // cloned by now
    const abort = (): void => {
      void worker.terminate();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    worker.on('message', (report: PagesReport) => {
      if (report.kind === 'done') resolve(report.problem);
      else onProgress(report.progress);
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', abort);
      reject(new Error('the check of pages did not end'));
    });
  });
}
