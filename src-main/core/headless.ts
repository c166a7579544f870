/** Core without a shell, for the command line: same vault, same dispatcher, nobody to show a dialog. */
import type { ReplyMessage } from '../../src-shared/wire.ts';
import { type CoreOptions, createCore } from './core.ts';
import { noDialogs } from './dialogs.ts';
import { createDispatch } from './dispatch.ts';
import { handlers } from './handlers.ts';
import type { Connection } from './session.ts';
import { demandSettled } from './updates/unsettled.ts';

export type Headless = {
  call(procedure: string, input: unknown): Promise<ReplyMessage>;
  /** Ends the session, flushes, lets the profile go. */
  close(): Promise<void>;
};

/** Starts core on a profile in this process. @throws CallError `busy` when another core holds the profile, or an update does */
export async function startHeadless(
  profile: string,
  more: Pick<CoreOptions, 'clocks' | 'passwordCost' | 'policy'> = {},
): Promise<Headless> {
  demandSettled(profile);
  const core = await createCore({
    profile,
    dialogs: noDialogs,
    lock: () => undefined,
    veil: () => undefined,
    broadcast: () => undefined,
    ...more,
  });
  const dispatch = createDispatch(core, handlers);
  const connection: Connection = { channel: 'ctl', session: null, send: () => undefined };
  let next = 1;
  return {
    call: (procedure, input) => dispatch(connection, { id: next++, procedure, input }),
    close: () => core.close(),
  };
}
