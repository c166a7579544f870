/**
 * The validating child process: reads the chosen files and sends core what may be written, so that the one writer never
 * waits for a validator. It holds no key and no database, and ends with the import or with its parent.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { leaveMemoryOutOfCoreDumps } from '../../no-dumps.ts';
import { importFile } from './read/import-file.ts';
import { credits, type FromValidator, type ToValidator, type ValidatorRequest } from './read/messages.ts';
import { previewFile } from './read/preview-file.ts';
import { validateResource } from './read/validate.ts';
import { stoppedBy } from './read/validator-crash.ts';

leaveMemoryOutOfCoreDumps();

/** Longest that its last word may take. Milliseconds. */
const lastWord = 100;

let unacknowledged = 0;
let cancelled = false;
let wake: (() => void) | undefined;

/** Not awaited: credits bound what is under way, and the next slice is validated while this one travels. */
let send = (message: FromValidator): void => {
  process.send?.(message, undefined, undefined, () => undefined); // core is gone: `disconnect` ends us
};

function hear(message: ToValidator): void {
  switch (message.kind) {
    case 'ack':
      unacknowledged -= 1;
      wake?.();
      break;
    case 'cancel':
      cancelled = true;
      wake?.();
      break;
    default:
      void run(message);
  }
}

// Forked by core on plain Node; in Electron started by main, which sends the port that leads to core.
const { parentPort } = process;
if (parentPort === null || parentPort === undefined) {
  process.on('disconnect', () => process.exit(0));
  process.on('message', hear);
} else {
  parentPort.once('message', ({ ports: [port] }) => {
    if (port === undefined) process.exit(1);
    send = (message) => port.postMessage(message);
    port.on('message', ({ data }) => hear(data));
    port.on('close', () => process.exit(0));
    port.start();
  });
}

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    send(stoppedBy(error));
    setTimeout(() => process.exit(1), lastWord);
  });
}

async function run(request: ValidatorRequest): Promise<void> {
  if (request.kind === 'judge') {
    send({ kind: 'judged', valid: request.texts.map((text) => validateResource(text).ok) });
    send({ kind: 'done', outcome: 'finished' });
    return;
  }
  for (const file of request.files) {
    if (cancelled) break;
    if (request.kind === 'preview') send({ kind: 'previewed', preview: await previewFile(file, () => cancelled) });
    else await runImport(importFile(file, request.today));
  }
  send({ kind: 'done', outcome: cancelled ? 'cancelled' : 'finished' });
}

async function runImport(parts: AsyncGenerator<FromValidator>): Promise<void> {
  for await (const part of parts) {
    if (part.kind === 'batch') {
      while (unacknowledged >= credits && !cancelled) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
      unacknowledged += 1;
    }
    // A file that was given up half-way gets no verdict: its rows were never accepted.
    if (cancelled) return;
    send(part);
    await nextTurn(); // lets `ack` and `cancel` in between two slices of work
  }
}
