/** Builds one document from plain data and ends: laying out a long record takes seconds, which core has not. */
import { parentPort, workerData } from 'node:worker_threads';
import { randomUuid } from '../crypto/random.ts';
import type { DocumentRequest } from './build-document.ts';

async function build(request: DocumentRequest): Promise<Buffer> {
  switch (request.format) {
    case 'pdf': {
      const { recordPdf } = await import('./write/pdf.ts');
      return recordPdf(request.input, { ...request.context, newId: randomUuid });
    }
    case 'summary': {
      const { patientSummary } = await import('./write/ips.ts');
      return Buffer.from(patientSummary(request.input, { ...request.context, newId: randomUuid }), 'utf8');
    }
    case 'access-report': {
      const { accessReportPdf } = await import('./write/access-report-pdf.ts');
      return accessReportPdf(request.report);
    }
  }
}

// Core alone starts this worker, with what its own types say.
parentPort?.postMessage(new Uint8Array(await build(workerData)));
