/**
 * The tree's hashes as tiles of 256 (C2SP tlog-tiles): the tile of level L and number N holds up to 256 roots of 256^L
 * leaves each. They are written at checkpoints, the last of each level partial.
 */
import { emptyFrontier, type Frontier, frontierRoot, grow, treeRoot } from '../audit/merkle.ts';
import type { Store } from './open.ts';

/** Hashes per tile. */
export const tileSize = 256;
/** Levels of the tree between two levels of tiles: 2^8 = 256. */
export const tileHeight = 8;
/** 256^5 leaves are more than a clinic writes in a million years. */
const topLevel = 4;
const hashLength = 32;
const noTile = Buffer.alloc(0);

const placeOf = (level: number, number: number): number => level * 2 ** 40 + number;

/** One tile's hashes end to end; empty when there is none. @throws SQLITE_CORRUPT where the bytes are no hashes */
export function readTile(store: Store, level: number, number: number): Buffer {
  const found = store
    .sql<[number], { hashes: Buffer }>('select hashes from audit_tile where place = ?')
    .get(placeOf(level, number));
  const hashes = found?.hashes ?? noTile;
  if (hashes.length % hashLength !== 0 || hashes.length > tileSize * hashLength) throw corrupt('a tile is no tile');
  return hashes;
}

const corrupt = (what: string): Error => Object.assign(new Error(what), { code: 'SQLITE_CORRUPT' });

/** Hash number `at` of a level; undefined when it is not there. */
export function tileHash(store: Store, level: number, at: number): Buffer | undefined {
  const tile = readTile(store, level, Math.floor(at / tileSize));
  const from = (at % tileSize) * hashLength;
  return tile.length >= from + hashLength ? tile.subarray(from, from + hashLength) : undefined;
}

/** How many leaves the tiles cover: the size of the last checkpoint. */
export function tiledSize(store: Store): number {
  const last = store.sql<[], { size: number }>('select size from audit_checkpoint order by number desc limit 1').get();
  return last?.size ?? 0;
}

/** Adds leaves behind the first `from`; tiles above follow. What a tile held beyond `from` is replaced. */
export function writeTiles(store: Store, from: number, leaves: readonly Buffer[]): void {
  const write = store.sql<[number, Buffer]>('insert or replace into audit_tile (place, hashes) values (?, ?)');
  let start = from;
  let hashes = leaves;
  for (let level = 0; level <= topLevel && hashes.length > 0; level += 1) {
    const full: Buffer[] = [];
    for (let at = 0; at < hashes.length; ) {
      const number = Math.floor((start + at) / tileSize);
      const before = readTile(store, level, number).subarray(0, ((start + at) % tileSize) * hashLength);
      const room = tileSize - before.length / hashLength;
      const tile = Buffer.concat([before, ...hashes.slice(at, at + room)]);
      write.run(placeOf(level, number), tile);
      if (tile.length === tileSize * hashLength) full.push(treeRoot(split(tile)));
      at += room;
    }
    start = Math.floor(start / tileSize);
    hashes = full;
  }
}

/** Hashes laid end to end, each by itself; views, not copies. */
export function split(bytes: Buffer): Buffer[] {
  const hashes: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += hashLength) hashes.push(bytes.subarray(at, at + hashLength));
  return hashes;
}

/** Right edge of the tree of the first `size` leaves, from tiles alone; undefined when they do not reach so far. */
export function frontierFromTiles(store: Store, size: number): Frontier | undefined {
  return edgeOfRange(store, 0, size);
}

/** Root of the leaves [from, to), as `RangeRoot` asks for; undefined when tiles do not reach so far. */
export function rootFromTiles(store: Store, from: number, to: number): Buffer | undefined {
  const edge = edgeOfRange(store, from, to);
  return edge && frontierRoot(edge);
}

function edgeOfRange(store: Store, from: number, to: number): Frontier | undefined {
  let frontier: Frontier = emptyFrontier;
  for (let level = topLevel; level >= 0; level -= 1) {
    const span = tileSize ** level;
    // Up to 255 hashes of a level stand in one tile or two: each is read once, every checkpoint asks for this.
    let number = -1;
    let tile: Buffer = noTile;
    for (let at = from + frontier.size; at % span === 0 && at + span <= to; at += span) {
      const place = at / span;
      if (Math.floor(place / tileSize) !== number) {
        number = Math.floor(place / tileSize);
        tile = readTile(store, level, number);
      }
      const start = (place % tileSize) * hashLength;
      if (tile.length < start + hashLength) return undefined;
      frontier = grow(frontier, tile.subarray(start, start + hashLength), level * tileHeight);
    }
  }
  return frontier;
}
