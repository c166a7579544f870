/** What goes out at one contact: patients' keys first, then batches in the chain's order, two on their way at a time. */
import type { StoredAnswer } from '../../../../src-shared/sync-protocol/messages.ts';
import type { RosterOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { append } from '../../audit/log.ts';
import type { Store } from '../../store/open.ts';
import { nextVersion, type Tx, withTransaction } from '../../store/transaction.ts';
import type { RosterState } from '../../vault/roster-state.ts';
import { type Backend, BackendRefusal } from '../backend.ts';
import { readEnvelope } from '../envelope.ts';
import type { Heads } from '../incoming/heads.ts';
import { batchAt, chainOf, logSize } from '../incoming/log.ts';
import { removedAt } from '../incoming/quarantine.ts';
import { readNumber, readState, writeNumber, writeTelling } from '../incoming/state.ts';
import { SyncStop } from '../incoming/stop.ts';
import { byCore, takeOwn } from '../incoming/take.ts';
import { sendImport } from '../outgoing/import-pages.ts';
import { type Author, keepOwnBatch } from '../outgoing/make-batch.ts';
import {
  acknowledged,
  blobDeleted,
  blobsToDelete,
  fillOutgoing,
  inFlight,
  type PendingBatch,
  pendingBatches,
  sendLongTexts,
} from '../outgoing/pending.ts';
import { slotsNeeded, slotsPut, slotsToEmpty, slotsToPut } from '../outgoing/slots.ts';

export type SenderParts = {
  readonly store: Store;
  readonly backend: Backend;
  readonly heads: Heads;
  readonly author: Author;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly roster: () => RosterState;
  /** Some went out. */
  readonly sent: () => void;
};

/** Sends all there is. @throws SyncStop, and whatever the backend does */
export async function send(parts: SenderParts): Promise<void> {
  const { store, author, signal } = parts;
  tellRemovals(parts);
  for (;;) {
    const making = await fillOutgoing(store, author, signal);
    await putSlots(parts);
    // What is stored behind batches that are not taken yet stays here until the log has come so far.
    const batches = pendingBatches(store, parts.heads.storedTo);
    if (batches.length > 0) await pushAll(parts, batches);
    else if (making.kind === 'import') await sendImport(store, author, { ...parts, clinic: author.clinic }, making.at);
    else break;
    signal.throwIfAborted();
  }
  await clearUp(parts);
}

async function putSlots({ store, backend, author, signal, now }: SenderParts): Promise<void> {
  for (let puts = slotsToPut(store, author.clinic); puts.length > 0; puts = slotsToPut(store, author.clinic)) {
    const change = await backend.putSlots(puts, signal);
    const put = puts;
    withTransaction(store, (tx) => slotsPut(tx, put, change), now());
    if (!slotsNeeded(store)) break;
  }
}

/** Two on their way; answers are taken in the chain's order. */
async function pushAll(parts: SenderParts, first: readonly PendingBatch[]): Promise<void> {
  const { store, author, signal } = parts;
  const flying: { readonly batch: PendingBatch; readonly answer: Promise<Pushed> }[] = [];
  const launch = async (batch: PendingBatch): Promise<void> => {
    await sendLongTexts(store, { ...parts, clinic: author.clinic }, batch.seq);
    const answer = push(parts, batch, flying.at(-1)?.answer);
    // Whoever awaits it hears of its failure; until then nobody calls it unhandled.
    answer.catch(() => undefined);
    flying.push({ batch, answer });
  };
  for (const batch of first) await launch(batch);
  for (let next = flying.shift(); next !== undefined; next = flying.shift()) {
    const stored = await next.answer;
    keepStored(parts, next.batch, stored);
    parts.sent();
    signal.throwIfAborted();
    const after = flying.at(-1)?.batch.seq ?? next.batch.seq;
    if (flying.length < inFlight - 1 || flying.length === 0) {
      await fillOutgoing(store, author, signal, inFlight + 1);
      await putSlots(parts);
    }
    for (const batch of pendingBatches(store, after, inFlight - flying.length)) await launch(batch);
  }
}

type Pushed = { readonly stored: StoredAnswer; readonly floor: number };

/** @param before the one still on its way: a backend that came to this one first is asked again behind it */
async function push(parts: SenderParts, batch: PendingBatch, before?: Promise<Pushed>): Promise<Pushed> {
  const { backend, heads, signal } = parts;
  const floor = heads.size;
  try {
    return { stored: await backend.push(batch.envelope, signal), floor };
  } catch (error) {
    if (before === undefined || !isOutOfTurn(error)) throw stopOf(error);
  }
  await before;
  return push(parts, batch);
}

const isOutOfTurn = (error: unknown): boolean =>
  error instanceof BackendRefusal && error.value.code === 'batch-out-of-turn';

/** What a refused batch means: nobody else makes batches in our chain. */
function stopOf(error: unknown): unknown {
  if (!(error instanceof BackendRefusal)) return error;
  const { code } = error.value;
  if (isOutOfTurn(error)) return new SyncStop('log-rolled-back', 'chain');
  if (code === 'batch-differs' || code === 'batch-refused') return new SyncStop('batch-refused', 'chain');
  return error;
}

function keepStored(
  { store, heads, now }: SenderParts,
  { seq, hash, envelope }: PendingBatch,
  { stored, floor }: Pushed,
): void {
  const { position, head, size } = stored;
  const judged = heads.judge(head, floor, now());
  if (judged === null || judged.size !== size || position >= size) throw new SyncStop('batch-refused', 'answer');
  const next = position === logSize(store) && chainOf(store, store.device).seq === seq;
  if (next && readState(store, 'in.partial') === undefined) {
    takeOwn({ store, heads, now }, { position, seq, hash, kind: readEnvelope(envelope)?.header.kind ?? 'ops' });
    return;
  }
  heads.promise(position, hash);
  heads.storedTo = Math.max(heads.storedTo, seq);
  if (batchAt(store, position) !== undefined) withTransaction(store, (tx) => acknowledged(tx, seq), now());
}

/** Erased patients' slots and blobs go from the backend. */
async function clearUp({ store, backend, signal, now }: SenderParts): Promise<void> {
  const puts = slotsToEmpty(store);
  if (puts.length > 0) {
    const change = await backend.putSlots(puts, signal);
    withTransaction(store, (tx) => slotsPut(tx, puts, change), now());
  }
  for (const id of blobsToDelete(store)) {
    await backend.deleteBlob(id, signal);
    withTransaction(store, (tx) => blobDeleted(tx, id), now());
  }
}

/** Who was removed here, or seen removed first: said once in the log, so that all take the same from there on. */
function tellRemovals({ store, author, roster, now }: SenderParts): void {
  const state = roster();
  const users = [...state.users.values()].filter(({ status }) => status === 'removed').map(({ userId }) => userId);
  const devices = [...state.devices.values()].flatMap((one) => (one.status === 'removed' ? one.deviceId : []));
  const ever = Number.MAX_SAFE_INTEGER;
  const saidSize = readNumber(store, 'in.removals');
  if (saidSize >= state.size) return;
  const fresh = {
    users: users.filter((id) => !removedAt(store, 'user', id, ever)),
    devices: devices.filter((id) => !removedAt(store, 'device', id, ever)),
  };
  withTransaction(
    store,
    (tx) => {
      writeNumber(tx, 'in.removals', state.size);
      if (fresh.users.length + fresh.devices.length > 0) tell(tx, author, state.size, fresh);
    },
    now(),
  );
}

function tell(
  tx: Tx,
  author: Author,
  size: number,
  { users, devices }: { readonly users: readonly string[]; readonly devices: readonly string[] },
): void {
  const op: RosterOp = { k: 'roster', v: nextVersion(tx), at: tx.now, size, users: [...users], devices: [...devices] };
  const { seq } = keepOwnBatch(tx, author, [op]);
  writeTelling(tx, { seq, users: [...users], devices: [...devices] });
  const entity = [...users, ...devices];
  append(tx, { ...byCore, type: 'sync.removal-told', outcome: 0, entity, detail: { roster: size } });
}

/** Says how far the log was seen. */
export function sayNothing({ store, author, now }: Pick<SenderParts, 'store' | 'author' | 'now'>): void {
  withTransaction(store, (tx) => keepOwnBatch(tx, author, []), now());
}
