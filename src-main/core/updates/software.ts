/**
 * What a workstation says of its software where the others' lists find it: its version, the day of its last check for
 * updates that held, and why the one after it did not. One short text, because a register has no more room for it.
 */
import { fullDate } from '../../../src-shared/contract/primitives.ts';
import {
  type UpdateRefusal,
  type UpdateState,
  unknownAfterDays,
  updateRefusals,
} from '../../../src-shared/updates/state.ts';

const mostLetters = 40;
const day = 86_400_000;

export type CheckedUpdates = {
  /** Day of the last check that held; null where none ever did. */
  readonly checked: string | null;
  readonly refusal: UpdateRefusal | null;
};

/** @param state null where nobody has said yet how updates stand, or there are none here */
export function softwareText(version: string, state: Pick<UpdateState, 'lastGood' | 'refusal'> | null): string {
  if (state === null) return version.slice(0, mostLetters);
  const checked = state.lastGood === null ? 'never' : new Date(state.lastGood).toISOString().slice(0, 10);
  const told = `${version}; ${checked}`;
  const whole = state.refusal === null ? told : `${told}; ${state.refusal}`;
  // The reason goes first: a check that did not hold shows by its day, too.
  return [whole, told, version].find((text) => text.length <= mostLetters) ?? version.slice(0, mostLetters);
}

/** Anything that is not exactly such a text counts as a version alone. */
export function parseSoftware(text: string): { readonly version: string; readonly updates: CheckedUpdates | null } {
  const [version = '', checked, reason, ...more] = text.split('; ');
  const refusal = updateRefusals.find((known) => known === reason) ?? null;
  const fits = checked === 'never' || fullDate.safeParse(checked).success;
  if (checked === undefined || !fits || more.length > 0) return { version: text, updates: null };
  return { version, updates: { checked: checked === 'never' ? null : checked, refusal } };
}

/** No check held for so long, or ever: whether there is an update is not known there. */
export function updatesUnknown({ checked }: CheckedUpdates, now: number): boolean {
  return checked === null || now - Date.parse(checked) > (unknownAfterDays + 1) * day;
}
