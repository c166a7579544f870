/** The running core's private socket: the command line's calls go through the same dispatcher as the screen's. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { z } from 'zod';
import type { ReplyMessage } from '../../../src-shared/wire.ts';
import type { Connection } from '../session.ts';
import { readLines, writeLine } from './lines.ts';

const call = z.strictObject({ id: z.number(), procedure: z.string().max(100), input: z.unknown() });

export type CtlHost = {
  readonly address: string;
  readonly dispatch: (connection: Connection, message: z.infer<typeof call>) => Promise<ReplyMessage>;
  /** A command line went away. */
  readonly gone: (connection: Connection) => void;
};

/** Listens until `close`. The profile lock is held already, so a socket left behind belongs to a killed core. */
export async function listenForCtl(host: CtlHost): Promise<{ close(): void }> {
  if (process.platform !== 'win32') rmSync(host.address, { force: true });
  const server = createServer((socket) => {
    const connection: Connection = {
      channel: 'ctl',
      session: null,
      send: (event) => writeLine(socket, event),
    };
    readLines(socket, (value) => {
      const parsed = call.safeParse(value);
      if (!parsed.success) {
        socket.destroy();
        return;
      }
      void host.dispatch(connection, parsed.data).then((reply) => writeLine(socket, reply));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => host.gone(connection));
  });
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(host.address, resolve);
    });
  } finally {
    process.umask(mask);
  }
  if (process.platform !== 'win32') chmodSync(host.address, 0o600);
  return { close: () => server.close() };
}
