/** What the preload shows to the renderer as `window.carekeep`: frozen, and all there is. */

import type { ErrorValue } from './contract/errors.ts';
import type { CoreEventData, CoreEventName } from './contract/events.ts';

export type CallReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ErrorValue };

export type CarekeepBridge = {
  /** Sends one call to core. Never rejects: when core is gone the answer is the error `internal`. */
  readonly call: (procedure: string, input: unknown) => Promise<CallReply>;
  /** Hears one kind of event; the returned function ends it. Unknown names throw. */
  readonly onEvent: <N extends CoreEventName>(name: N, listener: (data: CoreEventData<N>) => void) => () => void;
  readonly platform: { readonly version: string; readonly host: 'electron' | 'chromium'; readonly os: string };
};

/** Preload and main: the one channel there is. Preload asks on it, main answers with the port. */
export const portChannel = 'port';
