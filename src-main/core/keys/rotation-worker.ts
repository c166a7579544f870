/** Makes the next generation of the database over connections of its own: none of its steps can be sliced. */
import { parentPort, workerData } from 'node:worker_threads';
import { CallError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import { wipe } from '../crypto/wipe.ts';
import { failureCode } from '../store/failure.ts';
import { type GenerationStep, makeNextGeneration } from '../store/next-generation.ts';

export type RotationRequest = {
  readonly from: string;
  readonly to: string;
  /** Raw keys; the worker wipes its own. */
  readonly key: Uint8Array;
  readonly nextKey: Uint8Array;
};
export type RotationReport =
  | { readonly kind: 'step'; readonly step: GenerationStep; readonly done: number }
  | { readonly kind: 'made' }
  | { readonly kind: 'failed'; readonly code: ErrorCode };

const tell = (report: RotationReport): void => parentPort?.postMessage(report);

function make({ from, to, ...keys }: RotationRequest): void {
  const key = Buffer.from(keys.key.buffer, keys.key.byteOffset, keys.key.length);
  const nextKey = Buffer.from(keys.nextKey.buffer, keys.nextKey.byteOffset, keys.nextKey.length);
  try {
    makeNextGeneration({ from, to, key, nextKey }, (step, done) => tell({ kind: 'step', step, done }));
    tell({ kind: 'made' });
  } catch (error) {
    // What a person can help, by its name; everything else without its words, which may quote a path.
    const code = error instanceof CallError ? error.value.code : (failureCode(error) ?? 'internal');
    tell({ kind: 'failed', code });
  } finally {
    wipe(key, nextKey);
  }
}

// Core alone starts this worker, with what its own types say.
make(workerData);
