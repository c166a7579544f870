/** The clinic's connection as the exchange needs it. */
import type { SyncProblem } from '../../../../src-shared/contract/sync.ts';
import type { Backend } from '../backend.ts';

export type Link = {
  readonly backend: Backend;
  readonly tenant: string;
  /** Who signs heads and cosigns, as pinned at the first connection. */
  readonly name: string;
  readonly logKey: Uint8Array;
};

export interface Links {
  /** Null while the clinic is connected to no backend. */
  current(): Link | null;
  /** What the connection itself has that somebody must look at. */
  readonly problem: SyncProblem | null;
  /** Once at each contact: what is due of the connection itself (its certificate). @throws as the backend */
  tend(signal: AbortSignal): Promise<void>;
}
