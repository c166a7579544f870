/** Builds one document from plain data and ends: laying out a long record takes seconds, which core has not. */
import { parentPort, workerData } from 'node:worker_threads';
import { randomUuid } from '../crypto/random.ts';
import type { DocumentRequest } from './build-document.ts';

async function build({ format, input, context }: DocumentRequest): Promise<Buffer> {
  const circumstances = { ...context, newId: randomUuid };
  switch (format) {
    case 'pdf': {
      const { recordPdf } = await import('./write/pdf.ts');
      return recordPdf(input, circumstances);
    }
    case 'summary': {
      const { patientSummary } = await import('./write/ips.ts');
      return Buffer.from(patientSummary(input, circumstances), 'utf8');
    }
  }
}

// Core alone starts this worker, with what its own types say.
parentPort?.postMessage(new Uint8Array(await build(workerData)));
