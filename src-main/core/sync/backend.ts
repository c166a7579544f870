/**
 * The backend as the exchange sees it: one method per place of docs/protocols/sync.md, "Transport". Implemented over
 * TLS (`https-backend.ts`), and in memory by the tests that play a hostile one.
 */
import type { z } from 'zod';
import type { BackendErrorValue } from '../../../src-shared/sync-protocol/errors.ts';
import type {
  RegisteredDevice,
  StateAnswer,
  StoredAnswer,
  slotPut,
  slotsAnswer,
  snapshotsAnswer,
} from '../../../src-shared/sync-protocol/messages.ts';
import type { WitnessAnswer, WitnessRequest } from '../audit/witness.ts';

/** It answered, and did not do what was asked. */
export class BackendRefusal extends Error {
  readonly value: BackendErrorValue;
  constructor(value: BackendErrorValue) {
    super(value.code);
    this.name = 'BackendRefusal';
    this.value = value;
  }

  /** What a log may say of it. */
  get code(): string {
    return this.value.code;
  }
}

/** No answer: no way there, or the connection ended. `reason` is a code for logs and the state on screen. */
export class BackendUnreachable extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.name = 'BackendUnreachable';
    this.reason = reason;
  }

  /** What a log may say of it. */
  get code(): string {
    return this.reason;
  }
}

export type PulledBatch = { readonly position: number; readonly envelope: Buffer };
export type SlotPut = z.infer<typeof slotPut>;
export type SlotsAnswer = z.infer<typeof slotsAnswer>;
export type SnapshotsAnswer = z.infer<typeof snapshotsAnswer>;
export type LyingDirectory = { readonly revision: number; readonly bytes: Buffer };

/** All methods throw BackendRefusal, BackendUnreachable, or the signal's reason. Answers are parsed with the schemas. */
export interface Backend {
  /** Waits for a change at most so many seconds; answers at once where `after` is not the current etag. */
  state(after: string | null, waitSeconds: number, signal: AbortSignal): Promise<StateAnswer>;
  push(envelope: Buffer, signal: AbortSignal): Promise<StoredAnswer>;
  /** From a position on, as many as fit into so many bytes, at least one; empty at the end. */
  pull(from: number, bytes: number, signal: AbortSignal): Promise<readonly PulledBatch[]>;
  /** Batch hashes of positions from…to−1. */
  leaves(from: number, to: number, signal: AbortSignal): Promise<readonly Buffer[]>;
  snapshots(signal: AbortSignal): Promise<SnapshotsAnswer>;
  directory(signal: AbortSignal): Promise<LyingDirectory | null>;
  /** Compare and swap. @param revision what it replaces; null: there is none yet */
  putDirectory(bytes: Buffer, revision: number | null, signal: AbortSignal): Promise<'ok' | 'changed-meanwhile'>;
  /** @returns the counter after them */
  putSlots(slots: readonly SlotPut[], signal: AbortSignal): Promise<number>;
  slots(after: number, signal: AbortSignal): Promise<SlotsAnswer>;
  putChunk(blob: string, n: number, bytes: Buffer, signal: AbortSignal): Promise<void>;
  chunk(blob: string, n: number, signal: AbortSignal): Promise<Buffer>;
  deleteBlob(blob: string, signal: AbortSignal): Promise<void>;
  devices(signal: AbortSignal): Promise<readonly RegisteredDevice[]>;
  cosign(request: WitnessRequest, signal: AbortSignal): Promise<WitnessAnswer>;
}
