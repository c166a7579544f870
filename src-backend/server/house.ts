/** What all places of the server share. */
import type { BackendIdentity } from '../ca/folder.ts';
import type { Store } from '../store/types.ts';
import type { Patience } from './bodies.ts';
import type { Changes } from './changes.ts';
import type { Connections } from './connections.ts';
import type { Says } from './log-lines.ts';
import type { Metrics } from './metrics.ts';
import type { Nonces } from './nonces.ts';
import type { Room } from './room.ts';

export type Rates = {
  /** Requests a minute of one workstation. */
  readonly device: number;
  /** The same of one address, at places that need no certificate. */
  readonly address: number;
  /** At `connect` and `certificates`, and where a mailbox is asked for. */
  readonly guarded: number;
};
export const defaultRates: Rates = { device: 12_000, address: 300, guarded: 120 };

export type House = {
  readonly store: Store;
  readonly identity: BackendIdentity;
  /** Body and signature of `/v1/descriptor`. */
  readonly descriptor: { readonly body: string; readonly signature: string };
  readonly nonces: Nonces;
  readonly changes: Changes;
  readonly connections: Connections;
  readonly metrics: Metrics;
  readonly say: Says;
  readonly now: () => number;
  readonly patience: Patience;
  readonly rates: Rates;
  readonly room: Room;
};
