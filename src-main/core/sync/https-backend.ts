/** `Backend` over TLS: paths, sizes and shapes of docs/protocols/sync.md, "Transport". */
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import {
  devicesAnswer,
  type RegisteredDevice,
  type StateAnswer,
  type StoredAnswer,
  slotsAnswer,
  slotsPutAnswer,
  snapshotsAnswer,
  stateAnswer,
  storedAnswer,
  witnessAnswer,
} from '../../../src-shared/sync-protocol/messages.ts';
import type { WitnessAnswer, WitnessRequest } from '../audit/witness.ts';
import type { PinnedPeer } from '../crypto/backend-tls.ts';
import {
  type Backend,
  BackendRefusal,
  BackendUnreachable,
  type LyingDirectory,
  type PulledBatch,
  type SlotPut,
  type SlotsAnswer,
  type SnapshotsAnswer,
} from './backend.ts';
import { type Answered, BackendHttp, type HttpTimes, httpTimes, nothing, parsed, smallAnswer } from './http.ts';

/** A batch's frame in an answer: position and length. */
const frameHead = 12;
const hashBytes = 32;
/** What sealing adds to a chunk. */
const sealing = 64;
/** JSON of so many slots, or of a thousand devices. */
const listAnswer = 8 * 1024 * 1024;

export class HttpsBackend implements Backend {
  readonly #work: BackendHttp;
  /** `/v1/state` is held back by the server: on a connection of its own nothing waits behind it. */
  readonly #waiting: BackendHttp;

  constructor(peer: PinnedPeer, times: HttpTimes = httpTimes) {
    this.#work = new BackendHttp(peer, times);
    this.#waiting = new BackendHttp(peer, times);
  }

  /** For the calls beside the exchange (`open-calls.ts`), on the same connection. */
  get http(): BackendHttp {
    return this.#work;
  }

  async state(after: string | null, waitSeconds: number, signal: AbortSignal): Promise<StateAnswer> {
    const wait = Math.min(Math.max(0, Math.floor(waitSeconds)), limits.waitSeconds);
    const query = new URLSearchParams({ ...(after !== null && { after }), wait: String(wait) });
    const http = wait > 0 && after !== null ? this.#waiting : this.#work;
    const patience = wait * 1000;
    return parsed(
      stateAnswer,
      await http.ask({ method: 'GET', path: `/v1/state?${query}`, most: smallAnswer, patience }, signal),
    );
  }

  async push(envelope: Buffer, signal: AbortSignal): Promise<StoredAnswer> {
    const answer = await this.#work.ask(
      { method: 'POST', path: '/v1/batches', body: envelope, most: smallAnswer },
      signal,
    );
    return parsed(storedAnswer, answer);
  }

  async pull(from: number, bytes: number, signal: AbortSignal): Promise<readonly PulledBatch[]> {
    // At least one comes, however little was asked for.
    const most = Math.max(bytes, limits.batchBytes) + 64 * 1024;
    const { bytes: answer } = await this.#get(`/v1/batches?from=${from}&bytes=${bytes}`, most, signal);
    return framesOf(answer, from);
  }

  async leaves(from: number, to: number, signal: AbortSignal): Promise<readonly Buffer[]> {
    const found: Buffer[] = [];
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + limits.leaves);
      const most = (end - at) * hashBytes;
      const { bytes } = await this.#get(`/v1/leaves?from=${at}&to=${end}`, most, signal);
      if (bytes.length !== most) throw new BackendUnreachable('answer-malformed');
      for (let start = 0; start < most; start += hashBytes) found.push(bytes.subarray(start, start + hashBytes));
      at = end;
    }
    return found;
  }

  async snapshots(signal: AbortSignal): Promise<SnapshotsAnswer> {
    return parsed(snapshotsAnswer, await this.#get('/v1/snapshots', smallAnswer, signal));
  }

  async directory(signal: AbortSignal): Promise<LyingDirectory | null> {
    try {
      const { bytes, headers } = await this.#get('/v1/directory', limits.directoryBytes, signal);
      return { revision: revisionOf(headers), bytes };
    } catch (error) {
      if (error instanceof BackendRefusal && error.value.code === 'not-found') return null;
      throw error;
    }
  }

  async putDirectory(bytes: Buffer, revision: number | null, signal: AbortSignal): Promise<'ok' | 'changed-meanwhile'> {
    const headers: Record<string, string> =
      revision === null ? { 'if-none-match': '*' } : { 'if-match': `"${revision}"` };
    try {
      await this.#work.ask({ method: 'PUT', path: '/v1/directory', headers, body: bytes, most: smallAnswer }, signal);
      return 'ok';
    } catch (error) {
      if (error instanceof BackendRefusal && error.value.code === 'changed-meanwhile') return 'changed-meanwhile';
      throw error;
    }
  }

  async putSlots(slots: readonly SlotPut[], signal: AbortSignal): Promise<number> {
    const answer = await this.#work.ask(
      { method: 'POST', path: '/v1/slots', body: { json: { slots } }, most: smallAnswer },
      signal,
    );
    return parsed(slotsPutAnswer, answer).change;
  }

  async slots(after: number, signal: AbortSignal): Promise<SlotsAnswer> {
    return parsed(slotsAnswer, await this.#get(`/v1/slots?after=${after}`, listAnswer, signal));
  }

  async putChunk(blob: string, n: number, bytes: Buffer, signal: AbortSignal): Promise<void> {
    await this.#work.ask({ method: 'PUT', path: `/v1/blobs/${blob}/${n}`, body: bytes, most: smallAnswer }, signal);
  }

  async chunk(blob: string, n: number, signal: AbortSignal): Promise<Buffer> {
    return (await this.#get(`/v1/blobs/${blob}/${n}`, limits.chunkBytes + sealing, signal)).bytes;
  }

  async deleteBlob(blob: string, signal: AbortSignal): Promise<void> {
    parsed(nothing, await this.#work.ask({ method: 'DELETE', path: `/v1/blobs/${blob}`, most: smallAnswer }, signal));
  }

  async devices(signal: AbortSignal): Promise<readonly RegisteredDevice[]> {
    return parsed(devicesAnswer, await this.#get('/v1/devices', listAnswer, signal)).devices;
  }

  async cosign({ oldSize, proof, notes }: WitnessRequest, signal: AbortSignal): Promise<WitnessAnswer> {
    const json = { oldSize, proof: proof.map((one) => one.toString('base64')), notes };
    const asked = { method: 'POST', path: '/v1/witness', body: { json }, most: smallAnswer } as const;
    return parsed(witnessAnswer, await this.#work.ask(asked, signal));
  }

  /** The connections end; what is under way fails. */
  async close(): Promise<void> {
    await Promise.all([this.#work.close(), this.#waiting.close()]);
  }

  #get(path: string, most: number, signal: AbortSignal): Promise<Answered> {
    return this.#work.ask({ method: 'GET', path, most }, signal);
  }
}

/** `(u64(position) ‖ u32(length) ‖ envelope)*`, positions without a gap. @throws BackendUnreachable answer-malformed */
export function framesOf(bytes: Buffer, from: number): readonly PulledBatch[] {
  const batches: PulledBatch[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < frameHead) throw new BackendUnreachable('answer-malformed');
    const position = bytes.readBigUInt64BE(at);
    const length = bytes.readUInt32BE(at + 8);
    const start = at + frameHead;
    const next = start + length;
    const due = from + batches.length;
    if (position !== BigInt(due) || length > limits.batchBytes || next > bytes.length) {
      throw new BackendUnreachable('answer-malformed');
    }
    batches.push({ position: due, envelope: bytes.subarray(start, next) });
    at = next;
  }
  return batches;
}

/** A strong ETag of digits. */
function revisionOf(headers: Answered['headers']): number {
  const { etag } = headers;
  const digits = typeof etag === 'string' ? /^"(\d{1,15})"$/.exec(etag)?.[1] : undefined;
  if (digits === undefined) throw new BackendUnreachable('answer-malformed');
  return Number(digits);
}
