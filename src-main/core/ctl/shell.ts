/** The command line inside the packaged application: main starts it, hands it standard input and starts its validators. */
import { z } from 'zod';
import { shellValidators, type ValidatorPort } from '../exchange/read/shell-validators.ts';
import { startValidatorsBy } from '../exchange/read/validator-child.ts';

const shellMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ctl-input'), bytes: z.instanceof(Uint8Array) }),
  z.strictObject({ kind: z.literal('ctl-input-end') }),
  z.strictObject({ kind: z.literal('validator'), child: z.number().int() }),
  z.strictObject({ kind: z.literal('validator-gone'), child: z.number().int() }),
]);

/** The part of Electron's parentPort that is used here. */
type ShellPort = {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: { data: unknown; ports: readonly ValidatorPort[] }) => void): unknown;
};

/** @returns what reads standard input to its end */
export function serveCtlShell(shell: ShellPort): () => Promise<string> {
  const validators = shellValidators((wish) => shell.postMessage(wish));
  startValidatorsBy(validators.start);
  const chunks: Uint8Array[] = [];
  let ended: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  shell.on('message', ({ data, ports }) => {
    const parsed = shellMessage.safeParse(data);
    if (!parsed.success) return; // main speaks this protocol only
    const message = parsed.data;
    if (message.kind === 'ctl-input') chunks.push(message.bytes);
    else if (message.kind === 'ctl-input-end') ended();
    else if (message.kind === 'validator-gone') validators.gone(message.child);
    else if (ports[0] !== undefined) validators.arrived(message.child, ports[0]);
  });
  return async () => {
    shell.postMessage('ctl-input');
    await end;
    return Buffer.concat(chunks).toString('utf8');
  };
}
