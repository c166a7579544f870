/**
 * Merkle trees of RFC 6962 §2.1 over SHA-256: leaf = H(0x00 ‖ data), node = H(0x01 ‖ left ‖ right), the empty tree
 * H(). Inclusion and consistency proofs as in RFC 9162 §2.1.3–2.1.4.
 */
import { sha256, sha256Of } from '../crypto/hash.ts';

const leafPrefix = Buffer.of(0);

export const emptyRoot: Buffer = sha256();

/** Laid out anew for each hash: one piece costs half of what three cost, and a verification makes millions. */
const leafSpace = Buffer.alloc(4096);
const nodeSpace = Buffer.alloc(65);
nodeSpace[0] = 1;

export function leafHash(data: Uint8Array | string): Buffer {
  if (typeof data === 'string' || data.length >= leafSpace.length) return sha256(leafPrefix, data);
  leafSpace.set(data, 1);
  return sha256Of(leafSpace.subarray(0, data.length + 1));
}

/** The same of data that stands behind its zero byte already. */
export function leafHashOf(prefixed: Uint8Array): Buffer {
  if (prefixed[0] !== 0) throw new RangeError('a leaf begins with a zero byte');
  return sha256Of(prefixed);
}

/** @param left @param right 32 bytes each */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeSpace.set(left, 1);
  nodeSpace.set(right, 33);
  return sha256Of(nodeSpace);
}

/** The right edge of a growing tree: roots of its complete subtrees, largest first. */
export type Frontier = { readonly size: number; readonly hashes: readonly Buffer[] };
export const emptyFrontier: Frontier = { size: 0, hashes: [] };

/**
 * Adds a subtree of 2^level leaves; the frontier's size must be a multiple of 2^level.
 * @param onNode is told each node made, with its level (0 = leaf)
 */
export function grow(
  frontier: Frontier,
  hash: Buffer,
  level = 0,
  onNode?: (level: number, hash: Buffer) => void,
): Frontier {
  const hashes = frontier.hashes.slice();
  let node = hash;
  let height = level;
  onNode?.(height, node);
  for (let rest = Math.floor(frontier.size / 2 ** level); rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = hashes.pop();
    if (left === undefined) throw new RangeError('a frontier without its hashes');
    node = nodeHash(left, node);
    height += 1;
    onNode?.(height, node);
  }
  hashes.push(node);
  return { size: frontier.size + 2 ** level, hashes };
}

/** A frontier that grows in place: a verification makes millions of steps. */
export class Edge {
  #size: number;
  readonly #hashes: Buffer[];

  constructor(from: Frontier) {
    this.#size = from.size;
    this.#hashes = [...from.hashes];
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf. @param onNode is told each node made above it, with its level */
  push(leaf: Buffer, onNode: (level: number, hash: Buffer) => void): void {
    let node = leaf;
    let level = 0;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#hashes.pop();
      if (left === undefined) throw new RangeError('a frontier without its hashes');
      node = nodeHash(left, node);
      level += 1;
      onNode(level, node);
    }
    this.#hashes.push(node);
    this.#size += 1;
  }

  frontier(): Frontier {
    return { size: this.#size, hashes: [...this.#hashes] };
  }

  root(): Buffer {
    return frontierRoot({ size: this.#size, hashes: this.#hashes });
  }
}

/** Root of the tree that a frontier is the edge of. */
export function frontierRoot(frontier: Frontier): Buffer {
  let root: Buffer | undefined;
  for (let at = frontier.hashes.length - 1; at >= 0; at -= 1) {
    const hash = frontier.hashes[at];
    if (hash !== undefined) root = root === undefined ? hash : nodeHash(hash, root);
  }
  return root ?? emptyRoot;
}

/** How many hashes the frontier of a tree of `size` has. */
export function frontierLength(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

/** A frontier from its hashes laid end to end. @throws RangeError when they do not fit the size */
export function frontierFrom(size: number, bytes: Buffer): Frontier {
  if (bytes.length !== frontierLength(size) * 32) throw new RangeError('frontier and size disagree');
  const hashes: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 32) hashes.push(bytes.subarray(at, at + 32));
  return { size, hashes };
}

export function treeRoot(leaves: readonly Buffer[]): Buffer {
  return levelsOf(leaves).at(-1)?.[0] ?? emptyRoot;
}

/** All nodes by level, leaves first; an odd last node rises as it is, which gives RFC 6962's shape. */
export function levelsOf(leaves: readonly Buffer[]): readonly (readonly Buffer[])[] {
  const levels: (readonly Buffer[])[] = [leaves];
  let level = leaves;
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at];
      const right = level[at + 1];
      if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
    }
    levels.push(above);
    level = above;
  }
  return levels;
}

/** RFC 6962 §2.1.1: the path from leaf `index` to the root, nearest first. */
export function inclusionProof(levels: readonly (readonly Buffer[])[], index: number): Buffer[] {
  const proof: Buffer[] = [];
  let at = index;
  for (const level of levels) {
    const sibling = level[at % 2 === 1 ? at - 1 : at + 1];
    if (sibling !== undefined && level.length > 1) proof.push(sibling);
    at = Math.floor(at / 2);
  }
  return proof;
}

/** RFC 9162 §2.1.3.2 */
export function verifyInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (index < 0 || index >= size) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && hash.equals(root);
}

/** Root of the leaves [from, to) of a tree; `from` is a multiple of a power of two that is at least to − from. */
export type RangeRoot = (from: number, to: number) => Buffer;

/** RFC 6962 §2.1.2: that the tree of the first `old` leaves is the beginning of the tree of `size`. */
export function consistencyProof(rootOf: RangeRoot, old: number, size: number): Buffer[] {
  if (old <= 0 || old >= size) return [];
  return subproof(rootOf, 0, size, old, true);
}

function subproof(rootOf: RangeRoot, from: number, to: number, old: number, complete: boolean): Buffer[] {
  if (old === to) return complete ? [] : [rootOf(from, to)];
  const split = from + largestPowerBelow(to - from);
  return old <= split
    ? [...subproof(rootOf, from, split, old, complete), rootOf(split, to)]
    : [...subproof(rootOf, split, to, old, false), rootOf(from, split)];
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** RFC 9162 §2.1.4.2 */
export function verifyConsistency(
  oldSize: number,
  newSize: number,
  proof: readonly Buffer[],
  oldRoot: Buffer,
  newRoot: Buffer,
): boolean {
  if (oldSize > newSize) return false;
  if (oldSize === newSize) return proof.length === 0 && oldRoot.equals(newRoot);
  if (oldSize === 0) return proof.length === 0 && oldRoot.equals(emptyRoot);
  const path = Number.isInteger(Math.log2(oldSize)) ? [oldRoot, ...proof] : [...proof];
  let at = oldSize - 1;
  let last = newSize - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  const start = path.shift();
  if (start === undefined) return false;
  let before = start;
  let after = start;
  for (const node of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      before = nodeHash(node, before);
      after = nodeHash(node, after);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      after = nodeHash(after, node);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && before.equals(oldRoot) && after.equals(newRoot);
}
