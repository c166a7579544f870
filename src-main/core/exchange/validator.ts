/**
 * The validating child process: reads the chosen files and sends core what may be written, so that the one writer never
 * waits for a validator. It holds no key and no database, and ends with the import or with its parent.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { importFile } from './read/import-file.ts';
import { credits, type FromValidator, type ToValidator, type ValidatorRequest } from './read/messages.ts';
import { previewFile } from './read/preview-file.ts';
import { validateResource } from './read/validate.ts';

let unacknowledged = 0;
let cancelled = false;
let wake: (() => void) | undefined;

process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToValidator) => {
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
});

/** Not awaited: credits bound what is under way, and the next slice is validated while this one travels. */
function send(message: FromValidator): void {
  process.send?.(message, undefined, undefined, () => undefined); // core is gone: `disconnect` ends us
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
