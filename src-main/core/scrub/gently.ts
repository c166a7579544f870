/** Sliced work that nobody waits for: after each slice a pause, longer while others are at work. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Sliced } from '../store/slices.ts';

/** One slice, milliseconds: with the longest single query after it still far below what a screen notices. */
export const gentleSliceMs = 10;
/** Of the time, a slice takes at most this share. */
const share = 1 / 3;
/** A timer this late, milliseconds, waited for somebody else's work. */
const late = 4;
const standAside = 60;

export type GentleOptions = {
  readonly signal: AbortSignal;
  /** Something heavier runs, which somebody waits for. */
  readonly busy?: () => boolean;
  /** After each slice. */
  readonly onSlice?: () => void;
};

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  // What aborts it is thrown into the work itself.
  await pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

/** @throws the signal's reason when aborted */
export async function runGently<T>(work: Sliced<T>, { signal, busy, onSlice }: GentleOptions): Promise<T> {
  for (;;) {
    const from = performance.now();
    const step = signal.aborted ? work.throw(signal.reason) : work.next();
    if (step.done) return step.value;
    onSlice?.();
    const until = performance.now();
    const wait = Math.max(1, (until - from) * (1 / share - 1));
    await rest(wait, signal);
    if (performance.now() - until > wait + late) await rest(standAside, signal);
    while (busy?.() === true && !signal.aborted) await rest(500, signal);
  }
}
