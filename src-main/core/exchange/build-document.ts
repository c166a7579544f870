/** Core's side of the worker that builds a document: plain data over, bytes back, nothing of it stays. */
import { Worker } from 'node:worker_threads';
import type { AccessReport } from '../audit/report/gather.ts';
import { entryFile } from '../entry-file.ts';
import { watchWorker } from '../worker-crash.ts';
import type { ExportContext, ExportInput } from './write/input.ts';

export type DocumentRequest =
  | {
      readonly format: 'pdf' | 'summary';
      readonly input: ExportInput;
      readonly context: Omit<ExportContext, 'newId'>;
    }
  | { readonly format: 'access-report'; readonly report: AccessReport };

/** @throws whatever building it threw */
export function buildDocument(request: DocumentRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entryFile('./document-worker.ts', import.meta.url), {
      workerData: request,
      env: {},
      execArgv: [],
      // A library's warning may quote what it prints.
      stdout: true,
      stderr: true,
    });
    watchWorker(worker);
    worker.once('message', (bytes: Uint8Array) => resolve(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a document was not finished')));
  });
}
