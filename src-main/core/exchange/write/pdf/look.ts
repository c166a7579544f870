/** How the printed record looks: colours, sizes, table lines. Red only for allergies and alarms, never colour alone. */
import type { Content, CustomTableLayout, StyleDictionary, TableCell } from 'pdfmake/interfaces';
import type { Ink } from './ink.ts';

export const colours = {
  ink: '#16211f',
  quiet: '#5b6966',
  hair: '#dde4e2',
  teal: '#0b6b63',
  band: '#e2f2ec',
  red: '#a61b1b',
  redPale: '#fdeceb',
  amber: '#8a5a00',
  pale: '#f5f7f6',
} as const;

export const page = { size: 'A4', left: 48, right: 48, top: 58, bottom: 52, width: 595.28 - 96 } as const;

export const styles: StyleDictionary = {
  section: { fontSize: 11, bold: true, color: colours.teal },
  head: { fontSize: 7.5, color: colours.quiet, margin: [0, 3.5, 0, 0] },
  quiet: { color: colours.quiet },
};

/** Hairlines between rows, nothing else; rows breathe, first and last column flush with the text. */
export const rows: CustomTableLayout = {
  hLineWidth: (line, node) => (line === 0 || spansAll(node.table.body[line]) ? 0 : 0.5),
  vLineWidth: () => 0,
  hLineColor: () => colours.hair,
  paddingLeft: (column) => (column === 0 ? 0 : 5),
  paddingRight: (column, node) => (column === (node.table.widths?.length ?? 0) - 1 ? 0 : 5),
  paddingTop: (row, node) => (spansAll(node.table.body[row]) ? 0 : 3),
  paddingBottom: () => 3,
};

/** A row of one cell goes with the row above it: no line between. */
function spansAll(cells: readonly TableCell[] | undefined): boolean {
  const first = cells?.[0];
  return typeof first === 'object' && 'colSpan' in first;
}

/** A filled box without lines. */
export const box: CustomTableLayout = {
  hLineWidth: () => 0,
  vLineWidth: () => 0,
  paddingLeft: () => 9,
  paddingRight: () => 9,
  paddingTop: () => 6,
  paddingBottom: () => 6,
};

/** A coloured bar on the left of what stands inside. */
export const bar: CustomTableLayout = {
  hLineWidth: () => 0,
  vLineWidth: (line) => (line === 0 ? 2 : 0),
  vLineColor: () => colours.amber,
  paddingLeft: () => 8,
  paddingRight: () => 0,
  paddingTop: () => 2,
  paddingBottom: () => 2,
};

/** Looks of small grey print. */
export const small = { fontSize: 7.5, color: colours.quiet } as const;

export type Look = {
  readonly bold?: boolean;
  readonly color?: string;
  readonly fontSize?: number;
  readonly style?: string;
  readonly margin?: [number, number, number, number];
  readonly lineHeight?: number;
  readonly alignment?: 'left' | 'right' | 'center';
};

/** Longest text of a table cell and of a paragraph: a row must fit a page, a paragraph may run on. */
export const longest = { cell: 900, line: 160, paragraph: 120_000 } as const;

/** A piece of text that is safe to print. */
export function say(ink: Ink, text: string, look: Look = {}, max: number = longest.cell): Content {
  const { bold, color, fontSize } = look;
  // pdfmake forgets the looks of a text inside a text: each run carries its own.
  const own = {
    ...(bold === undefined ? {} : { bold }),
    ...(color === undefined ? {} : { color }),
    ...(fontSize === undefined ? {} : { fontSize }),
  };
  return {
    text: ink
      .runs(fewLines(text, max), max)
      .map((run) => ({ text: run.text, font: run.font, ...own, ...figures(run.text) })),
    ...look,
  };
}

/** Kerning hides the point in 7.1: figures of one width do not. Only where there is a point: laying them out is slower. */
function figures(text: string): { fontFeatures?: 'tnum'[] } {
  return /\d[.,]\d/.test(text) ? { fontFeatures: ['tnum'] } : {};
}

/** A cell must not fill a page with line breaks alone. */
function fewLines(text: string, max: number): string {
  if (max >= longest.paragraph || !text.includes('\n')) return text;
  const lines = text.split('\n');
  return lines.length <= 24 ? text : [...lines.slice(0, 24), lines.slice(24).join(' ')].join('\n');
}

/** Pieces with their own looks on one line. */
export function line(pieces: readonly Content[], look: Look = {}): Content {
  return { text: [...pieces], ...look };
}
