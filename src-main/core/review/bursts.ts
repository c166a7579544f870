/**
 * The two rules that count within ten minutes. What they remember of a person is a small value that is written down
 * beside the position in the log, so that they find the same whether the log comes in one piece or in many.
 */
import { z } from 'zod';
import { type Access, type Denial, together } from './access.ts';

/** The last time each of a person's latest patients was seen: at most one more than the limit, oldest first. */
const seenChart = z.tuple([z.string(), z.number(), z.number()]);
const seenDenial = z.tuple([z.number(), z.number()]);
/** `[patientRef, at, seq]` and `[at, seq]`. */
export const watched = z.strictObject({ charts: z.array(seenChart), denials: z.array(seenDenial) });
export type Watched = z.infer<typeof watched>;
export const nothingWatched: Watched = { charts: [], denials: [] };

/** The entries that together are too many, oldest first. */
export type Burst = { readonly at: number; readonly until: number; readonly entries: readonly number[] };

/** The finding of this kind that the person already has, if there is one. */
export type Before = {
  readonly id: string;
  readonly until: number;
  /** The last entry it covers. */
  readonly lastSeq: number;
  readonly closed: boolean;
};

/**
 * One more access. The patients of the last ten minutes are more than `limit` exactly when the latest `limit + 1` of
 * them are.
 */
export function seeChart(
  state: Watched,
  { patientRef, at, seq }: Omit<Access, 'userId'>,
  limit: number,
): { readonly state: Watched; readonly latest: Watched['charts'] } {
  const others = state.charts.filter(([ref, when]) => ref !== patientRef && together(when, at));
  const latest = [...others, [patientRef, at, seq] satisfies Watched['charts'][number]].slice(-(limit + 1));
  return { state: { ...state, charts: latest }, latest };
}

/** One more refusal. @param count how many are too many */
export function seeDenial(
  state: Watched,
  { at, seq }: Omit<Denial, 'userId'>,
  count: number,
): { readonly state: Watched; readonly latest: Watched['denials'] } {
  const others = state.denials.filter(([when]) => together(when, at));
  const latest = [...others, [at, seq] satisfies Watched['denials'][number]].slice(-count);
  return { state: { ...state, denials: latest }, latest };
}

/**
 * Are these too many, and is it the same burst as before? What a closed finding covers was looked at by somebody and
 * does not count again; an open one grows.
 * @param seen `[at, seq]`, oldest first @param enough how many of them are a burst
 * @returns null below the threshold
 */
export function burstOf(
  seen: readonly (readonly [at: number, seq: number])[],
  enough: number,
  before: Before | null,
): (Burst & { readonly grows: string | null }) | null {
  const fresh = before?.closed ? seen.filter(([, seq]) => seq > before.lastSeq) : seen;
  const first = fresh[0];
  const last = fresh.at(-1);
  if (first === undefined || last === undefined || fresh.length < enough) return null;
  const grows = before !== null && !before.closed && together(before.until, last[0]) ? before.id : null;
  return { at: Math.min(first[0], last[0]), until: last[0], entries: fresh.map(([, seq]) => seq), grows };
}
