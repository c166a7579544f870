/** Words typed into the log's search box, as the codes and ids they stand for. Words never leave the screen. */
import type { AuditTerm } from '../../src-shared/contract/audit-filter.ts';

/** A value that an entry may have, with everything it is called. */
export type Meaning = {
  readonly [F in keyof AuditTerm]: {
    readonly field: F;
    readonly value: AuditTerm[F][number];
    readonly names: readonly string[];
  };
}[keyof AuditTerm];

/** As the contract allows; nobody types more. */
const mostWords = 8;

/** Letters without case and marks, so that "geandert" finds "Geändert". */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
}

const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** A word stands for every value with a name that has a word beginning so, or a code that it is a part of. */
function calls(typed: string, names: readonly string[]): boolean {
  if (/[.-]/.test(typed)) return names.some((name) => fold(name).includes(typed));
  return names.some((name) => wordsOf(name).some((word) => word.startsWith(typed)));
}

/** One term a word: an entry has to have all of them, each in any of its meanings. */
export function termsOf(text: string, meanings: readonly Meaning[]): AuditTerm[] {
  const typed = fold(text)
    .split(/\s+/)
    .filter((word) => word !== '');
  return [...new Set(typed)].slice(0, mostWords).map((word) => {
    const term: AuditTerm = { events: [], outcomes: [], origins: [], purposes: [], users: [], devices: [] };
    for (const meaning of meanings) {
      if (!calls(word, meaning.names)) continue;
      switch (meaning.field) {
        case 'events':
          term.events.push(meaning.value);
          break;
        case 'outcomes':
          term.outcomes.push(meaning.value);
          break;
        case 'origins':
          term.origins.push(meaning.value);
          break;
        default:
          term[meaning.field].push(meaning.value);
      }
    }
    return term;
  });
}
