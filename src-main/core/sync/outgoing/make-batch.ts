/**
 * Batches of this workstation (docs/protocols/sync.md, "Batches"): read, grouped and sealed in slices, kept in one
 * transaction with the position in the log and the chain. What was kept is what is sent, however often.
 */
import type { BatchHeader } from '../../../../src-shared/sync-protocol/envelope.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { wipe } from '../../crypto/wipe.ts';
import { syncPosition } from '../../store/indexed.ts';
import type { Store } from '../../store/open.ts';
import type { Sliced } from '../../store/slices.ts';
import { type Tx, withTransaction } from '../../store/transaction.ts';
import { batchHash, makeEnvelope } from '../envelope.ts';
import { plainGroup } from '../groups.ts';
import { gather, type ImportOfLog } from './gather.ts';
import { moveTo, type OwnChain, ownChain, writeOwnChain } from './position.ts';
import { erasedAmong, type LocalOp, type LongText } from './read-ops.ts';
import { type SealedGroups, sealGroups } from './seal-groups.ts';
import { needSlots } from './slots.ts';

/** The log as it was taken here: size and root. */
export type Seen = { readonly size: number; readonly root: Buffer };

/** Who makes batches, and what they say of what they know. */
export type Author = {
  readonly tenant: string;
  readonly clinic: string;
  /** The device's Ed25519. */
  readonly sign: (message: Uint8Array) => Buffer;
  /** How many entries the roster has. */
  readonly roster: () => number;
  readonly seen: () => Seen;
};

export type Making =
  | { readonly kind: 'made'; readonly batches: number; readonly ops: number }
  /** Everything in the log is in batches. */
  | { readonly kind: 'nothing' }
  /** The next is an import: `sendImport` (import-pages.ts). */
  | { readonly kind: 'import'; readonly at: ImportOfLog };

/** Entries without ops that are passed before the position is written for them alone. */
const passedAtMost = 512;

/** What is kept in the meantime belongs to a state that is no more: it is made again. */
class Overtaken extends Error {}

/**
 * Makes the next batch of the log's changes.
 * @throws CallError record-damaged, not-found where a key is gone that nobody erased
 * @throws OpenError where an epoch of the clinic key is not here
 */
export function* makeBatch(store: Store, author: Author): Sliced<Making> {
  for (;;) {
    try {
      return yield* makeOnce(store, author);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}

function* makeOnce(store: Store, author: Author): Sliced<Making> {
  const from = syncPosition(store);
  if (from === null) throw new Error('the log is not followed yet');
  const chain = ownChain(store);
  const { parts, next, importAt } = yield* gather(store, from);
  const demandSame = (): void => {
    if (syncPosition(store) !== from || ownChain(store).seq !== chain.seq) throw new Overtaken();
  };
  if (parts.length === 0) {
    if (importAt !== null || next - from >= passedAtMost) {
      withTransaction(store, (tx) => {
        demandSame();
        moveTo(tx, next);
      });
    }
    return importAt === null ? { kind: 'nothing' } : { kind: 'import', at: importAt };
  }
  const sealed: SealedGroups[] = [];
  try {
    for (const [index, part] of parts.entries()) {
      const place = { kind: 'batch', clinic: author.clinic, device: store.device, seq: chain.seq + index } as const;
      sealed.push(yield* sealGroups(store, place, part));
    }
    withTransaction(store, (tx) => {
      demandSame();
      const erased = erasedAmong(store);
      if (sealed.some(({ patients }) => patients.some(erased))) throw new Overtaken();
      for (const [index, one] of sealed.entries()) {
        needSlots(tx, one.slots);
        const { seq } = keepBatch(tx, author, one.plain, { ops: one.lines, kind: 'ops' });
        keepLong(tx, seq, parts[index] ?? []);
      }
      moveTo(tx, next);
    });
  } finally {
    wipe(...sealed.map(({ plain }) => plain));
  }
  return { kind: 'made', batches: sealed.length, ops: sealed.reduce((sum, { lines }) => sum + lines, 0) };
}

type BatchOptions = {
  readonly ops: number;
  readonly kind: BatchHeader['kind'];
  /** Of the clinic key; the newest unless its pages were sealed before. */
  readonly epoch?: number;
  /** A snapshot's place; else the log as it is taken now. */
  readonly seen?: Seen;
};

/** Signs and keeps the chain's next batch. @param plain groups; the caller wipes it */
function keepBatch(
  tx: Tx,
  author: Author,
  plain: Uint8Array,
  { ops, kind, ...given }: BatchOptions,
): { readonly seq: number } {
  const { store } = tx;
  const { clinicKeys } = store;
  const epoch = given.epoch ?? clinicKeys?.current.epoch;
  const clinicKey = epoch === undefined ? undefined : clinicKeys?.of(epoch);
  if (epoch === undefined || clinicKey === undefined) throw new Error('the clinic key is needed to make a batch');
  const { seq, hash }: OwnChain = ownChain(store);
  const { size, root } = given.seen ?? author.seen();
  const { bytes, headerBytes } = makeEnvelope(
    {
      version: 1,
      tenant: author.tenant,
      clinic: author.clinic,
      device: store.device,
      seq,
      previous: hash.toString('base64'),
      kind,
      epoch,
      seen: { size, root: root.toString('base64') },
      roster: author.roster(),
    },
    plain,
    { clinicKey, sign: author.sign, random: store.random },
  );
  if (bytes.length > limits.batchBytes) throw new Error('a batch larger than a batch may be');
  store
    .sql<[number, Buffer, Buffer, number]>('insert into sync_outgoing (seq, header, envelope, ops) values (?, ?, ?, ?)')
    .run(seq, headerBytes, bytes, ops);
  writeOwnChain(tx, { seq: seq + 1, hash: batchHash(headerBytes) });
  return { seq };
}

/**
 * A batch of ops that belong to no patient, or of none (it says how far the log was seen), in the caller's transaction.
 * What users did before comes first in the chain only if it is in batches already.
 */
export function keepOwnBatch(
  tx: Tx,
  author: Author,
  ops: readonly SyncOp[],
  options: Omit<Partial<BatchOptions>, 'ops'> = {},
): { readonly seq: number } {
  const plain = ops.length === 0 ? Buffer.alloc(0) : plainGroup(ops.map((op) => `${JSON.stringify(op)}\n`).join(''));
  return keepBatch(tx, author, plain, { kind: 'ops', ...options, ops: ops.length });
}

/** Texts that must be at the backend before batch `seq` is. */
function keepLong({ store }: Tx, seq: number, ops: readonly LocalOp[]): void {
  for (const { patient, long } of ops) if (long !== null) keepOne(store, seq, patient, long);
}

function keepOne(store: Store, seq: number, patient: string | null, { ref, resource, version }: LongText): void {
  store
    .sql<unknown[]>(
      `insert into sync_blob (id, seq, resource_id, version, patient_id, epoch, count, done) values (?, ?, ?, ?, ?, ?, ?, 0)`,
    )
    .run(ref.id, seq, resource, version, patient, store.clinicKeys?.current.epoch ?? 0, ref.count);
}
