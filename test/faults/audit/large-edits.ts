/** Edits of the log as a whole: cut, rebuilt and signed anew, continued otherwise, put back, without a checkpoint. */
import { encodeEntry } from '../../../src-main/core/audit/entry.ts';
import type { Prng } from '../prng.ts';
import { type Attempt, checkpointAt, type Edit, rewritten, spanAt } from './attempt.ts';
import { edited, forged, read, renumbered } from './entries.ts';
import type { Insider, Wanted } from './insider.ts';
import { entryAt } from './small-edits.ts';

const sizesFrom = (insider: Insider, number: number, most: number): number[] =>
  insider.checkpoints.slice(number).flatMap(({ size }) => (size <= most ? [size] : []));

/** Number of the checkpoint that began a new chain of keys in the middle of the log, signed for by a person. */
export function laterAnchor(insider: Insider): number {
  return insider.checkpoints.findIndex(({ number, note }) => number > 0 && note.includes('\nanchor key-lost\n'));
}

/**
 * Entries from a number on are others; checkpoints from there, or from where a chain of keys begins, are signed with
 * keys that the insider made and with the workstation's.
 * @param sizes of the checkpoints from `number` on
 */
function signedAnew(insider: Insider, wanted: Wanted, at: number, random: Prng, more: readonly number[] = []): Attempt {
  wanted.tiles = 'all';
  const length = wanted.entries.length;
  const span = insider.spanOf(at);
  const sizes = (number: number) => [
    ...sizesFrom(insider, number, Math.min(length, more.length > 0 ? at : length)),
    ...more,
  ];
  const anchored = laterAnchor(insider);
  const afterAnchor = at >= (insider.checkpoints[anchored]?.size ?? Number.POSITIVE_INFINITY);
  const ways = [
    'first',
    ...(afterAnchor ? ['later'] : []),
    ...(span === undefined ? [] : ['chain', 'unnamed', 'named']),
  ];
  const way = random.pick(ways);
  if (way === 'first' || span === undefined) {
    insider.sign(wanted, 0, sizes(0), 'first', random.chance(0.7));
    return { how: 'from the first checkpoint on', wanted, affected: at, shows: 'heads', place: {} };
  }
  if (way === 'later') {
    insider.sign(wanted, anchored, sizes(anchored), 'key-lost');
    // Who answered for that chain signed its first checkpoint, and not this one.
    const place = checkpointAt(insider, anchored);
    const affected = insider.checkpoints[anchored - 1]?.size ?? 0;
    return { how: 'from a later chain’s beginning on', wanted, affected, shows: 'log', place };
  }
  const { number, from } = span;
  const all = sizes(number);
  const to = all[0] ?? length;
  if (way === 'named') {
    // Somebody is made to have signed for the new chain of keys, whose session's key the insider does not have.
    const last = Math.min(to, length) - 1;
    const like = wanted.entries[last];
    if (like !== null && like !== undefined && last >= at) {
      const entry = read(forged(like, last, random));
      wanted.entries[last] = encodeEntry({
        ...entry,
        type: 'audit.anchored',
        action: 'E',
        patient: null,
        detail: { number, reason: 'key-lost' },
      });
    }
  }
  insider.sign(wanted, number, all, way === 'chain' ? 'none' : 'key-lost');
  const how = {
    chain: 'by keys that nobody announced',
    unnamed: 'as if the keys were lost',
    named: 'as if somebody had said that the keys were lost',
  }[way];
  const place = { ...checkpointAt(insider, number), spans: [{ from, to }] };
  return { how: how ?? way, wanted, affected: Math.min(at, from), shows: 'log', place };
}

export const rebuild: Edit = (insider, at, random) => {
  const wanted = insider.real();
  wanted.entries[at] = edited(entryAt(insider, at), 'outcome', random, insider.made.users);
  return signedAnew(insider, wanted, at, random);
};

export const fork: Edit = (insider, at, random) => {
  const wanted = insider.real();
  const length = random.chance(0.3) ? insider.entries.length : at + random.between(1, 400);
  const rest = Array.from({ length: length - at }, (_, step) =>
    forged(entryAt(insider, (at + step) % insider.entries.length), at + step, random),
  );
  wanted.entries = [...insider.entries.slice(0, at), ...rest];
  const last = insider.checkpoints.findLast(({ size }) => size <= at)?.size ?? 0;
  const more: number[] = [];
  for (let size = last + 64; size <= length; size += 64) if (size > at) more.push(size);
  if (more.length === 0) more.push(length);
  return signedAnew(insider, wanted, at, random, more);
};

export const cutHead: Edit = (insider, at, random) => {
  const wanted = insider.real();
  const gone = at + 1;
  const way = random.pick(['gap', 'moved', 'checkpoints too', 'begins anew'] as const);
  if (way === 'gap') {
    for (let seq = 0; seq < gone; seq += 1) wanted.entries[seq] = null;
    return { how: 'left a gap', wanted, affected: 0, shows: 'log', place: { entries: [0] } };
  }
  wanted.entries = insider.entries.slice(gone).map((entry, seq) => renumbered(entry, seq, null));
  const length = wanted.entries.length;
  if (way === 'moved') {
    const attempt = rewritten(insider, wanted, 0, random, 'the rest moved up');
    // Seen from either end: it begins otherwise, and it is shorter than what was signed.
    return { ...attempt, place: { ...attempt.place, entries: [0, length] } };
  }
  wanted.tiles = 'all';
  if (way === 'checkpoints too') {
    wanted.checkpoints = insider.checkpoints.filter(({ size }) => size > gone && size <= length);
    const [first] = wanted.checkpoints;
    if (first === undefined || first.number === 0) return anew(insider, wanted);
    const place = { checkpoint: 0, spans: [{ from: 0, to: first.size }] };
    return { how: 'and its checkpoints', wanted, affected: 0, shows: 'log', place };
  }
  return anew(insider, wanted);
};

function anew(insider: Insider, wanted: Wanted): Attempt {
  insider.sign(wanted, 0, sizesFrom(insider, 0, wanted.entries.length), 'first');
  return { how: 'begins anew, signed by the workstation', wanted, affected: 0, shows: 'heads', place: {} };
}

/** As the log stood when it had so many entries, or with nothing behind its last checkpoint then. */
function asItWas(insider: Insider, size: number, exact: boolean): { readonly wanted: Wanted; readonly size: number } {
  const wanted = insider.real();
  wanted.checkpoints = insider.checkpoints.filter((row) => row.size <= size);
  const left = exact ? size : (wanted.checkpoints.at(-1)?.size ?? 0);
  wanted.entries = insider.entries.slice(0, left);
  wanted.tiles = 'all';
  return { wanted, size: left };
}

export const cutTail: Edit = (insider, at, random) => {
  if (random.chance(0.4)) {
    const wanted = insider.real();
    wanted.entries = insider.entries.slice(0, at);
    return { how: 'entries alone', wanted, affected: at, shows: 'log', place: { entries: [at] } };
  }
  const { wanted, size } = asItWas(insider, at, random.chance(0.5));
  return { how: 'and what was signed of it', wanted, affected: size, shows: 'heads', place: {} };
};

export const replay: Edit = (insider, at) => {
  const { wanted, size } = asItWas(insider, at, true);
  return { how: 'as it was', wanted, affected: size, shows: 'heads', place: {} };
};

export const dropCheckpoint: Edit = (insider, at, random) => {
  const wanted = insider.real();
  const last = insider.checkpoints.length - 1;
  const number = insider.spanOf(at)?.number ?? last;
  const affected = insider.checkpoints[number - 1]?.size ?? 0;
  const next = insider.checkpoints[number + 1];
  const spans = [{ from: affected, to: next?.size ?? insider.checkpoints[number]?.size ?? 0 }];
  const place = { checkpoint: number, spans };
  const way =
    next === undefined
      ? random.pick(['alone', 'end'] as const)
      : random.pick(['alone', 'rows', 'signed', 'end'] as const);
  const rest = insider.checkpoints.slice(number + 1);
  if (way === 'end') {
    wanted.checkpoints = insider.checkpoints.slice(0, number);
    wanted.tiles = 'all';
    const tooLong = insider.entries.length - affected > 256;
    const behind = { checkpoint: number, spans: [{ from: affected, to: insider.entries.length }] };
    return {
      how: 'and all after it',
      wanted,
      affected,
      shows: tooLong ? 'log' : 'heads',
      place: tooLong ? behind : {},
    };
  }
  wanted.checkpoints = [...insider.checkpoints.slice(0, number), ...rest];
  if (way === 'rows') for (const row of rest) wanted.rowNumbers.set(row, row.number - 1);
  if (way === 'signed')
    insider.sign(
      wanted,
      number,
      rest.map(({ size }) => size),
      'none',
    );
  const how = { alone: 'its row', rows: 'and numbered the rest anew', signed: 'and signed the rest anew' }[way];
  return {
    how,
    wanted,
    affected,
    shows: 'log',
    place: next === undefined ? { ...place, ...spanAt(insider, affected) } : place,
  };
};
