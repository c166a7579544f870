/** The words of documents that leave the house, from resources/translations/<language>/pdf.json. */

import de from '../../../../resources/translations/de/pdf.json' with { type: 'json' };
import en from '../../../../resources/translations/en/pdf.json' with { type: 'json' };
import es from '../../../../resources/translations/es/pdf.json' with { type: 'json' };
import fr from '../../../../resources/translations/fr/pdf.json' with { type: 'json' };
import type { Language } from '../../../../src-shared/contract/primitives.ts';

/** All languages have every key of English: a missing one does not compile. */
export type Words = typeof en;

const byLanguage: Readonly<Record<Language, Words>> = { en, es, de, fr };

export function wordsIn(language: Language): Words {
  return byLanguage[language];
}

/** Puts values in the place of {{names}}. A value's own braces are left alone. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{\{(\w+)\}\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/** The word for a code, else the code itself: a code without a word still says something. */
export function wordFor(words: Readonly<Record<string, string>>, code: string): string {
  return Object.hasOwn(words, code) ? (words[code] ?? code) : code;
}
