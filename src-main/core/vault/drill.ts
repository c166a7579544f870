/**
 * The yearly drill: is the kit still there, and can it be read? The key file holds some of its words as HMACs under a
 * random key, never all: six of the code's 24 (66 of its 256 bits), four of each sheet, from a
 * block of its own: they say nothing about the secret, whose every byte needs the same byte of two sheets.
 */

import { equalBytes } from '../crypto/hash.ts';
import { createMac } from '../crypto/mac.ts';
import { mnemonicWords, wordOf } from '../crypto/mnemonic.ts';
import type { Random } from '../crypto/random.ts';
import { shareBlock, sheetCount } from '../crypto/shares.ts';
import { wipe } from '../crypto/wipe.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import { fromBase64 } from './wrapped.ts';
import { drawDifferent, numberOf, type WordPlace, type WrittenKit } from './written-kit.ts';

export type DrillCheck = NonNullable<KeyFilePayload['recovery']['check']>;
export type DrillAnswer = WordPlace & { readonly word: string };

const wordsOfCode = 6;
const wordsOfSheet = 4;
const asked = 3;

/** text under the MAC: the place, so that no word counts anywhere else. */
const text = ({ sheet, position }: WordPlace, word: string) =>
  `carekeep/v1/recovery/drill\0${sheet}\0${position}\0${word}`;

function macOf(key: Uint8Array, place: WordPlace, word: string): Buffer {
  const mac = createMac(key);
  try {
    return mac.of(text(place, word));
  } finally {
    mac.wipe();
  }
}

function placesFor({ form }: WrittenKit, random: Random): readonly WordPlace[] {
  if (form === 'code')
    return drawDifferent(wordsOfCode, 1, mnemonicWords, random).map((position) => ({ sheet: 0, position }));
  return Array.from({ length: sheetCount }, (_, at) => at + 1).flatMap((sheet) => {
    const { from, to } = shareBlock(sheet);
    return drawDifferent(wordsOfSheet, from, to, random).map((position) => ({ sheet, position }));
  });
}

/** What the key file keeps of a kit, made when the kit is. */
export function newDrillCheck(kit: WrittenKit, random: Random): DrillCheck {
  const key = random(32);
  const places = [...placesFor(kit, random)].sort((a, b) => numberOf(a) - numberOf(b));
  const words = places.map((place) => ({
    ...place,
    mac: macOf(key, place, kit.words[numberOf(place) - 1] ?? '').toString('base64'),
  }));
  const check = { key: key.toString('base64'), words };
  wipe(key);
  return check;
}

/** Three places of those that can be checked: of sheets, one on each. */
export function drillPlaces({ words }: DrillCheck, random: Random): readonly WordPlace[] {
  const sheets = [...new Set(words.map(({ sheet }) => sheet))];
  const count = Math.ceil(asked / sheets.length);
  return sheets.flatMap((sheet) => {
    const own = words.filter((word) => word.sheet === sheet);
    return [...drawDifferent(count, 0, own.length - 1, random)]
      .sort((a, b) => a - b)
      .flatMap((at) => own.slice(at, at + 1).map(({ position }) => ({ sheet, position })));
  });
}

/** Are these the words at the places asked, all of them? */
export function drillPassed(check: DrillCheck, places: readonly WordPlace[], answers: readonly DrillAnswer[]): boolean {
  const key = fromBase64(check.key);
  try {
    return places.every((place) => {
      const answer = answers.find(({ sheet, position }) => sheet === place.sheet && position === place.position);
      const kept = check.words.find(({ sheet, position }) => sheet === place.sheet && position === place.position);
      const word = answer === undefined ? undefined : wordOf(answer.word);
      if (kept === undefined || word === undefined) return false;
      return equalBytes(macOf(key, place, word), fromBase64(kept.mac));
    });
  } finally {
    wipe(key);
  }
}
