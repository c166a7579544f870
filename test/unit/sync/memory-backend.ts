/**
 * A backend in memory that does what docs/protocols/sync.md says of an honest one: for tests of the exchange without a
 * network, and as what a hostile one is made of (override a method).
 */

import { emptyFrontier, type Frontier, frontierRoot, grow, leafHash } from '../../../src-main/core/audit/merkle.ts';
import type { WitnessAnswer, WitnessRequest } from '../../../src-main/core/audit/witness.ts';
import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { noteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import type {
  Backend,
  LyingDirectory,
  PulledBatch,
  SlotPut,
  SlotsAnswer,
  SnapshotsAnswer,
} from '../../../src-main/core/sync/backend.ts';
import { BackendRefusal, BackendUnreachable } from '../../../src-main/core/sync/backend.ts';
import { batchHash, noBatch, readEnvelope } from '../../../src-main/core/sync/envelope.ts';
import { signHead } from '../../../src-main/core/sync/log-head.ts';
import type { RegisteredDevice, StateAnswer, StoredAnswer } from '../../../src-shared/sync-protocol/messages.ts';

export class MemoryBackend implements Backend {
  readonly tenant: string;
  readonly clinic: string;
  readonly name = 'memory.test';
  readonly key = generateEd25519();
  readonly log: { envelope: Buffer; hash: Buffer; device: string; seq: number; snapshot: boolean }[] = [];
  frontier: Frontier = emptyFrontier;
  lying: LyingDirectory | null = null;
  readonly kept = new Map<string, SlotPut & { change: number }>();
  slotChange = 0;
  readonly chunks = new Map<string, Buffer>();
  readonly registered = new Map<string, RegisteredDevice>();
  registerChange = 0;
  readonly #waiting = new Set<() => void>();

  constructor(tenant: string, clinic: string) {
    this.tenant = tenant;
    this.clinic = clinic;
  }

  get head(): string | null {
    const root = frontierRoot(this.frontier);
    const signer = noteSigner(this.name, this.key.publicKey, this.key.privateKey);
    return this.frontier.size === 0 ? null : signHead(this.clinic, { size: this.frontier.size, root }, signer);
  }

  #now(): StateAnswer {
    const directory = this.lying?.revision ?? 0;
    return {
      etag: [this.frontier.size, directory, this.slotChange, this.registerChange].join('.'),
      head: this.head,
      size: this.frontier.size,
      directory,
      slots: this.slotChange,
      devices: this.registerChange,
      used: this.log.reduce((sum, { envelope }) => sum + envelope.length, 0),
      quota: 1e12,
    };
  }

  /** Something changed: who waits is answered. */
  wake(): void {
    for (const one of [...this.#waiting]) one();
  }

  async state(after: string | null, waitSeconds: number, signal: AbortSignal): Promise<StateAnswer> {
    signal.throwIfAborted();
    if (after !== this.#now().etag || waitSeconds === 0) return this.#now();
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      const aborted = () => {
        done();
        reject(signal.reason);
      };
      const timer = setTimeout(done, waitSeconds * 1000);
      timer.unref();
      this.#waiting.add(done);
      signal.addEventListener('abort', aborted, { once: true });
    });
    return this.#now();
  }

  async push(envelope: Buffer): Promise<StoredAnswer> {
    const read = readEnvelope(envelope);
    if (read === undefined || read.header.tenant !== this.tenant) throw new BackendRefusal({ code: 'batch-refused' });
    const { device, seq, previous, kind } = read.header;
    const hash = batchHash(read.headerBytes);
    const known = this.log.findIndex((one) => one.device === device && one.seq === seq);
    if (known >= 0) {
      if (this.log[known]?.hash.equals(hash) !== true) throw new BackendRefusal({ code: 'batch-differs' });
      return { position: known, size: this.frontier.size, head: this.head ?? '' };
    }
    const before = this.log.findLast((one) => one.device === device);
    const expected = before === undefined ? 0 : before.seq + 1;
    if (seq !== expected) throw new BackendRefusal({ code: 'batch-out-of-turn', expected });
    if (!(before?.hash ?? noBatch).equals(Buffer.from(previous, 'base64'))) {
      throw new BackendRefusal({ code: 'batch-refused' });
    }
    this.log.push({ envelope: Buffer.from(envelope), hash, device, seq, snapshot: kind === 'snapshot' });
    this.frontier = grow(this.frontier, leafHash(hash));
    this.wake();
    return { position: this.log.length - 1, size: this.frontier.size, head: this.head ?? '' };
  }

  async pull(from: number, bytes: number): Promise<readonly PulledBatch[]> {
    const pulled: PulledBatch[] = [];
    let sum = 0;
    for (let position = from; position < this.log.length; position += 1) {
      const { envelope } = this.log[position] ?? { envelope: Buffer.alloc(0) };
      sum += envelope.length;
      if (pulled.length > 0 && sum > bytes) break;
      pulled.push({ position, envelope: Buffer.from(envelope) });
    }
    return pulled;
  }

  async leaves(from: number, to: number): Promise<readonly Buffer[]> {
    return this.log.slice(from, to).map(({ hash }) => hash);
  }

  async snapshots(): Promise<SnapshotsAnswer> {
    const snapshots = this.log
      .map(({ device, snapshot }, position) => ({ position, device, snapshot }))
      .filter(({ snapshot }) => snapshot)
      .map(({ position, device }) => ({ position, device }))
      .reverse();
    return { snapshots: snapshots.slice(0, 100) };
  }

  async directory(): Promise<LyingDirectory | null> {
    return this.lying;
  }

  async putDirectory(bytes: Buffer, revision: number | null): Promise<'ok' | 'changed-meanwhile'> {
    if ((this.lying?.revision ?? null) !== revision) return 'changed-meanwhile';
    this.lying = { revision: (revision ?? 0) + 1, bytes: Buffer.from(bytes) };
    this.wake();
    return 'ok';
  }

  async putSlots(slots: readonly SlotPut[]): Promise<number> {
    for (const one of slots) {
      const before = this.kept.get(one.slot);
      if (before !== undefined && before.epoch > one.epoch) throw new BackendRefusal({ code: 'epoch-too-low' });
      this.slotChange += 1;
      this.kept.set(one.slot, { ...one, change: this.slotChange });
    }
    this.wake();
    return this.slotChange;
  }

  async slots(after: number): Promise<SlotsAnswer> {
    const later = [...this.kept.values()].filter(({ change }) => change > after).sort((a, b) => a.change - b.change);
    return { slots: later.slice(0, 2000), more: later.length > 2000 };
  }

  async putChunk(blob: string, n: number, bytes: Buffer): Promise<void> {
    this.chunks.set(`${blob}/${n}`, Buffer.from(bytes));
  }

  async chunk(blob: string, n: number): Promise<Buffer> {
    const found = this.chunks.get(`${blob}/${n}`);
    if (found === undefined) throw new BackendRefusal({ code: 'not-found' });
    return Buffer.from(found);
  }

  async deleteBlob(blob: string): Promise<void> {
    for (const key of this.chunks.keys()) if (key.startsWith(`${blob}/`)) this.chunks.delete(key);
  }

  async devices(): Promise<readonly RegisteredDevice[]> {
    return [...this.registered.values()];
  }

  async cosign(_request: WitnessRequest): Promise<WitnessAnswer> {
    // Whoever is no witness is away when it is asked to be one: an objection would be an alarm.
    throw new BackendUnreachable('not-reachable');
  }
}
