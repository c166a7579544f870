/** What main itself says before there is a page, or when there is none: resources/translations/<language>/shell.json. */
import de from '../../resources/translations/de/shell.json' with { type: 'json' };
import en from '../../resources/translations/en/shell.json' with { type: 'json' };
import es from '../../resources/translations/es/shell.json' with { type: 'json' };
import fr from '../../resources/translations/fr/shell.json' with { type: 'json' };

/** All languages have every key of English: a missing one does not compile. */
export type ShellWords = typeof en;

const byLanguage: ReadonlyMap<string, ShellWords> = new Map([
  ['de', de],
  ['en', en],
  ['es', es],
  ['fr', fr],
]);

/** In the first of the system's languages that Carekeep speaks, else English: nobody has signed in who chose one. */
export function shellWords(languages: readonly string[]): ShellWords {
  for (const tag of languages) {
    const words = byLanguage.get(tag.slice(0, 2).toLowerCase());
    if (words !== undefined) return words;
  }
  return en;
}

/** Puts the names in their place in a sentence. */
export function naming(sentence: string, names: readonly string[]): string {
  return sentence.replace('{{names}}', () => names.join(', '));
}
