/** Rows of a log read and nothing done with them, in a worker: what a verification takes at least. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { openEncrypted } from '../clinic.ts';

export const readerRequest = z.strictObject({ path: z.string(), from: z.number(), to: z.number() });

const { path, from, to } = readerRequest.parse(workerData);
const store = openEncrypted(path);
const rows = store.db
  .prepare<[number, number], [number, Buffer]>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq',
  )
  .raw();
let read = 0;
for (let at = from; at < to; at += 256)
  for (const [, entry] of rows.all(at, Math.min(to, at + 256))) read += entry.length;
store.db.close();
parentPort?.postMessage(read);
