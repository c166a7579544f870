/** Core's side of the worker that makes the next generation of the database: keys over, progress back. */
import { Worker } from 'node:worker_threads';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { wipe } from '../crypto/wipe.ts';
import { entryFile } from '../entry-file.ts';
import { watchWorker } from '../worker-crash.ts';
import { RotationProgress } from './rotation-progress.ts';
import type { RotationReport, RotationRequest } from './rotation-worker.ts';

const tellEvery = 250;

/**
 * @param request keys are copied, the caller wipes its own
 * @param onProgress share of the whole, 0 to 1
 * @returns when the file is whole, checked and on the disk
 * @throws the signal's reason when aborted; the worker may go on to its next step's end and `ended` tells when it is gone
 */
export function makeDatabase(
  request: RotationRequest,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (share: number) => void },
): { readonly made: Promise<void>; readonly ended: Promise<void> } {
  const key = Uint8Array.from(request.key);
  const nextKey = Uint8Array.from(request.nextKey);
  const workerData: RotationRequest = { from: request.from, to: request.to, key, nextKey };
  const worker = new Worker(entryFile('./rotation-worker.ts', import.meta.url), {
    workerData,
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  wipe(key, nextKey); // cloned by now
  const progress = new RotationProgress(request.from, request.to);
  const timer = setInterval(() => onProgress(progress.share()), tellEvery);
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const made = new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      void worker.terminate();
      reject(signal.reason);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    worker.on('message', (report: RotationReport) => {
      if (report.kind === 'step') progress.step(report.step, report.done);
      else if (report.kind === 'made') resolve();
      else reject(new CallError(report.code));
    });
    watchWorker(worker);
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', abort);
      reject(new Error('the next database was not made'));
    });
  });
  void ended.then(() => {
    clearInterval(timer);
    progress.close();
  });
  return { made, ended };
}
