/** Speaks to a running core over its private socket. */
import { connect } from 'node:net';
import { z } from 'zod';
import { errorValue } from '../../../src-shared/contract/errors.ts';
import type { ReplyMessage } from '../../../src-shared/wire.ts';
import { readLines, writeLine } from './lines.ts';

const reply = z.union([
  z.strictObject({ id: z.number(), ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ id: z.number(), ok: z.literal(false), error: errorValue }),
]);

export type CtlClient = {
  call(procedure: string, input: unknown): Promise<ReplyMessage>;
  close(): void;
};

/** Null when no core listens there. */
export function connectToCore(address: string): Promise<CtlClient | null> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const waiting = new Map<number, (reply: ReplyMessage) => void>();
    let next = 1;
    socket.once('error', () => resolve(null));
    socket.once('connect', () => {
      readLines(socket, (value) => {
        const parsed = reply.safeParse(value);
        if (!parsed.success) return; // events are for windows
        waiting.get(parsed.data.id)?.(parsed.data.ok ? { ...parsed.data, value: parsed.data.value } : parsed.data);
        waiting.delete(parsed.data.id);
      });
      socket.on('close', () => {
        for (const [id, answer] of waiting) answer({ id, ok: false, error: { code: 'cancelled' } });
        waiting.clear();
      });
      resolve({
        call: (procedure, input) =>
          new Promise((answer) => {
            const id = next++;
            waiting.set(id, answer);
            writeLine(socket, { id, procedure, input });
          }),
        close: () => socket.end(),
      });
    });
  });
}
