/** What the design promises of an attempt, in its three classes, held against who noticed. */
import { Broken, hold } from '../kind.ts';
import type { Attempt, Place } from './attempt.ts';
import type { Named, Verdicts } from './judge.ts';

/**
 * `signed`: before the last witnessed checkpoint, and the log shows it. `heads`: before it too, and the log agrees with
 * itself: keychain, one-time keys and witnesses disagree. `behind`: nobody outside has seen those entries yet.
 */
export type Class = 'signed' | 'heads' | 'behind';

export type Judged = {
  readonly class: Class;
  /** Who noticed, for the tally. */
  readonly by: readonly string[];
};

const told = (named: Named | null): string => (named === null ? 'nothing' : `${named.code} ${named.at}`);

/** Is this where it had to be? Checkpoints are named by their number, all else by an entry or a span. */
export function isAt({ code, at }: Named, place: Place): boolean {
  if ((code === 'checkpoint-missing' || code === 'checkpoint-broken') && place.checkpoint === Number(at)) return true;
  if (place.entries?.some((seq) => `${seq}` === at)) return true;
  return place.spans?.some(({ from, to }) => `${from}-${to}` === at) ?? false;
}

function demandSigned({ place, notExported }: Attempt, { log, verifier }: Verdicts): void {
  if (log === null) throw new Broken('the application’s verification finds nothing');
  hold(isAt(log, place), () => `the application says ${told(log)}, not ${placeInWords(place)}`);
  if (notExported) return;
  if (verifier === null) throw new Broken('carekeep-verify finds nothing');
  hold(isAt(verifier, place), () => `carekeep-verify says ${told(verifier)}, not ${placeInWords(place)}`);
}

function demandHeads({ affected }: Attempt, size: number, verdicts: Verdicts): void {
  const { keychain, keys, witness, informed } = verdicts;
  hold(witness !== 'cosigned', 'the witness notices nothing');
  hold(keychain !== 'ok' || keys !== 'fine', 'it opens as if nothing had happened');
  if (informed === null) throw new Broken('carekeep-verify finds nothing, told the head');
  const forked = informed.code === 'forked-from-known' && informed.at === `0-${size}`;
  const behind = informed.code === 'behind-known' && informed.at.endsWith(`-${size}`);
  hold(forked || behind, () => `carekeep-verify, told the head, says ${told(informed)} for a change at ${affected}`);
}

const placeInWords = ({ entries = [], spans = [], checkpoint }: Place): string =>
  [
    ...entries.map((seq) => `entry ${seq}`),
    ...spans.map(({ from, to }) => `${from}-${to}`),
    ...(checkpoint === undefined ? [] : [`checkpoint ${checkpoint}`]),
  ].join(' or ');

/** @param size entries up to the last witnessed checkpoint @throws Broken where a promise did not hold */
export function demanded(attempt: Attempt, verdicts: Verdicts, size: number): Judged {
  const by = [
    ...(verdicts.log === null ? [] : ['verification']),
    ...(verdicts.keychain === 'ok' ? [] : ['keychain']),
    ...(verdicts.keys === 'fine' ? [] : ['one-time keys']),
    ...(verdicts.witness === 'cosigned' ? [] : ['witness']),
    ...(verdicts.verifier === null ? [] : ['carekeep-verify']),
    ...(verdicts.informed === null ? [] : ['carekeep-verify told the head']),
  ];
  if (attempt.affected >= size) return { class: 'behind', by };
  if (attempt.shows === 'log') demandSigned(attempt, verdicts);
  else demandHeads(attempt, size, verdicts);
  return { class: attempt.shows === 'log' ? 'signed' : 'heads', by };
}
