/**
 * Text as it can be printed. pdfmake sets glyph after glyph from left to right in one font: what a font lacks, what runs
 * from right to left and what needs reordering would come out empty or garbled. Such characters become a visible ▯ and
 * are counted, so that the document can say so; the rest goes to the font that has it.
 */
import type { Language } from '../../../../../src-shared/contract/primitives.ts';
import type { Family, Fonts } from './fonts.ts';

export type Run = { readonly text: string; readonly font: Family };
export type Ink = {
  /** Runs of one font each; never longer than `max` characters, a cut shows as […]. */
  readonly runs: (text: string, max?: number) => Run[];
  /** What had to be replaced so far: how many characters, of which kinds (`Hani`, … or one of the three below). */
  readonly replaced: () => { readonly count: number; readonly kinds: readonly string[] };
  /** Whether any text was cut so far. */
  readonly shortened: () => boolean;
};

export const replacement = '▯';
export const cut = ' […]';

/** Scripts by ISO 15924 code; the first group is covered by a font of ours but would be set wrongly. */
const scripts: readonly (readonly [code: string, pattern: RegExp])[] = [
  ['Arab', /\p{Script=Arabic}/u],
  ['Hebr', /\p{Script=Hebrew}/u],
  ['Syrc', /\p{Script=Syriac}/u],
  ['Thaa', /\p{Script=Thaana}/u],
  ['Nkoo', /\p{Script=Nko}/u],
  ['Laoo', /\p{Script=Lao}/u],
  ['Hani', /\p{Script=Han}/u],
  ['Jpan', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['Hang', /\p{Script=Hangul}/u],
  ['Thai', /\p{Script=Thai}/u],
  ['Deva', /\p{Script=Devanagari}/u],
  ['Beng', /\p{Script=Bengali}/u],
  ['Taml', /\p{Script=Tamil}/u],
  ['Telu', /\p{Script=Telugu}/u],
  ['Gujr', /\p{Script=Gujarati}/u],
  ['Guru', /\p{Script=Gurmukhi}/u],
  ['Sinh', /\p{Script=Sinhala}/u],
  ['Khmr', /\p{Script=Khmer}/u],
  ['Mymr', /\p{Script=Myanmar}/u],
  ['Ethi', /\p{Script=Ethiopic}/u],
  ['Tibt', /\p{Script=Tibetan}/u],
  ['Zsye', /\p{Extended_Pictographic}/u],
];
const neverSet = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Lao}]/u;
/** Characters without a shape of their own: joiners, soft hyphens, variation selectors. Nothing is lost on paper. */
const shapeless = /\u00ad|\u034f|[\u200b-\u200d\u2060\ufeff]|[\ufe00-\ufe0f]/g;
/** Controls, and marks that turn the reading direction: shown, because they can make text read as another. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are made visible
const invisible = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/;
const plain = /^[\n\u0020-\u007e\u00a0-\u00ac\u00ae-\u017f]*$/;
const mark = /\p{M}/u;
/** More marks than any living language stacks on one letter would cover the lines around it. */
const marksKept = 2;
/** A word longer than this may be broken anywhere, at zero width. */
const wordLimit = 28;

export function inkFor(fonts: Fonts, language: Language): Ink {
  const found = new Map<string, number>();
  let shortened = false;
  const segments = new Intl.Segmenter(language, { granularity: 'grapheme' });
  const note = (code: string): void => {
    found.set(code, (found.get(code) ?? 0) + 1);
  };
  const familyFor = (cluster: string): Family | undefined => {
    const points = [...cluster].map((character) => character.codePointAt(0) ?? 0);
    return (['Inter', 'DejaVu'] as const).find((family) => points.every((point) => fonts.covers(family, point)));
  };

  function set(cluster: string): Run {
    if (cluster === '\n' || cluster === '\r\n' || cluster === '\r') return { text: '\n', font: 'Inter' };
    if (cluster === '\t') return { text: ' ', font: 'Inter' };
    const refuse = (code: string): Run => {
      note(code);
      return { text: replacement, font: fonts.covers('Inter', 0x25af) ? 'Inter' : 'DejaVu' };
    };
    if (invisible.test(cluster)) return refuse('controls');
    const bare = cluster.replace(shapeless, '');
    if (bare === '') return { text: '', font: 'Inter' };
    const marks = [...bare].filter((character) => mark.test(character));
    if (marks.length > marksKept) {
      const kept = set(bare.replace(new RegExp(mark, 'gu'), ''));
      note('marks');
      return { text: kept.text + replacement, font: 'DejaVu' };
    }
    const font = neverSet.test(bare) ? undefined : familyFor(bare);
    return font === undefined
      ? refuse(scripts.find(([, pattern]) => pattern.test(bare))?.[0] ?? 'other')
      : { text: bare, font };
  }

  return {
    runs: (text, max = Number.POSITIVE_INFINITY) => {
      const whole = text.toWellFormed().normalize('NFC');
      const kept = whole.length > max ? whole.slice(0, max).toWellFormed() + cut : whole;
      if (whole.length > max) shortened = true;
      if (plain.test(kept)) return [{ text: breakable(kept), font: 'Inter' }];
      const runs: { text: string; font: Family }[] = [];
      for (const { segment } of segments.segment(kept)) {
        const piece = set(segment);
        const last = runs.at(-1);
        // A space belongs to either font: staying in the run keeps words whole.
        if (last !== undefined && (last.font === piece.font || piece.text === ' ' || piece.text === ''))
          last.text += piece.text;
        else if (piece.text !== '') runs.push({ ...piece });
      }
      return runs.map((run) => ({ text: breakable(run.text), font: run.font }));
    },
    replaced: () => ({
      count: [...found.values()].reduce((sum, count) => sum + count, 0),
      kinds: [...found.keys()],
    }),
    shortened: () => shortened,
  };
}

/** Gives very long words places to break, so that they wrap in linear time instead of running out of the page. */
function breakable(text: string): string {
  return text.replace(new RegExp(`[^\\s\\u200b]{${wordLimit}}(?=\\S)`, 'gu'), '$&\u200b');
}
