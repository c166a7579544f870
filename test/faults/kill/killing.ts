/** Starts a process that writes and kills it in the middle of it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Broken } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { Ledger } from './ledger.ts';
import { type Order, said } from './messages.ts';

/** Runs the writer on a database until a moment drawn by chance, then SIGKILL. @returns what it had acknowledged */
export async function writeAndKill(order: Order, random: Prng): Promise<Ledger> {
  const child = fork(join(import.meta.dirname, 'writer.ts'), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const ledger = new Ledger();
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  // What was on its way when the process died is read before the channel says that it is closed.
  const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  // Either after so many acknowledgements, at once or a little later, or at a time whatever was acknowledged.
  const after = random.chance(0.75) ? random.between(1, 60) : Number.POSITIVE_INFINITY;
  const delay = random.chance(0.5) ? 0 : random.unit() * 8;
  const latest = random.between(1, 120);
  let doomed = false;
  const kill = (wait: number) => {
    if (doomed) return;
    doomed = true;
    void pause(wait).then(() => child.kill('SIGKILL'));
  };
  child.on('message', (message) => {
    const heard = said.parse(message);
    if (heard.kind === 'ready') {
      if (after === Number.POSITIVE_INFINITY) kill(latest);
    } else if (heard.kind === 'begins') ledger.begins(heard.ids);
    else {
      ledger.wrote(heard.written);
      if (ledger.count >= after) kill(delay);
    }
  });
  child.send(order);
  await gone;
  if (child.signalCode !== 'SIGKILL') throw new Broken(`the writer ended by itself: ${firstError(complaint)}`);
  return ledger;
}

function firstError(text: string): string {
  return text.split('\n').find((line) => line.includes('Error')) ?? 'no reason given';
}
