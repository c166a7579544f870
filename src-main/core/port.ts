/** One document's port: calls in, replies and events out. */
import { z } from 'zod';
import type { PortMessage } from '../../src-shared/wire.ts';
import type { Dispatch } from './dispatch.ts';
import type { Connection } from './session.ts';

const call = z.strictObject({ id: z.number().int(), procedure: z.string().max(100), input: z.unknown() });

/** The part of Electron's MessagePortMain that core uses; core imports nothing of Electron, not even types. */
export type DocumentPort = {
  readonly postMessage: (message: unknown) => void;
  readonly on: (event: 'message', heard: (event: { readonly data: unknown }) => void) => unknown;
  readonly start: () => void;
};

/** Serves calls on the port until it closes. A message of another shape is dropped: there is nobody to answer. */
export function servePort(port: DocumentPort, connection: Connection, dispatch: Dispatch): void {
  port.on('message', (event) => {
    const parsed = call.safeParse(event.data);
    if (!parsed.success) return;
    void dispatch(connection, parsed.data).then((reply) => port.postMessage(reply satisfies PortMessage));
  });
  port.start();
}
