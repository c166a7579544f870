/**
 * Takes checkpoints: signs actions, signs the tree's head with a one-time key, writes tiles, lets go of the key.
 *
 * The order matters. Both the key in use and the one it names are in the small file before anything is signed; the
 * database has the checkpoint before the file moves on. A kill between any two steps leaves a next key at hand.
 */

import { canonicalJson } from '../crypto/canonical.ts';
import { ed25519Public } from '../crypto/ed25519.ts';
import { joinNote, type NoteSigner, noteLine, noteSigner } from '../crypto/signed-note.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Where } from '../report.ts';
import { currentHead } from '../store/head.ts';
import type { Store } from '../store/open.ts';
import { frontierFromTiles, writeTiles } from '../store/tiles.ts';
import { withTransaction } from '../store/transaction.ts';
import {
  type AnchorReason,
  actionsHash,
  type Checkpoint,
  checkpointText,
  headHash,
  parseCheckpoint,
  textHash,
  zeroHash,
} from './checkpoint-note.ts';
import { lastCheckpoint, writeCheckpoint } from './checkpoint-store.ts';
import { Edge, type Frontier, frontierRoot, leafHash } from './merkle.ts';
import type { OneTimeFile, OneTimeKeys } from './one-time-file.ts';
import type { SessionSigners } from './session-signers.ts';

/** Entries after which a checkpoint is due at once. */
export const checkpointEvery = 64;
/** Most entries that one checkpoint signs, but for an anchor. */
const entriesAtOnce = 4096;
/** How long one call goes on taking them, milliseconds: a lock leaves 500. */
const atOnceMs = 200;

export type CheckpointParts = {
  readonly store: Store;
  readonly origin: string;
  readonly file: OneTimeFile;
  readonly device: NoteSigner;
  readonly now: () => number;
  readonly sessions: SessionSigners;
  readonly report: (where: Where, error: unknown) => void;
};

/** What the last checkpoint said, as far as the next one needs it. */
type Last = { readonly checkpoint: Checkpoint; readonly text: string };

/** `behind`: the file knows checkpoints that the database does not have. */
export type Standing =
  | { readonly state: 'fine' | 'behind' }
  | { readonly state: 'anchor'; readonly reason: AnchorReason };

export class Checkpoints {
  readonly #parts: CheckpointParts;
  #last: Last | null;
  #keys: OneTimeKeys | null = null;
  /** Keys that did not reach the file (a full disk): nothing is signed with them before they do. */
  #unwritten = false;
  #anchor: AnchorReason | null = null;
  #taking = false;
  /** Size of the log when one that was due could not be taken. */
  #failedAt = 0;

  /** Nothing is signed before `begin`. */
  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    this.#last = readLast(parts.store);
  }

  /** How file and database stand to each other. */
  standing(): Standing {
    const { store, file, origin } = this.#parts;
    const keys = file.read();
    try {
      const last = this.#last?.checkpoint;
      if (last === undefined) {
        if (keys !== undefined && keys.number > 0) return { state: 'behind' };
        return { state: 'anchor', reason: 'first' };
      }
      // Another log's checkpoint, or tiles that are not what was signed: nothing may be built on them in silence.
      const frontier = frontierFromTiles(store, last.size);
      if (last.origin !== origin || frontier === undefined) return { state: 'behind' };
      if (!frontierRoot(frontier).equals(last.root)) return { state: 'behind' };
      if (keys === undefined || keys.number < last.number) return { state: 'anchor', reason: 'key-lost' };
      if (keys.number > last.number + 1) return { state: 'behind' };
      const next = keys.keys[last.number + 1 - keys.number];
      return next !== undefined && ed25519Public(next).equals(last.next) ? { state: 'fine' } : { state: 'behind' };
    } finally {
      wipe(...(keys?.keys ?? []));
    }
  }

  /**
   * Makes ready to sign. The first anchor of a log that begins is made at once; any other waits for `acknowledge`,
   * because somebody has to put their name to it.
   */
  begin(reason: AnchorReason | null): void {
    // A log without a checkpoint has no chain that could have been lost, whatever was put back.
    this.#anchor = reason !== null && this.#last === null ? 'first' : reason;
    if (this.#anchor === null) this.#keys = this.#fromFile();
    else if (this.#anchor === 'first' && this.#begins()) {
      this.#keys = this.#anew();
      this.#parts.file.write(this.#keys);
    }
  }

  /**
   * Set-up's entry alone, or its own keys for checkpoint 0: a kill came before that. Entries without either had
   * checkpoints that somebody took away, or come from before there were any.
   */
  #begins(): boolean {
    const { store, file } = this.#parts;
    if (currentHead(store).frontier.size <= 1) return true;
    const keys = file.read();
    wipe(...(keys?.keys ?? []));
    return keys?.number === 0;
  }

  /** Why a new chain of keys must begin, and with which number: its entry is to be written before `acknowledge`. */
  pendingAnchor(): { readonly number: number; readonly reason: AnchorReason } | null {
    return this.#anchor === null || this.#keys !== null ? null : { number: this.#number(), reason: this.#anchor };
  }

  /** The entry that names the anchor stands: a new chain begins. */
  acknowledge(): void {
    if (this.pendingAnchor() !== null) this.#keys = this.#anew();
  }

  /** Size of the log at the last checkpoint. */
  get size(): number {
    return this.#last?.checkpoint.size ?? 0;
  }

  /** After a commit: one is due when enough has come. It never throws, the commit stands. */
  afterCommit(): void {
    const { size } = currentHead(this.#parts.store).frontier;
    if (this.#taking || size - Math.max(this.size, this.#failedAt) < checkpointEvery) return;
    try {
      this.take();
    } catch (error) {
      // A file that cannot be written now is not tried again at every commit.
      this.#failedAt = size;
      this.#parts.report('checkpoint', error);
    }
  }

  /** Takes one unless nothing came since the last. @returns the last one's number, null while there can be none */
  take(): number | null {
    const keys = this.#keys;
    if (keys === null || this.#taking) return this.#last?.checkpoint.number ?? null;
    const { frontier } = currentHead(this.#parts.store);
    if (frontier.size === 0 || (this.#anchor === null && frontier.size === this.size)) {
      return this.#last?.checkpoint.number ?? null;
    }
    this.#taking = true;
    const end = performance.now() + atOnceMs;
    try {
      for (let next: OneTimeKeys | null = keys; ; next = this.#keys) {
        if (next === null) return this.#number() - 1;
        const number = this.#sign(next, frontier);
        if (this.size === frontier.size || performance.now() >= end) return number;
      }
    } finally {
      this.#taking = false;
    }
  }

  /** Signs what came since the last one; where much has come (nothing could be signed for long), as much as one takes. */
  #sign(keys: OneTimeKeys, whole: Frontier): number {
    const { store, origin, now, sessions, device, file } = this.#parts;
    const from = this.size;
    // An anchor covers the entry in which somebody answers for it, wherever that stands.
    const to = this.#anchor === null ? Math.min(whole.size, from + entriesAtOnce) : whole.size;
    if (this.#unwritten) file.write(keys);
    this.#unwritten = false;
    const [mine, next] = keys.keys;
    const publicKey = ed25519Public(mine);
    const entries = entriesBetween(store, from, to);
    const leaves = entries.map(({ entry }) => leafHash(entry));
    const frontier = to === whole.size ? whole : grown(frontierFromTiles(store, from), leaves);
    const unsigned: Checkpoint = {
      origin,
      size: frontier.size,
      root: frontierRoot(frontier),
      number: keys.number,
      time: now(),
      previous: this.#last === null ? zeroHash : textHash(this.#last.text),
      key: publicKey,
      next: ed25519Public(next),
      actions: zeroHash,
      anchor: this.#anchor,
    };
    const span = { from, to: frontier.size, head: headHash(checkpointText(unsigned)) };
    const actions = sessions.sign(origin, span, entries, leaves);
    const checkpoint = { ...unsigned, actions: actionsHash(actions) };
    const text = checkpointText(checkpoint);
    const lines = [noteLine(text, noteSigner(origin, publicKey, mine))];
    if (this.#anchor !== null) lines.push(noteLine(text, device));
    const note = joinNote(text, lines);
    withTransaction(store, () => {
      writeTiles(store, from, leaves);
      const tiled = frontierFromTiles(store, frontier.size);
      // What lies in the file must be what this process wrote: else it would sign what somebody else put there.
      if (tiled === undefined || !frontierRoot(tiled).equals(checkpoint.root)) throw new Error('the log was changed');
      writeCheckpoint(store, {
        number: checkpoint.number,
        size: checkpoint.size,
        note,
        actions: canonicalJson(actions),
      });
    });
    this.#last = { checkpoint, text };
    this.#anchor = null;
    sessions.letGo();
    this.#moveOn(keys);
    return checkpoint.number;
  }

  /** The key that signed is erased; the next one's successor is made. */
  #moveOn(keys: OneTimeKeys): void {
    const [used, next] = keys.keys;
    const following: OneTimeKeys = { number: keys.number + 1, keys: [next, this.#parts.file.fresh()] };
    wipe(used);
    this.#keys = following;
    this.#unwritten = true;
    this.#parts.file.write(following);
    this.#unwritten = false;
  }

  #number(): number {
    return this.#last === null ? 0 : this.#last.checkpoint.number + 1;
  }

  #fromFile(): OneTimeKeys {
    const { file } = this.#parts;
    const keys = file.read();
    if (keys === undefined) throw new Error('the one-time keys are gone');
    const number = this.#number();
    if (keys.number === number) {
      // Once more: a kill may have left the key before in the other slot.
      file.write(keys);
      return keys;
    }
    // Killed after the commit: the second key is the next one, and its successor is not made yet.
    const [used, next] = keys.keys;
    wipe(used);
    const following: OneTimeKeys = { number, keys: [next, file.fresh()] };
    file.write(following);
    return following;
  }

  /**
   * Keys that nothing announced. A later chain's reach the file only behind its first checkpoint: a kill before that
   * asks for somebody's name once more, where keys without their checkpoint would look like those of a newer log.
   */
  #anew(): OneTimeKeys {
    const { file } = this.#parts;
    return { number: this.#number(), keys: [file.fresh(), file.fresh()] };
  }

  close(): void {
    wipe(...(this.#keys?.keys ?? []));
    this.#keys = null;
  }
}

function readLast(store: Store): Last | null {
  const row = lastCheckpoint(store);
  if (row === undefined) return null;
  const parsed = parseCheckpoint(row.note);
  if (parsed === undefined || parsed.checkpoint.number !== row.number || parsed.checkpoint.size !== row.size) {
    throw Object.assign(new Error('a checkpoint cannot be read'), { code: 'SQLITE_CORRUPT' });
  }
  return { checkpoint: parsed.checkpoint, text: parsed.text };
}

function grown(edge: Frontier | undefined, leaves: readonly Buffer[]): Frontier {
  if (edge === undefined) throw Object.assign(new Error('a tile is missing'), { code: 'SQLITE_CORRUPT' });
  const whole = new Edge(edge);
  for (const leaf of leaves) whole.push(leaf, () => undefined);
  return whole.frontier();
}

type EntryRow = { readonly seq: number; readonly entry: Buffer };

function entriesBetween(store: Store, from: number, to: number): EntryRow[] {
  return store
    .sql<[number, number], EntryRow>('select seq, entry from audit_entry where seq >= ? and seq < ? order by seq')
    .all(from, to);
}
