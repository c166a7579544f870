/**
 * The recovery kit on A4: numbered words, what they open, how to keep them, lines to sign. One page for the one code,
 * three for the three sheets, which are meant to be parted.
 */
import type { Content, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces';
import type { Language } from '../../../../src-shared/contract/primitives.ts';
import { calendar } from './dates.ts';
import { fontFolder, loadFonts } from './pdf/fonts.ts';
import { inkFor } from './pdf/ink.ts';
import { colours, line, longest, page, say } from './pdf/look.ts';
import { print } from './pdf/printer.ts';
import { fill, type Words, wordsIn } from './words.ts';

export type Kit = {
  /** The 24 words of the one code, or three times 29, in order. */
  readonly words: readonly string[];
  readonly clinicName: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly language: Language;
  /** IANA name; the machine's own where none is given. */
  readonly timeZone?: string;
};

const wordsOfSheet = 29;
const sheets = 3;

type KitWords = Words['kit'];
type Page = { readonly words: readonly string[]; readonly say: Omit<KitWords, 'sheet'> };

/** A sheet says of itself which it is, and that it is nothing alone. */
function pagesOf(words: readonly string[], kit: KitWords): readonly Page[] {
  if (words.length !== sheets * wordsOfSheet) return [{ words, say: kit }];
  return Array.from({ length: sheets }, (_, at) => {
    const number = { number: at + 1, sheets };
    const { sheet } = kit;
    return {
      words: words.slice(at * wordsOfSheet, (at + 1) * wordsOfSheet),
      say: { ...kit, ...sheet, title: fill(sheet.title, number), subtitle: fill(sheet.subtitle, number) },
    };
  });
}

/**
 * @param folder absolute path of resources/pdf
 * @returns PDF bytes, one page a sheet. They hold the recovery key in the clear: wipe them after use.
 */
export async function buildKitPdf(kit: Kit, folder = fontFolder()): Promise<Buffer> {
  const fonts = loadFonts(folder);
  const ink = inkFor(fonts, kit.language);
  const pages = pagesOf(kit.words, wordsIn(kit.language).kit);
  const zone = kit.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const dates = calendar(kit.language, zone);
  const date = dates.day(dates.dayOf(kit.createdAt));
  const paragraph = (title: string, text: string): Content => ({
    stack: [
      { text: title, bold: true, fontSize: 11, margin: [0, 0, 0, 2] },
      { text, fontSize: 10, lineHeight: 1.3 },
    ],
    margin: [0, 0, 0, 13],
  });
  const blank = (title: string): Content => ({
    stack: [
      {
        canvas: [
          { type: 'line', x1: 0, y1: 0, x2: page.width / 3 - 14, y2: 0, lineWidth: 0.7, lineColor: colours.quiet },
        ],
        margin: [0, 44, 0, 3],
      },
      { text: title, fontSize: 7.5, color: colours.quiet },
    ],
  });
  const contentOf = ({ words: own, say: words }: Page): Content[] => [
    { text: 'Carekeep', fontSize: 9, bold: true, color: colours.teal, margin: [0, 0, 0, 6] },
    { text: words.title, fontSize: 24, bold: true },
    { text: words.subtitle, fontSize: 10.5, color: colours.quiet, margin: [0, 3, 0, 14] },
    { canvas: [{ type: 'rect', x: 0, y: 0, w: page.width, h: 1.5, color: colours.teal }], margin: [0, 0, 0, 14] },
    {
      columns: [
        line(
          [{ text: `${words.clinic}  `, color: colours.quiet }, say(ink, kit.clinicName, { bold: true }, longest.line)],
          { fontSize: 10.5 },
        ),
        {
          text: [
            { text: `${words.made}  `, color: colours.quiet },
            { text: date, bold: true },
          ],
          fontSize: 10.5,
          alignment: 'right',
          width: 190,
        },
      ],
      margin: [0, 0, 0, 12],
    },
    grid(own),
    { text: words.check, fontSize: 8.5, color: colours.quiet, margin: [0, 8, 0, 20] },
    paragraph(words.what, words.whatText),
    paragraph(words.opens, words.opensText),
    paragraph(words.store, words.storeText),
    { columns: [blank(words.place), blank(words.date), blank(words.signature)], columnGap: 14 },
    { text: words.copy, fontSize: 8.5, color: colours.quiet, margin: [0, 14, 0, 0] },
  ];
  const definition: TDocumentDefinitions = {
    pageSize: page.size,
    pageMargins: [page.left, 46, page.right, 36],
    info: {
      title: wordsIn(kit.language).kit.title,
      creator: 'Carekeep',
      producer: 'Carekeep',
      creationDate: new Date(kit.createdAt),
      modDate: new Date(kit.createdAt),
    },
    language: kit.language,
    displayTitle: true,
    version: '1.7',
    defaultStyle: { font: 'Inter', fontSize: 9, color: colours.ink },
    content: pages.map((sheet, at) => ({ stack: contentOf(sheet), ...(at > 0 && { pageBreak: 'before' as const }) })),
  };
  return await print(definition, fonts);
}

/** Read down the columns, as one writes a list: 1–6, 7–12, and so on. */
function grid(words: readonly string[]): Content {
  // A sheet's 29 words take no more lines than the code's 24: the page says as much beside them.
  const isSheet = words.length === wordsOfSheet;
  const columns = isSheet ? 5 : 4;
  const lines = Math.ceil(words.length / columns);
  const cell = (index: number): TableCell =>
    words[index] === undefined
      ? ''
      : {
          columns: [
            {
              text: String(index + 1),
              width: isSheet ? 14 : 20,
              alignment: 'right',
              fontSize: 8.5,
              color: colours.quiet,
              margin: [0, isSheet ? 3 : 5.5, 0, 0],
            },
            { text: words[index] ?? '', width: '*', fontSize: isSheet ? 12 : 15, bold: true },
          ],
          columnGap: isSheet ? 6 : 8,
        };
  return {
    table: {
      widths: Array.from({ length: columns }, () => '*'),
      body: Array.from({ length: lines }, (_row, line) =>
        Array.from({ length: columns }, (_cell, column) => cell(column * lines + line)),
      ),
    },
    layout: {
      hLineWidth: () => 0.6,
      vLineWidth: () => 0.6,
      hLineColor: () => colours.hair,
      vLineColor: () => colours.hair,
      paddingTop: () => 9,
      paddingBottom: () => 10,
    },
  };
}
