/** The log's signed heads, held against each other and against the log as it comes in. */
import type { Store } from '../../store/open.ts';
import { withTransaction } from '../../store/transaction.ts';
import { type LogHead, readHead } from '../log-head.ts';
import { batchAt, logSize, rootOfLog } from './log.ts';
import { readState, writeState } from './state.ts';
import { SyncStop } from './stop.ts';

export type HeadKey = { readonly clinic: string; readonly name: string; readonly publicKey: Uint8Array };

export class Heads {
  readonly #store: Store;
  readonly #key: HeadKey;
  /** Heads beyond what is taken: judged when it is. */
  readonly #ahead = new Map<number, { readonly root: Buffer; readonly note: string }>();
  /** Batches that were told stored at a place that is not taken yet. */
  readonly #promised = new Map<number, Buffer>();
  /** Number of the last batch of ours that was told stored. */
  storedTo = -1;
  #latest: LogHead | null = null;

  constructor(store: Store, key: HeadKey) {
    this.#store = store;
    this.#key = key;
    const note = readState(store, 'in.head')?.toString('utf8');
    const head = note === undefined ? undefined : this.#read(note);
    if (note !== undefined && head !== undefined) {
      this.#latest = head;
      this.#ahead.set(head.size, { root: head.root, note });
    }
  }

  /** How far the backend has vouched for. */
  get size(): number {
    return Math.max(this.#latest?.size ?? 0, logSize(this.#store));
  }

  #read(note: string): LogHead | undefined {
    const { clinic, name, publicKey } = this.#key;
    return readHead(note, clinic, name, publicKey);
  }

  /**
   * A head that the backend gave.
   * @param note null: it says that there is no log
   * @param floor `size` when it was asked: answers may overtake each other
   * @throws SyncStop log-rolled-back, log-forked, batch-refused
   */
  judge(note: string | null, floor: number, now: number): LogHead | null {
    if (note === null) {
      if (floor > 0) throw new SyncStop('log-rolled-back', 'head-shorter');
      return null;
    }
    const head = this.#read(note);
    if (head === undefined) throw new SyncStop('batch-refused', 'head');
    if (head.size < floor) throw new SyncStop('log-rolled-back', 'head-shorter');
    const root = rootOfLog(this.#store, head.size);
    const told = this.#ahead.get(head.size);
    if (root?.equals(head.root) === false || told?.root.equals(head.root) === false) this.#forked(note, head.size, now);
    if (root === undefined) this.#ahead.set(head.size, { root: head.root, note });
    if (this.#latest === null || head.size > this.#latest.size) this.#keep(note, head, now);
    return head;
  }

  #keep(note: string, head: LogHead, now: number): void {
    withTransaction(this.#store, (tx) => writeState(tx, 'in.head', Buffer.from(note, 'utf8')), now);
    this.#latest = head;
  }

  /** Both heads stay: they are the proof. */
  #forked(note: string, size: number, now: number): never {
    withTransaction(this.#store, (tx) => writeState(tx, 'in.head-other', Buffer.from(note, 'utf8')), now);
    throw new SyncStop('log-forked', 'head-root', size);
  }

  /** A batch of ours was told stored at a position. @throws SyncStop log-forked */
  promise(position: number, hash: Buffer): void {
    const there = batchAt(this.#store, position);
    if (there === undefined) this.#promised.set(position, hash);
    else if (!there.hash.equals(hash)) throw new SyncStop('log-forked', 'promise', position);
  }

  /** Before a batch is taken at the log's end: is it the one that was promised there? @throws SyncStop */
  demandPromised(position: number, hash: Buffer): void {
    const promised = this.#promised.get(position);
    if (promised?.equals(hash) === false) throw new SyncStop('log-forked', 'promise', position);
    this.#promised.delete(position);
  }

  /** The log has grown. @param root of the log of `size`; @throws SyncStop log-forked */
  demandRoot(size: number, root: Buffer): void {
    const told = this.#ahead.get(size);
    if (told?.root.equals(root) === false) throw new SyncStop('log-forked', 'head-root', size);
  }

  /** The log is taken to this size for good. */
  reached(size: number): void {
    for (const one of this.#ahead.keys()) if (one <= size) this.#ahead.delete(one);
  }
}
