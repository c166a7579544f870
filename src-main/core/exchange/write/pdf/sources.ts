/** Where each line came from, as small numbers beside the lines and one list at the end. */
import type { Content } from 'pdfmake/interfaces';
import type { ExportRow } from '../input.ts';
import type { View } from '../view.ts';
import { fill } from '../words.ts';
import type { Ink } from './ink.ts';
import { colours, longest, say, small } from './look.ts';

export type Sources = {
  /** A small grey number; the same for rows that came the same way on the same day. */
  readonly mark: (row: ExportRow) => Content;
  /** The list, in order of the numbers. */
  readonly list: () => Content[];
};

export function sourcesOf(view: View, ink: Ink): Sources {
  const numbers = new Map<string, number>();
  const { words, calendar } = view;
  const sentence = ({ source }: ExportRow): string => {
    const date = calendar.day(calendar.dayOf(source.at));
    return source.kind === 'local'
      ? fill(words.sources.local, { name: source.by, date })
      : fill(words.sources.import, { file: source.import ?? '—', name: source.by, date });
  };
  return {
    mark: (row) => {
      const text = sentence(row);
      const number = numbers.get(text) ?? numbers.size + 1;
      numbers.set(text, number);
      return { text: `\u00a0${number}`, fontSize: 10, color: colours.quiet, sup: true };
    },
    list: () =>
      [...numbers].map(([text, number]) =>
        say(ink, `${number}  ${text}`, { ...small, margin: [0, 0, 0, 2] }, longest.line * 2),
      ),
  };
}
