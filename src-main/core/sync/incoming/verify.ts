/** Steps 1 and 2 of taking a batch (docs/protocols/sync.md): who signed it, whether it goes on, what its author saw. */

import type { Store } from '../../store/open.ts';
import type { PulledBatch } from '../backend.ts';
import { batchHash, type Envelope, envelopeSigned, readEnvelope } from '../envelope.ts';
import { chainOf, logSize, rootOfLog } from './log.ts';
import { readState } from './state.ts';
import { SyncStop, SyncWaits } from './stop.ts';

/** Who we are and whom the roster lists. */
export type Membership = {
  readonly tenant: string;
  readonly clinic: string;
  readonly device: string;
  /** Every Ed25519 key that the roster lists or listed for a device; none for a stranger. */
  readonly deviceKeys: (device: string) => readonly Uint8Array[];
};

export type Verified = {
  readonly position: number;
  readonly envelope: Envelope;
  readonly hash: Buffer;
  readonly own: boolean;
};

/** @throws SyncStop batch-refused, log-forked @throws SyncWaits for a directory that names its device */
export function verifyBatch(store: Store, member: Membership, pulled: PulledBatch): Verified {
  const { position } = pulled;
  if (position !== logSize(store)) throw new SyncStop('batch-refused', 'position', position);
  const envelope = readEnvelope(pulled.envelope);
  if (envelope === undefined) throw new SyncStop('batch-refused', 'envelope', position);
  const { header } = envelope;
  if (header.tenant !== member.tenant || header.clinic !== member.clinic) {
    throw new SyncStop('batch-refused', 'tenant', position);
  }
  const keys = member.deviceKeys(header.device);
  if (keys.length === 0) throw new SyncWaits('directory', 'stranger', position);
  if (!keys.some((key) => envelopeSigned(envelope, key))) {
    // Perhaps its keys were replaced, and the directory that says so is not here yet.
    throw new SyncWaits('directory', 'signature', position);
  }
  const chain = chainOf(store, header.device);
  if (header.seq !== chain.seq || !chain.hash.equals(Buffer.from(header.previous, 'base64'))) {
    throw new SyncStop('batch-refused', 'chain', position);
  }
  demandSeen(store, header.seen, position);
  const hash = batchHash(envelope.headerBytes);
  const own = header.device === member.device && isOurs(store, header.seq, envelope, position);
  return { position, envelope, hash, own };
}

function demandSeen(store: Store, seen: Envelope['header']['seen'], position: number): void {
  const root = rootOfLog(store, seen.size);
  if (seen.size > position || root === undefined) throw new SyncStop('log-forked', 'seen-future', position);
  if (!root.equals(Buffer.from(seen.root, 'base64'))) throw new SyncStop('log-forked', 'seen', position);
}

/** A batch under our name is one we made, byte for byte, unless an older database was put back here. */
function isOurs(store: Store, seq: number, envelope: Envelope, position: number): boolean {
  const sent = store
    .sql<[number], { envelope: Buffer }>('select envelope from sync_outgoing where seq = ?')
    .get(seq)?.envelope;
  if (sent?.equals(envelope.bytes) === true) return true;
  // What this workstation said after the copy that was put back comes from the log as anybody's does.
  if (sent === undefined && readState(store, 'in.restored') !== undefined) return false;
  throw new SyncStop('batch-refused', 'not-ours', position);
}
