import type { Kit } from '../../../src-shared/contract/app.ts';
import type { CallInput } from '../../../src-shared/contract/index.ts';
import { call } from '../../client.ts';

export type { Kit };
export type WordsBack = CallInput<'setup.confirmKit'>['words'];

/** Where a kit's words go and where they are proved: at set-up, or when it is made anew. */
export type KitDoor = {
  readonly save: (input: CallInput<'setup.saveKit'>) => Promise<{ readonly saved: boolean }>;
  readonly confirm: (words: WordsBack) => Promise<unknown>;
};

export const setUpDoor: KitDoor = {
  save: (input) => call('setup.saveKit', input),
  confirm: (words) => call('setup.confirmKit', { words }),
};
export const remadeDoor: KitDoor = {
  save: (input) => call('recovery.saveRemade', input),
  confirm: (words) => call('recovery.confirmRemade', { words }),
};

const wordsOfSheet = 29;

/** The words by sheet: one list for the one code. */
export function sheetsOf({ form, words }: Kit): readonly (readonly string[])[] {
  if (form === 'code') return [words];
  return [0, 1, 2].map((at) => words.slice(at * wordsOfSheet, (at + 1) * wordsOfSheet));
}

/** Where the n-th word of all stands: sheet 0 is the one code. */
export function placeOf({ form }: Kit, number: number): { readonly sheet: number; readonly position: number } {
  if (form === 'code') return { sheet: 0, position: number };
  return { sheet: Math.floor((number - 1) / wordsOfSheet) + 1, position: ((number - 1) % wordsOfSheet) + 1 };
}
