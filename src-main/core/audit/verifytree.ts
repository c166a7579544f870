/**
 * The log against its own tree and its checkpoints: each entry's leaf against its tile, tiles against the ones above,
 * the root at each checkpoint's size against what was signed, each checkpoint against the one before. A span of the log
 * needs no more than the tree's edge where it begins, so several can be checked at once.
 */
import type { Store } from '../store/open.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { readTile, tiledSize, tileHash, tileHeight, tileSize } from '../store/tiles.ts';
import { followed, type Link, type LogOwner, linkOf } from './checkpoint-chain.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint-note.ts';
import { checkpointsFrom, checkpointUpTo, lastCheckpoint } from './checkpoint-store.ts';
import { entryAt } from './entry.ts';
import { Edge, emptyFrontier, type Frontier, leafHash, leafHashOf } from './merkle.ts';
import { Found } from './problem.ts';

export type Span = {
  /** The tree's edge where the span begins; its size is a multiple of 256. */
  readonly frontier: Frontier;
  readonly to: number;
  /** Size of the log's last checkpoint: so far go the tiles. */
  readonly tiled: number;
};

export type TreeRules = {
  /** Whose log it has to be; null where nobody says. */
  readonly of: LogOwner | null;
  /** May this entry be missing, because it was pruned as two admins agreed? */
  readonly pruned: (seq: number) => boolean;
  /** Must the log have checkpoints? False for a store without a core around it. */
  readonly signed: boolean;
};

const hashLength = 32;

/** Checkpoints in order, each held against the one before, from the first whose size is beyond `from`. */
function* checkpointsBeyond(store: Store, from: number, rules: TreeRules): Generator<Checkpoint> {
  // The log's first one is number 0, whatever is there.
  const first =
    from === 0
      ? 0
      : store
          .sql<[number], { number: number | null }>('select min(number) number from audit_checkpoint where size > ?')
          .get(from)?.number;
  if (first === null || first === undefined) return;
  let before: Link | null = null;
  let number = first;
  const [previous] = first === 0 ? [] : checkpointsFrom(store, first - 1, 1);
  if (previous !== undefined) {
    const parsed = parseCheckpoint(previous.note);
    if (parsed === undefined) throw new Found('checkpoint-broken', first - 1);
    if (previous.number !== first - 1) throw new Found('checkpoint-missing', first - 1);
    before = linkOf(parsed.checkpoint, parsed.text);
  }
  for (;;) {
    const rows = checkpointsFrom(store, number, 64);
    for (const row of rows) {
      const expected: number = before === null ? 0 : before.number + 1;
      if (row.number !== expected) throw new Found('checkpoint-missing', expected);
      const found = followed(before, row.note, rules.of);
      if (found === undefined || found.checkpoint.size !== row.size) throw new Found('checkpoint-broken', expected);
      before = found.link;
      yield found.checkpoint;
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    number = last.number + 1;
  }
}

/** Why an entry is not the leaf that its tile holds. */
function unlike(seq: number, entry: Buffer, device: string): Found {
  return new Found(entryAt(entry, seq, device) === undefined ? 'entry-damaged' : 'leaf-differs', seq);
}

type EntryCells = [seq: number, entry: Buffer];
type StretchCells = [count: number, lengths: string | null, bytes: Buffer | null];

/** Leaves of one tile of level 0, entries held against what the tile holds. */
class TileReader {
  readonly #store: Store;
  readonly #rules: TreeRules;
  readonly #span: Span;
  readonly #entries;
  readonly #stretch;

  constructor(store: Store, span: Span, rules: TreeRules) {
    this.#store = store;
    this.#span = span;
    this.#rules = rules;
    this.#entries = store.db
      .prepare<[number, number], EntryCells>(
        'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq',
      )
      .raw();
    // One value for 256 entries takes half of what a value for each takes.
    this.#stretch = store.db
      .prepare<[number, number], StretchCells>(
        `select count(*), group_concat(length(entry)), cast(group_concat(entry, x'00') as blob) from audit_entry
         where seq >= ? and seq < ?`,
      )
      .raw();
  }

  /** @returns leaves from `from` to the tile's end or the span's */
  read(from: number): readonly Buffer[] {
    const number = from / tileSize;
    const to = Math.min(from + tileSize, this.#span.to);
    const expected = Math.max(0, Math.min(tileSize, this.#span.tiled - from)) * hashLength;
    // A checkpoint taken since verification began made the last tile longer.
    const tile = readTile(this.#store, 0, number).subarray(0, expected);
    if (tile.length !== expected) throw new Found('tile-differs', `0/${number}`);
    // What is not as the tile has it is read again, one by one, and named.
    return (expected === (to - from) * hashLength && this.#together(from, to, tile)) || this.#apart(from, to, tile);
  }

  /** Where every entry is there and is the tile's; null for everything else. */
  #together(from: number, to: number, tile: Buffer): readonly Buffer[] | null {
    const [count, lengths, bytes] = this.#stretch.get(from, to) ?? [0, null, null];
    if (count !== to - from || lengths === null || bytes === null) return null;
    const leaves: Buffer[] = [];
    let at = 0;
    for (const text of lengths.split(',')) {
      const end = at + Number(text);
      // Between two entries stands the zero byte that a leaf begins with.
      leaves.push(at === 0 ? leafHash(bytes.subarray(at, end)) : leafHashOf(bytes.subarray(at - 1, end)));
      at = end + 1;
    }
    return at === bytes.length + 1 && Buffer.concat(leaves).equals(tile) ? leaves : null;
  }

  #apart(from: number, to: number, tile: Buffer): readonly Buffer[] {
    const leaves: Buffer[] = [];
    const rows = this.#entries.all(from, to);
    let at = 0;
    for (let seq = from; seq < to; seq += 1) {
      const row = rows[at];
      const place = (seq - from) * hashLength;
      if (row !== undefined && row[0] === seq) {
        // No tile holds it yet: that it is an entry at all is the only thing to be said of it here.
        if (place >= tile.length && entryAt(row[1], seq, this.#store.device) === undefined)
          throw new Found('entry-damaged', seq);
        leaves.push(leafHash(row[1]));
        at += 1;
      } else if (place < tile.length && this.#rules.pruned(seq)) {
        leaves.push(tile.subarray(place, place + hashLength));
      } else throw new Found('entry-missing', seq);
    }
    if (!Buffer.concat(leaves, tile.length).equals(tile)) this.#name(from, tile, rows);
    return leaves;
  }

  #name(from: number, tile: Buffer, rows: readonly EntryCells[]): never {
    for (const [seq, entry] of rows) {
      const place = (seq - from) * hashLength;
      if (!tile.subarray(place, place + hashLength).equals(leafHash(entry)))
        throw unlike(seq, entry, this.#store.device);
    }
    throw new Found('tile-differs', `0/${from / tileSize}`);
  }
}

/**
 * Verifies one span. @returns the tree's edge at its end
 * @throws Found entry-missing, entry-damaged, leaf-differs, tile-differs, checkpoint-differs, checkpoint-broken, checkpoint-missing
 */
export function* verifySpan(store: Store, span: Span, rules: TreeRules): Sliced<Frontier> {
  const edge = new Edge(span.frontier);
  const begin = span.frontier.size;
  const tiles = new TileReader(store, span, rules);
  const checkpoints = checkpointsBeyond(store, begin, rules);
  let next = checkpoints.next();
  let good = checkpointUpTo(store, begin)?.size ?? 0;
  // A difference above the leaves waits for the next checkpoint, which names the entries and not only a tile.
  let doubt: Found | undefined;
  const onNode = (level: number, hash: Buffer): void => {
    if (level % tileHeight !== 0 || edge.size + 1 > span.tiled) return;
    const height = level / tileHeight;
    const at = (edge.size + 1) / 2 ** level - 1;
    if (!tileHash(store, height, at)?.equals(hash))
      doubt ??= new Found('tile-differs', `${height}/${Math.floor(at / tileSize)}`);
  };
  let over = sliceClock();
  while (edge.size < span.to) {
    for (const leaf of tiles.read(edge.size)) {
      edge.push(leaf, onNode);
      while (!next.done && next.value.size <= edge.size) {
        if (next.value.size === edge.size && !next.value.root.equals(edge.root()))
          throw new Found('checkpoint-differs', good === edge.size ? `${good}` : `${good}-${edge.size}`);
        if (doubt !== undefined) throw doubt;
        good = edge.size;
        next = checkpoints.next();
      }
    }
    if (over()) {
      yield { done: edge.size - begin, total: span.to - begin };
      over = sliceClock();
    }
  }
  if (doubt !== undefined) throw doubt;
  return edge.frontier();
}

/** Entries that may stand behind the last checkpoint before that is odd: four times what makes one due. */
const longestTail = 256;

/**
 * Where the log ends now and how far it is signed.
 * @throws Found entry-missing when it is shorter than what was signed, entry-damaged below its beginning,
 *   checkpoint-missing
 */
export function treeExtent(store: Store, signed: boolean): { readonly size: number; readonly tiled: number } {
  const last = store.sql<[], { seq: number | null }>('select max(seq) seq from audit_entry').get()?.seq ?? null;
  const size = last === null ? 0 : last + 1;
  const tiled = tiledSize(store);
  const below = store.sql<[], { seq: number | null }>('select min(seq) seq from audit_entry').get()?.seq ?? 0;
  if (below < 0) throw new Found('entry-damaged', below);
  if (tiled > size) throw new Found('entry-missing', size);
  // Tiles are written with a checkpoint: ones that go further say that it was taken away.
  if (tileHash(store, 0, tiled) !== undefined) throw new Found('checkpoint-missing', checkpointCount(store));
  if (signed && size - tiled > longestTail) throw new Found('checkpoint-missing', checkpointCount(store));
  return { size, tiled };
}

const checkpointCount = (store: Store): number => (lastCheckpoint(store)?.number ?? -1) + 1;

/** The whole tree in this process. @returns its edge @throws Found as verifySpan and treeExtent */
export function* verifyTree(store: Store, rules: TreeRules): Sliced<Frontier> {
  const { size, tiled } = treeExtent(store, rules.signed);
  return yield* verifySpan(store, { frontier: emptyFrontier, to: size, tiled }, rules);
}
