/**
 * How long a try at a password has to wait: by name, slower with each failure, and by workstation, because there are
 * more names than one. Names that do not exist are counted like those that do.
 *
 * Time passed is what the machine's own clock since its start can prove, never the wall clock: after another start of
 * the machine that is the time since then, which is less than what really passed.
 */
import { hmacSha256 } from '../crypto/hash.ts';
import type { Random } from '../crypto/random.ts';
import type { AllAttempts, Attempts } from './attempts-record.ts';
import { noAttempts } from './attempts-record.ts';
import type { Clock } from './clock.ts';
import { foldedName } from './key-file-payload.ts';
import { fromBase64 } from './wrapped.ts';

export type { Attempts };

const firstSlow = 3;
export const longestDelay = 15 * 60_000;
/** Names that do not exist are counted too, the latest of them. */
const strangersKept = 256;

/** One failed try more every six minutes, on top of twenty: thirty in any first hour, whatever the names. */
const perFailure = 6 * 60_000;
const atOnce = 20;

/** Milliseconds to wait after so many failures: 0, 0, 0, 1 s, 2 s, 4 s … 15 min. */
export function delayAfter(failures: number): number {
  if (failures < firstSlow) return 0;
  return Math.min(longestDelay, 1000 * 2 ** Math.min(30, failures - firstSlow));
}

export function newAttempts(random: Random): Attempts {
  return { key: random(32).toString('base64'), counters: [], all: noAttempts };
}

export function attemptName(attempts: Attempts, userName: string): string {
  return hmacSha256(fromBase64(attempts.key), foldedName(userName)).toString('base64');
}

/** Milliseconds since `at` that are certain to have passed. A clock that stands before it began anew since. */
function passed(at: number, monotonic: number): number {
  return monotonic >= at ? monotonic - at : monotonic;
}

function debtNow(all: AllAttempts, monotonic: number): number {
  return Math.max(0, all.debt - passed(all.at, monotonic));
}

const instant = (clock: Clock): number => Math.floor(clock.monotonic());

/** Milliseconds until this name may be tried. */
export function waitFor(attempts: Attempts, name: string, clock: Clock): number {
  const monotonic = instant(clock);
  const counter = attempts.counters.find((one) => one.name === name);
  const own = counter === undefined ? 0 : delayAfter(counter.failures) - passed(counter.at, monotonic);
  const everybody = debtNow(attempts.all, monotonic) - (atOnce - 1) * perFailure;
  return Math.max(0, own, everybody);
}

/**
 * A try, counted as failed before it is made: who is killed in the middle of it has had it.
 * @param known names of existing users: never pushed out by strangers
 */
export function charged(attempts: Attempts, name: string, clock: Clock, known: ReadonlySet<string>): Attempts {
  const at = instant(clock);
  const others = attempts.counters.filter((counter) => counter.name !== name);
  const failures = (attempts.counters.find((counter) => counter.name === name)?.failures ?? 0) + 1;
  const counters = [...others, { name, failures, lastFailedAt: clock.now(), at }];
  const strangers = counters.filter((counter) => !known.has(counter.name));
  const dropped = new Set(strangers.slice(0, Math.max(0, strangers.length - strangersKept)));
  const { all } = attempts;
  return {
    ...attempts,
    counters: counters.filter((counter) => !dropped.has(counter)),
    all: { tries: all.tries + 1, debt: debtNow(all, at) + perFailure, at },
  };
}

/** The try failed: the waiting begins now, after the time that Argon2id took. */
export function failed(attempts: Attempts, name: string, clock: Clock): Attempts {
  const at = instant(clock);
  return {
    ...attempts,
    counters: attempts.counters.map((counter) => (counter.name === name ? { ...counter, at } : counter)),
  };
}

/** The try succeeded: the name begins anew, and the workstation has its try back. */
export function succeeded(attempts: Attempts, name: string, clock: Clock): Attempts {
  const at = instant(clock);
  const { all } = attempts;
  return {
    ...attempts,
    counters: attempts.counters.filter((counter) => counter.name !== name),
    all: { tries: all.tries + 1, debt: Math.max(0, debtNow(all, at) - perFailure), at },
  };
}

/** The try was neither right nor wrong (a code is still to come): everything but the number of tries is as before it. */
export function undone(attempts: Attempts, before: Attempts, name: string, clock: Clock): Attempts {
  const at = instant(clock);
  const { all } = attempts;
  return {
    ...attempts,
    counters: [
      ...attempts.counters.filter((counter) => counter.name !== name),
      ...before.counters.filter((counter) => counter.name === name),
    ],
    all: { tries: all.tries + 1, debt: Math.max(0, debtNow(all, at) - perFailure), at },
  };
}
