/**
 * The export for an auditor outside: entries, tiles, checkpoints, roster and prunes as lines that `carekeep-verify`
 * checks without the application (docs/protocols/audit-export.md). It writes down what is there and judges nothing: a
 * log that was tampered with is exported as it is, and the verifier names the place.
 */
import { canonicalJson } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Store } from '../store/open.ts';
import { readTile, tileSize } from '../store/tiles.ts';
import {
  type CheckpointRow,
  checkpointsFrom,
  cosignaturesOf,
  parseActions,
  readCertificate,
} from './checkpoint-store.ts';
import { leafHash } from './merkle.ts';
import { type Prune, prunesOf } from './prune/pruned.ts';

export type BundleOf = {
  readonly clinicId: string;
  /** Ed25519 public key. */
  readonly clinicIdentity: Uint8Array;
  readonly origin: string;
  /** Entries of the roster, as they were signed. */
  readonly roster: readonly unknown[];
  readonly madeAt: number;
  /** Numbers of the entries that go in full; all others go as hashes. Everything unless said. */
  readonly range?: { readonly from: number; readonly to: number } | undefined;
};

/** Entries were pruned while the log was being written down: what was written and what is there disagree. */
export class PrunedMeanwhile extends Error {}

const hashLength = 32;
/** Levels of tiles above which no log grows. */
const topLevel = 4;

/** Where the log stood when the export began: what comes later is not part of it. */
type Standing = {
  readonly size: number;
  /** Leaves that tiles held: the size of the last checkpoint in a log that is whole. */
  readonly tiled: number;
  readonly lastCheckpoint: number;
  readonly prunes: readonly Prune[];
  readonly begunPrunes: number;
};

/** How many prunes have begun. */
const begunPrunes = (store: Store): number =>
  store.sql<[], { n: number }>('select count(*) n from audit_prune where done_to > 0').get()?.n ?? 0;

function standingOf(store: Store): Standing {
  const last = store
    .sql<[], { number: number; size: number }>('select number, size from audit_checkpoint order by number desc limit 1')
    .get();
  const entries =
    (store.sql<[], { last: number | null }>('select max(seq) last from audit_entry').get()?.last ?? -1) + 1;
  const tile = store
    .sql<[number], { place: number; length: number }>(
      'select place, length(hashes) length from audit_tile where place < ? order by place desc limit 1',
    )
    .get(2 ** 40);
  const tiled = tile === undefined ? 0 : tile.place * tileSize + Math.floor(tile.length / hashLength);
  return {
    // Where the tail was cut, the checkpoint says how long the log was.
    size: Math.max(entries, last?.size ?? 0),
    tiled,
    lastCheckpoint: last?.number ?? -1,
    // One that a kill stopped before its first entry went lets nothing go: it is no pruning for a verifier.
    prunes: prunesOf(store).filter(({ reach }) => reach > 0),
    begunPrunes: begunPrunes(store),
  };
}

/** A tile's hashes; none where the bytes are no hashes. */
function hashesOf(store: Store, level: number, number: number): Buffer {
  try {
    return readTile(store, level, number);
  } catch {
    // Said by the verifier, which misses it.
    return Buffer.alloc(0);
  }
}

const lineOf = (value: unknown): string => canonicalJson(value);

function pruneLine({ executed, request, seq }: Prune): string {
  const { at = 0, roster = 0, user = '' } = executed ?? {};
  return lineOf({ at, kind: 'prune', request, roster, seq, user });
}

function checkpointLine(store: Store, row: CheckpointRow): string {
  const certificates = (parseActions(row.actions) ?? []).flatMap(({ action }) => {
    const found = readCertificate(store, action.session);
    if (found === undefined || sha256(found.certificate).toString('base64') !== action.certificate) return [];
    return [{ certificate: found.certificate, signature: found.signature.toString('base64') }];
  });
  const ended = (line: string): string => (line.endsWith('\n') ? line : `${line}\n`);
  const note = [row.note, ...cosignaturesOf(store, row.number)].map(ended).join('');
  return lineOf({ actions: row.actions, certificates, kind: 'checkpoint', note });
}

/** Checkpoints in order of their numbers, each given when the log has come as far as it says. */
class CheckpointQueue {
  readonly #store: Store;
  readonly #last: number;
  #rows: CheckpointRow[] = [];
  #next = 0;

  constructor(store: Store, last: number) {
    this.#store = store;
    this.#last = last;
  }

  /** The next one's size; infinite when there is none. */
  get size(): number {
    if (this.#rows.length === 0) this.#rows = checkpointsFrom(this.#store, this.#next, 64);
    const [row] = this.#rows;
    return row === undefined || row.number > this.#last ? Number.POSITIVE_INFINITY : row.size;
  }

  take(): string {
    const row = this.#rows.shift();
    if (row === undefined) throw new RangeError('no checkpoint is left');
    this.#next = row.number + 1;
    return checkpointLine(this.#store, row);
  }
}

/**
 * Which prune removed an entry: the first that did not keep it. What is still there counts as removed while its prune is
 * under way.
 */
function removedBy(prunes: readonly Prune[], seq: number, there: boolean): string | undefined {
  const covers = ({ below, doneTo, executed, keptSet }: Prune): boolean =>
    seq < below && !keptSet.has(seq) && (!there || (doneTo < below && executed !== null));
  return prunes.find(covers)?.id;
}

/** Spans between checkpoints that stay legible whatever the range: who signed for a new chain of keys, and for a prune. */
function* namedSpans(store: Store, { lastCheckpoint, prunes }: Standing): Generator<null, readonly [number, number][]> {
  const spans: [number, number][] = [];
  let from = 0;
  for (let number = 0; number <= lastCheckpoint; ) {
    const rows = checkpointsFrom(store, number, 256);
    for (const { note, size, number: at } of rows) {
      const pruned = prunes.some(({ seq }) => seq >= from && seq < size);
      if (pruned || (at > 0 && note.includes('\nanchor '))) spans.push([from, size]);
      from = size;
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    number = last.number + 1;
    yield null;
  }
  return spans;
}

/** Entries and hashes of one tile, in order, with the checkpoints between them. */
function tileLines(
  store: Store,
  from: number,
  standing: Standing,
  queue: CheckpointQueue,
  carried: (seq: number) => boolean,
): string[] {
  const { size, tiled, prunes } = standing;
  const lines: string[] = [];
  for (; queue.size <= from; ) lines.push(queue.take());
  for (let level = topLevel; level >= 0; level -= 1) {
    const span = tileSize ** level;
    if (from % (span * tileSize) !== 0) continue;
    // A checkpoint taken since the beginning made the last tiles longer.
    const room = Math.min(tileSize, Math.floor(tiled / span) - from / span);
    const hashes = hashesOf(store, level, from / (span * tileSize)).subarray(0, Math.max(0, room) * hashLength);
    if (hashes.length === 0) continue;
    lines.push(lineOf({ hashes: hashes.toString('base64'), kind: 'tile', level, number: from / (span * tileSize) }));
  }
  const to = Math.min(from + tileSize, size);
  const entries = new Map(
    store
      .sql<[number, number], { seq: number; entry: Buffer }>(
        'select seq, entry from audit_entry where seq >= ? and seq < ?',
      )
      .all(from, to)
      .map(({ seq, entry }) => [seq, entry] as const),
  );
  const leaves = hashesOf(store, 0, from / tileSize);
  let run: { readonly from: number; readonly prune: string | undefined; readonly hashes: Buffer[] } | null = null;
  const flush = (): void => {
    if (run !== null)
      lines.push(
        lineOf({
          from: run.from,
          hashes: Buffer.concat(run.hashes).toString('base64'),
          kind: 'leaves',
          ...(run.prune !== undefined && { prune: run.prune }),
        }),
      );
    run = null;
  };
  for (let seq = from; seq < to; seq += 1) {
    if (queue.size <= seq) flush();
    for (; queue.size <= seq; ) lines.push(queue.take());
    const entry = entries.get(seq);
    const prune = removedBy(prunes, seq, entry !== undefined);
    if (entry !== undefined && prune === undefined && carried(seq)) {
      flush();
      lines.push(entryLine(seq, entry));
      continue;
    }
    const at = (seq - from) * hashLength;
    const hash = entry === undefined ? leaves.subarray(at, at + hashLength) : leafHash(entry);
    // Neither entry nor hash: a gap, which the verifier names.
    if (hash.length < hashLength) continue;
    if (entry === undefined && prune === undefined && begunPrunes(store) !== standing.begunPrunes)
      throw new PrunedMeanwhile();
    if (run !== null && (run.prune !== prune || run.from + run.hashes.length !== seq)) flush();
    run ??= { from: seq, prune, hashes: [] };
    run.hashes.push(hash);
  }
  flush();
  return lines;
}

const entryLine = (seq: number, entry: Buffer): string =>
  `{"entry":"${entry.toString('base64')}","kind":"entry","seq":${seq}}`;

/** Rows under numbers that no entry has: for the verifier to name. */
function below(store: Store): string[] {
  const rows = store
    .sql<[], { seq: number; entry: Buffer }>('select seq, entry from audit_entry where seq < 0 order by seq limit 16')
    .all();
  return rows.map(({ seq, entry }) => entryLine(seq, entry));
}

/** A row far behind all others leaves a gap: nobody walks through it. */
function nextTile(store: Store, at: number, { tiled, size }: Standing): number {
  if (at < tiled) return at;
  const next = store
    .sql<[number], { next: number | null }>('select min(seq) next from audit_entry where seq >= ?')
    .get(at)?.next;
  return next === null || next === undefined ? size : next - (next % tileSize);
}

export type BundlePart = { readonly lines: readonly string[]; readonly done: number; readonly total: number };

/**
 * The bundle's lines without their ends, a tile at a time.
 * @throws PrunedMeanwhile
 */
export function* bundleLines(store: Store, bundle: BundleOf): Generator<BundlePart> {
  const standing = standingOf(store);
  const { size, prunes, lastCheckpoint } = standing;
  const { clinicId, clinicIdentity, origin, madeAt, roster } = bundle;
  const { from = 0, to = size } = bundle.range ?? {};
  let count = 0;
  const part = (lines: readonly string[], done: number): BundlePart => {
    count += lines.length;
    return { lines, done, total: size };
  };
  const header = {
    clinicId,
    clinicIdentity: Buffer.from(clinicIdentity).toString('base64'),
    deviceId: store.device,
    format: 'carekeep-audit-export',
    from,
    kind: 'header',
    madeAt,
    origin,
    size,
    to: Math.min(to, size),
    version: 1,
  };
  yield part([lineOf(header)], 0);
  for (const entry of roster) yield part([lineOf({ entry, kind: 'roster' })], 0);
  yield part(prunes.map(pruneLine), 0);
  let spans: readonly [number, number][] = [];
  if (from > 0 || to < size) {
    const looking = namedSpans(store, standing);
    for (let step = looking.next(); ; step = looking.next()) {
      if (step.done) {
        spans = step.value;
        break;
      }
      yield part([], 0);
    }
  }
  const carried = (seq: number): boolean =>
    (seq >= from && seq < to) || spans.some(([begin, end]) => seq >= begin && seq < end);
  const queue = new CheckpointQueue(store, lastCheckpoint);
  yield part(below(store), 0);
  for (let at = 0; at < size; at = nextTile(store, at + tileSize, standing)) {
    yield part(tileLines(store, at, standing, queue, carried), Math.min(at + tileSize, size));
  }
  const rest: string[] = [];
  while (queue.size < Number.POSITIVE_INFINITY) rest.push(queue.take());
  yield part([...rest, lineOf({ kind: 'end', lines: count + rest.length + 1 })], size);
}
