/** One attempt on the log, and where it has to show (docs/protocols/audit.md, "Attackers"). */
import type { Prng } from '../prng.ts';
import type { Insider, Wanted } from './insider.ts';

export type Span = { readonly from: number; readonly to: number };

/** Any of these is the place: an entry's number, the span between two checkpoints, a checkpoint's number. */
export type Place = {
  readonly entries?: readonly number[];
  readonly spans?: readonly Span[];
  readonly checkpoint?: number;
};

export type Attempt = {
  /** Which way of doing it, for the tally. */
  readonly how: string;
  readonly wanted: Wanted;
  /** The first entry that is no longer what it was, or no longer signed. */
  readonly affected: number;
  /** `log`: it shows in the log itself. `heads`: the log agrees with itself, and disagrees with what others know of it. */
  readonly shows: 'log' | 'heads';
  readonly place: Place;
  /** Rows that no export holds: only the application can see them. */
  readonly notExported?: true;
};

/** @param at position in the log */
export type Edit = (insider: Insider, at: number, random: Prng) => Attempt;

/** Where a rewritten entry shows whose tiles were made to fit: between the checkpoints around it. */
export function spanAt(insider: Insider, seq: number): Place {
  const span = insider.spanOf(seq);
  return span === undefined ? {} : { spans: [span] };
}

/** Where a checkpoint of its own shows. */
export function checkpointAt(insider: Insider, number: number): Place {
  const to = insider.checkpoints[number]?.size ?? 0;
  const from = insider.checkpoints[number - 1]?.size ?? 0;
  return { checkpoint: number, spans: [{ from, to }] };
}

export const levels = ['naive', 'leaves', 'tiles'] as const;

/** Entries were changed from a number on: in the rows alone, in the leaves of the tiles too, or in the whole tree. */
export function rewritten(
  insider: Insider,
  wanted: Wanted,
  affected: number,
  random: Prng,
  how: string,
  shown: Place = { entries: [affected] },
): Attempt {
  const level = random.pick(levels);
  if (level === 'naive') return { how: `${how}, rows alone`, wanted, affected, shows: 'log', place: shown };
  wanted.tiles = level === 'tiles' ? 'all' : 'leaves';
  const place = { ...spanAt(insider, affected), ...(how.includes('unreadable') && { entries: [affected] }) };
  const reach = level === 'tiles' ? 'rows and tiles' : 'rows and leaves';
  return { how: `${how}, ${reach}`, wanted, affected, shows: 'log', place };
}
