/** A worker that ends by what nobody caught in it leaves a report; whoever waits for it hears of it by itself. */
import type { Worker } from 'node:worker_threads';
import { reportCrash } from '../logs/crash.ts';
import { machineOf } from '../logs/machine.ts';
import { faultOf } from '../logs/place.ts';
import { version } from './version.ts';

export function watchWorker(worker: Worker): Worker {
  worker.once('error', (error: unknown) => {
    const fault = faultOf(error);
    // A full disk and the like: a refusal with a name of its own, and no crash.
    if (fault.name === 'CallError') return;
    const stop = { part: 'worker', kind: 'exception', ...fault, process: process.pid, ...machineOf(version) } as const;
    reportCrash(stop, { seen: true });
  });
  return worker;
}
