/** A screen's side of the bench: calls core from a thread of its own, as a window does, and times each answer. */
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/** Milliseconds between calls: somebody who clicks fast. Uneven, so that they fall anywhere in a slice. */
const between = [17, 23, 31, 41, 29, 37];

const { port }: { readonly port: MessagePort } = workerData;
const taken: number[] = [];
let answered: (() => void) | null = null;
port.onmessage = () => answered?.();
let stopped = false;
parentPort?.once('message', () => {
  stopped = true;
});

for (let call = 0; !stopped; call += 1) {
  const from = performance.now();
  const answer = new Promise<void>((resolve) => {
    answered = resolve;
  });
  port.postMessage(call);
  await answer;
  taken.push(performance.now() - from);
  await pause(between[call % between.length]);
}
parentPort?.postMessage(taken);
port.close();
