/**
 * Taking a batch of the log (docs/protocols/sync.md, "Taking a batch"): verified, opened, its ops in slices of one
 * transaction and one entry each. How far it is taken stands in the same transaction: a kill anywhere goes on from there.
 */
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { splitVersion } from '../../../../src-shared/sync-protocol/primitives.ts';
import { append, type NewEntry } from '../../audit/log.ts';
import { frontierRoot, grow, leafHash } from '../../audit/merkle.ts';
import type { Store } from '../../store/open.ts';
import { sliceClock } from '../../store/slices.ts';
import { type Tx, withTransaction } from '../../store/transaction.ts';
import type { RosterState } from '../../vault/roster-state.ts';
import type { Backend, PulledBatch } from '../backend.ts';
import type { GroupOp, RowOp } from '../merge/apply.ts';
import type { Verdicts } from '../merge/slice.ts';
import { acknowledged } from '../outgoing/pending.ts';
import { noteSnapshot } from '../outgoing/snapshot.ts';
import type { Authority } from './authority.ts';
import { BlobGone, withBlobs } from './blobs.ts';
import { takeDecision } from './decide.ts';
import { BadBatch, type OpenedGroup, openGroups } from './groups.ts';
import type { Heads } from './heads.ts';
import { appendToLog, frontierOfLog, writeChain } from './log.ts';
import { takeImport } from './pages.ts';
import { type Apart, hold, noteRemoved, setApart, setAside } from './quarantine.ts';
import { inJudgedTransaction, isRowOp, type Judge, signedUnder, type Tally, withItsNote } from './slices.ts';
import { type Partial, readPartial, readTelling, writePartial, writeTelling } from './state.ts';
import { SyncStop, SyncWaits } from './stop.ts';
import { type Membership, type Verified, verifyBatch } from './verify.ts';
import { keepWaiting } from './waiting.ts';

export type TakeParts = {
  readonly store: Store;
  readonly member: Membership;
  readonly judge: Judge;
  readonly backend: Backend;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** What the roster here says now. */
  readonly roster: () => RosterState;
  readonly authority: Authority;
  /** The directory was asked after this batch was first seen: who it does not name now is a stranger. */
  readonly directoryAsked: boolean;
};

export type TakenBatch = {
  readonly outcome: 'taken' | 'own' | 'set-aside';
  readonly ops: number;
  /** Of whom something changed; with null also what belongs to nobody. */
  readonly patients: ReadonlySet<string | null>;
};

export const byCore: Pick<NewEntry, 'agent' | 'purpose' | 'origin'> = {
  agent: { user: null, roles: [], session: null },
  purpose: 'HOPERAT',
  origin: 'core',
};

const none: ReadonlySet<string | null> = new Set();
/** Plain bytes of blobs held for one slice; one that is larger comes alone. */
const blobBytes = 16 * 1024 * 1024;
/** Leaves room for the entry and the commit under the 50 ms that others may wait. */
const sliceMs = 30;
/** Ops between two looks at the clock. */
const chunk = 16;

/** Of an answer to "the directory does not know": once asked, it is the backend's doing. */
function strangerStops(error: unknown, asked: boolean): never {
  if (asked && error instanceof SyncWaits && error.what === 'directory') {
    throw new SyncStop('batch-refused', error.detail, error.position);
  }
  throw error;
}

/** @throws SyncStop, SyncWaits; and whatever the backend does while blobs and pages are fetched */
export async function takeBatch(parts: TakeParts, pulled: PulledBatch): Promise<TakenBatch> {
  const { store, member, now } = parts;
  let verified: Verified;
  try {
    verified = verifyBatch(store, member, pulled);
  } catch (error) {
    strangerStops(error, parts.directoryAsked);
  }
  const begun = readPartial(store);
  if (begun !== null && begun.hash !== verified.hash.toString('base64')) {
    throw new SyncStop('log-forked', 'partial', verified.position);
  }
  if (verified.own) {
    withTransaction(store, (tx) => finishBatchAt(tx, verified), now());
    return { outcome: 'own', ops: 0, patients: none };
  }
  const clinicKey = store.clinicKeys?.of(verified.envelope.header.epoch);
  if (clinicKey === undefined) throw new SyncWaits('clinic-key', 'envelope', verified.position);
  let groups: OpenedGroup[];
  try {
    groups = openGroups(store, verified, clinicKey);
  } catch (error) {
    if (!(error instanceof BadBatch)) throw error;
    putAside(parts, verified);
    return { outcome: 'set-aside', ops: 0, patients: none };
  }
  demandRoster(parts, verified, groups);
  return new Taking(parts, verified, groups, begun).run();
}

/** What the batch says of the roster and the roster here does not know: first the directory is asked. */
function demandRoster(
  { roster, directoryAsked }: TakeParts,
  { position, envelope }: Verified,
  groups: readonly OpenedGroup[],
): void {
  if (directoryAsked) return;
  for (const group of groups) {
    if (group.state !== 'open') continue;
    const unknown = group.ops.some((op) => {
      if (op.k === 'roster') return !rosterSays(roster(), op);
      if (op.k === 'erase') return op.roster > roster().size;
      return op.k === 'decide' && envelope.header.roster > roster().size;
    });
    if (unknown) throw new SyncWaits('directory', 'roster', position);
  }
}

export function rosterSays(state: RosterState, op: Extract<SyncOp, { k: 'roster' }>): boolean {
  return (
    state.size >= op.size &&
    op.users.every((id) => state.users.get(id)?.status === 'removed') &&
    op.devices.every((id) => state.devices.get(id)?.status === 'removed')
  );
}

function putAside({ store, now }: TakeParts, verified: Verified): void {
  const { position, envelope } = verified;
  const { device, seq, epoch } = envelope.header;
  withTransaction(
    store,
    (tx) => {
      setAside(tx, { position, place: 0, device, seq, epoch }, envelope.bytes);
      finishBatchAt(tx, verified);
      append(tx, { ...byCore, type: 'sync.refused', outcome: 8, detail: { reason: 'unreadable', device, position } });
    },
    now(),
  );
}

/** The batch is taken: the log and its device's chain go on. */
function finishBatchAt(tx: Tx, { hash, envelope, own, position }: Verified): void {
  const { device, seq } = envelope.header;
  appendToLog(tx, [{ hash, device, seq }]);
  writeChain(tx, device, { seq: seq + 1, hash });
  writePartial(tx, null);
  if (envelope.header.kind === 'snapshot') noteSnapshot(tx, position);
  if (own) ownHasPlace(tx, seq, position);
}

function ownHasPlace(tx: Tx, seq: number, position: number): void {
  acknowledged(tx, seq);
  const telling = readTelling(tx.store);
  if (telling?.seq !== seq) return;
  for (const id of telling.users) noteRemoved(tx, 'user', id, position);
  for (const id of telling.devices) noteRemoved(tx, 'device', id, position);
  writeTelling(tx, null);
}

type OwnBatch = {
  readonly position: number;
  readonly seq: number;
  readonly hash: Buffer;
  readonly kind: 'ops' | 'snapshot';
};

/**
 * A batch of ours that the backend says is stored at the log's end: known without fetching it.
 * @throws SyncStop log-forked where a head says another
 */
export function takeOwn(
  { store, heads, now }: { readonly store: Store; readonly heads: Heads; readonly now: () => number },
  { position, seq, hash, kind }: OwnBatch,
): void {
  const frontier = grow(frontierOfLog(store), leafHash(hash));
  heads.demandPromised(position, hash);
  heads.demandRoot(frontier.size, frontierRoot(frontier));
  withTransaction(
    store,
    (tx) => {
      appendToLog(tx, [{ hash, device: store.device, seq }]);
      writeChain(tx, store.device, { seq: seq + 1, hash });
      if (kind === 'snapshot') noteSnapshot(tx, position);
      ownHasPlace(tx, seq, position);
    },
    now(),
  );
  heads.reached(frontier.size);
}

type At = { readonly group: number; readonly op: number };
/** What one transaction may take at most. */
type Plan =
  | { readonly kind: 'alone'; readonly op: Extract<SyncOp, { k: 'import' | 'decide' }>; readonly at: At }
  | { readonly kind: 'ops'; readonly end: At; readonly wanted: readonly GroupOp[]; readonly roster: number | null };

type Slicing = {
  readonly texts: ReadonlyMap<RowOp, RowOp>;
  readonly tally: Tally;
  readonly verdicts: Verdicts;
};

class Taking {
  readonly #parts: TakeParts;
  readonly #verified: Verified;
  readonly #groups: OpenedGroup[];
  readonly #patients = new Set<string | null>();
  #at: At;
  #ops = 0;
  #apart: { readonly group: number; readonly apart: Apart } | null = null;

  constructor(parts: TakeParts, verified: Verified, groups: readonly OpenedGroup[], begun: Partial | null) {
    this.#parts = parts;
    this.#verified = verified;
    this.#groups = [...groups];
    this.#at = begun === null ? { group: 0, op: 0 } : { group: begun.group, op: begun.op };
  }

  async run(): Promise<TakenBatch> {
    const { store, now, signal } = this.#parts;
    let whole = false;
    while (!whole) {
      signal.throwIfAborted();
      const plan = this.#plan();
      if (plan.kind === 'alone') {
        await this.#alone(plan.op);
        const next = { group: plan.at.group, op: plan.at.op + 1 };
        withTransaction(store, (tx) => this.#remember(tx, next), now());
        this.#at = next;
        continue;
      }
      const texts = await this.#texts(plan.wanted);
      if (texts === null) continue;
      const done = await inJudgedTransaction(this.#parts, (tx, tally, verdicts) =>
        this.#slice(tx, plan, { texts, tally, verdicts }),
      );
      this.#at = done.result;
      this.#ops += done.tally.ops;
      for (const patient of done.tally.patients) this.#patients.add(patient);
      whole = done.result.group >= this.#groups.length;
      // Others have their turn between two slices.
      if (!whole) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return { outcome: 'taken', ops: this.#ops, patients: this.#patients };
  }

  /** Null where a text is gone with its patient: all of that group waits for the erasure. */
  async #texts(wanted: readonly GroupOp[]): Promise<Slicing['texts'] | null> {
    try {
      return await withBlobs(this.#parts, this.#verified.envelope.header.epoch, wanted);
    } catch (error) {
      if (!(error instanceof BlobGone)) throw error;
      const place = this.#groups.findIndex(({ patient }) => patient === error.patient);
      const group = this.#groups[place];
      if (group !== undefined) this.#groups[place] = { patient: group.patient, bytes: group.bytes, state: 'waits' };
      return null;
    }
  }

  /** An import, or a decision: what it does takes transactions of its own. */
  async #alone(op: Extract<SyncOp, { k: 'import' | 'decide' }>): Promise<void> {
    const { store, now } = this.#parts;
    const { position, envelope } = this.#verified;
    const { device, epoch, seq } = envelope.header;
    const { group: place, op: index } = this.#at;
    const group = this.#groups[place];
    const apart = group?.state === 'open' ? this.#apartOf(place, group) : null;
    if (group?.state !== 'open' || apart === null) return;
    if (index === 0) withTransaction(store, (tx) => this.#hold(tx, group, apart, place), now());
    if (!apart.take.includes(index)) return;
    if (op.k === 'decide') {
      if (this.#parts.authority.mayDecide(op.author, envelope.header.roster)) {
        for (const patient of await takeDecision(this.#parts, op)) this.#patients.add(patient);
      } else withTransaction(store, (tx) => this.#refuse(tx, 'decision'), now());
      return;
    }
    try {
      await takeImport(this.#parts, op, { device, epoch, position });
      this.#ops += op.rows;
    } catch (error) {
      if (!(error instanceof BadBatch)) throw error;
      const detail = { reason: 'unreadable', device, position };
      withTransaction(
        store,
        (tx) => {
          setAside(tx, { position, place, device, seq, epoch }, envelope.bytes);
          append(tx, { ...byCore, type: 'sync.refused', outcome: 8, detail });
        },
        now(),
      );
    }
  }

  /** What is taken of a group and what waits, found once the groups before it are taken. */
  #apartOf(place: number, group: OpenedGroup & { state: 'open' }): Apart {
    if (this.#apart?.group !== place) {
      this.#apart = { group: place, apart: setApart(this.#parts.store, group, this.#placeOf(place)) };
    }
    return this.#apart.apart;
  }

  #placeOf(place: number) {
    const { device, seq, epoch } = this.#verified.envelope.header;
    return { position: this.#verified.position, place, device, seq, epoch };
  }

  /** Ops from here on that fit into one slice; rows signed under another roster begin the next one. */
  #plan(): Plan {
    const wanted: GroupOp[] = [];
    let { group: place, op: index } = this.#at;
    let roster: number | null = null;
    let bytes = 0;
    for (; place < this.#groups.length; place += 1, index = 0) {
      const group = this.#groups[place];
      if (group?.state !== 'open') continue;
      for (; index < group.ops.length; index += 1) {
        const op = group.ops[index];
        if (op === undefined) break;
        if (op.k === 'import' || op.k === 'decide') {
          const at = { group: place, op: index };
          const here = place === this.#at.group && index === this.#at.op;
          return here ? { kind: 'alone', op, at } : { kind: 'ops', end: at, wanted, roster };
        }
        const under = signedUnder(op);
        const size = 'blob' in op ? (op.blob?.size ?? 0) : 0;
        const another = under !== null && roster !== null && under !== roster;
        const full = wanted.length >= limits.sliceOps && !withItsNote(op);
        if (another || full || (bytes > 0 && bytes + size > blobBytes)) {
          return { kind: 'ops', end: { group: place, op: index }, wanted, roster };
        }
        roster = under ?? roster;
        bytes += size;
        if (isRowOp(op)) wanted.push({ op, patient: group.patient });
      }
    }
    return { kind: 'ops', end: { group: this.#groups.length, op: 0 }, wanted, roster };
  }

  /** @returns where the next slice begins */
  #slice(tx: Tx, plan: Plan & { kind: 'ops' }, { texts, tally, verdicts }: Slicing): At {
    const over = sliceClock(sliceMs);
    let waiting = 0;
    let { group: place, op: index } = this.#at;
    const ended = (): boolean => place > plan.end.group || (place === plan.end.group && index >= plan.end.op);
    for (; place < this.#groups.length && !ended(); place += 1, index = 0) {
      const group = this.#groups[place];
      if (group?.state === 'waits' && group.patient !== null) {
        keepWaiting(tx, group.patient, this.#placeOf(place), group.bytes);
      }
      if (group?.state !== 'open') continue;
      const apart = this.#apartOf(place, group);
      if (index === 0) waiting += this.#hold(tx, group, apart, place);
      const last = place === plan.end.group ? plan.end.op : group.ops.length;
      const take = new Set(apart.take);
      while (index < last && (tally.ops === 0 || !over())) {
        const some: GroupOp[] = [];
        const until = chunkEnd(group.ops, index, last);
        for (; index < until; index += 1) {
          const op = group.ops[index];
          if (op === undefined || !take.has(index)) continue;
          if (op.k === 'roster') this.#removal(tx, op);
          else if (op.k === 'erase' && !this.#parts.authority.mayErase(op)) this.#refuse(tx, 'erasure');
          else if (isRowOp(op)) some.push({ op: texts.get(op) ?? op, patient: group.patient });
          tx.head.lamport = Math.max(tx.head.lamport, splitVersion(op.v).lamport);
        }
        tally.apply(tx, some, verdicts);
      }
      if (index < group.ops.length) break;
    }
    const at = { group: place, op: index };
    if (place >= this.#groups.length) finishBatchAt(tx, this.#verified);
    else this.#remember(tx, at);
    this.#tell(tx, tally, waiting);
    return at;
  }

  #tell(tx: Tx, tally: Tally, waiting: number): void {
    const { position, envelope } = this.#verified;
    // A batch of nothing leaves none: it says how far its author saw.
    if (tally.ops === 0 && waiting === 0 && this.#groups.length === 0) return;
    const { device } = envelope.header;
    const detail = { device, position, ...(waiting > 0 && { waiting }), ...tally.detail() };
    append(tx, { ...byCore, type: 'sync.received', outcome: 0, detail });
  }

  /** @returns how many ops wait now */
  #hold(tx: Tx, group: OpenedGroup & { state: 'open' }, apart: Apart, place: number): number {
    for (const held of apart.held) hold(tx, group, held, this.#placeOf(place));
    return apart.held.reduce((sum, { ops }) => sum + ops.length, 0);
  }

  #removal(tx: Tx, op: Extract<SyncOp, { k: 'roster' }>): void {
    const { position } = this.#verified;
    if (!rosterSays(this.#parts.roster(), op)) {
      this.#refuse(tx, 'roster');
      return;
    }
    for (const id of op.users) noteRemoved(tx, 'user', id, position);
    for (const id of op.devices) noteRemoved(tx, 'device', id, position);
  }

  /** What its workstation may not say: others go on without it. */
  #refuse(tx: Tx, reason: 'roster' | 'erasure' | 'decision'): void {
    const { position, envelope } = this.#verified;
    const detail = { reason, device: envelope.header.device, position };
    append(tx, { ...byCore, type: 'sync.refused', outcome: 8, detail });
  }

  #remember(tx: Tx, at: At): void {
    const { position, hash } = this.#verified;
    writePartial(tx, { position, hash: hash.toString('base64'), ...at });
  }
}

function chunkEnd(ops: readonly SyncOp[], from: number, last: number): number {
  let end = Math.min(from + chunk, last);
  for (let next = ops[end]; end < last && next !== undefined && withItsNote(next); next = ops[end]) end += 1;
  return end;
}
