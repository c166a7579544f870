/** The body of the printed record, section by section. */
import type { Content, Size, TableCell } from 'pdfmake/interfaces';
import type { Item } from '../item.ts';
import { type Measured, type Series, seriesOf } from '../measured.ts';
import type { PatientRecord } from '../record.ts';
import type { Happening, Note } from '../timeline.ts';
import type { View } from '../view.ts';
import { fill } from '../words.ts';
import type { Ink } from './ink.ts';
import { bar, colours, line, longest, rows, say, small } from './look.ts';
import { trendPlot } from './plot.ts';
import type { Sources } from './sources.ts';

export type Pen = { readonly view: View; readonly ink: Ink; readonly sources: Sources };

/** Earlier values printed under the newest one of a series. */
const earlierShown = 12;

export function body(pen: Pen, record: PatientRecord): Content[] {
  const { words } = pen.view;
  const { sections, columns, empty } = words;
  const since = { date: columns.since };
  const date = { date: columns.date };
  const { measured } = record;
  return [
    ...items(pen, sections.alerts, record.alerts, since),
    ...items(pen, sections.allergies, [...record.allergies, ...record.allergyStatements], {
      ...since,
      empty: empty.allergies,
    }),
    ...items(pen, sections.problems, [...record.problems, ...record.problemStatements], {
      ...since,
      empty: empty.problems,
    }),
    ...items(pen, sections.medications, [...record.medications, ...record.medicationStatements], {
      ...since,
      details: columns.dose,
      empty: empty.medications,
    }),
    ...series(pen, sections.vitals, measured.vitals),
    ...series(pen, sections.results, measured.results),
    ...items(pen, sections.reports, record.reports, date),
    ...items(pen, sections.immunizations, record.immunizations, date),
    ...items(pen, sections.procedures, record.procedures, date),
    ...items(pen, sections.devices, record.devices, since),
    ...series(pen, sections.pregnancy, measured.pregnancy),
    ...series(pen, sections.social, measured.social),
    ...items(pen, sections.plan, record.plans, date),
    ...items(pen, sections.directives, record.directives, date),
    ...items(pen, sections.pastProblems, record.pastProblems, since),
    ...items(pen, sections.pastMedications, record.pastMedications, { ...since, details: columns.dose }),
    ...timeline(pen, record.timeline),
    ...documents(pen, record),
  ];
}

/** The title stays with the first thing that happened. */
function timeline(pen: Pen, happenings: readonly Happening[]): Content[] {
  const blocks = happenings.flatMap((happening) => happened(pen, happening));
  const [first, ...rest] = blocks;
  if (first === undefined) return [];
  const title: Content = { text: pen.view.words.sections.notes, style: 'section' };
  return [{ unbreakable: true, stack: [title, first], margin: [0, 16, 0, 0] }, ...rest];
}

/** A list as a table: its title stands in the head row, so it is never alone at the foot of a page and repeats on the next. */
function listTable(titles: readonly string[], widths: Size[], right: number, lines: readonly TableCell[][]): Content {
  const heads = titles.map(
    (text, column): TableCell =>
      column === 0
        ? { text, style: 'section' }
        : { text, style: 'head', alignment: column === right ? 'right' : 'left' },
  );
  return {
    table: { headerRows: 1, keepWithHeaderRows: 1, dontBreakRows: true, widths, body: [heads, ...lines] },
    layout: rows,
    margin: [0, 13, 0, 0],
  };
}

type Columns = { readonly date: string; readonly details?: string; readonly empty?: string };

function items(pen: Pen, title: string, listed: readonly Item[], { date, details, empty }: Columns): Content[] {
  const { view, ink, sources } = pen;
  if (listed.length === 0 && empty === undefined) return [];
  if (listed.length === 0) {
    return [
      {
        unbreakable: true,
        stack: [
          { text: title, style: 'section' },
          { text: empty ?? '', style: 'quiet', margin: [0, 4, 0, 0] },
        ],
        margin: [0, 16, 0, 0],
      },
    ];
  }
  const lines = listed.map((item): TableCell[] => [
    line([
      say(ink, item.title, { bold: true }),
      sources.mark(item.of.row),
      ...(item.status === undefined ? [] : [say(ink, `  ${item.status}`, small, longest.line)]),
    ]),
    say(ink, item.details.join(' · ')),
    say(ink, item.date === undefined ? '' : view.calendar.day(item.date), { alignment: 'right' }, longest.line),
  ]);
  return [listTable([title, details ?? view.words.columns.details, date], ['42%', '*', 78], 2, lines)];
}

function series(pen: Pen, title: string, measured: readonly Measured[]): Content[] {
  if (measured.length === 0) return [];
  const { columns } = pen.view.words;
  const all = seriesOf(measured);
  const plotted = all.some((each) => trendPlot(each) !== undefined);
  const titles = [title, columns.latest, columns.reference, columns.date];
  return [
    listTable(
      plotted ? [...titles, columns.trend] : titles,
      plotted ? ['*', 112, 78, 72, 92] : ['*', 160, 92, 78],
      3,
      all.flatMap((each) => seriesRows(pen, each, plotted)),
    ),
  ];
}

/** The newest value, and under it, across the table, the earlier ones. */
function seriesRows(pen: Pen, shown: Series, plotted: boolean): TableCell[][] {
  const { view, ink, sources } = pen;
  const { latest, all } = shown;
  const name: Content[] = [line([say(ink, latest.title), sources.mark(latest.of.row)])];
  for (const note of latest.notes) name.push(say(ink, note, small));
  const earlier = all.slice(1, 1 + earlierShown).map((each) => {
    const when = each.date === undefined ? '' : ` (${view.calendar.day(each.date)})`;
    return `${each.value.replaceAll('\n', '; ')}${each.flag?.alarming === true ? ` ${each.flag.sign}` : ''}${when}`;
  });
  const more = all.length - 1 - earlier.length;
  if (more > 0) earlier.push(fill(view.words.values.more, { count: more }));
  const cells: TableCell[] = [
    { stack: name },
    { stack: [valueCell(pen, latest)] },
    say(ink, latest.reference ?? '', { color: colours.quiet }),
    say(ink, latest.date === undefined ? '' : view.calendar.day(latest.date), { alignment: 'right' }, longest.line),
  ];
  const newest = plotted ? [...cells, trendPlot(shown) ?? ''] : cells;
  if (earlier.length === 0) return [newest];
  const past: Content = { stack: [say(ink, `${view.words.values.earlier}: ${earlier.join(', ')}`, small)] };
  return [newest, newest.map((_cell, column): TableCell => (column === 0 ? { ...past, colSpan: newest.length } : ''))];
}

function valueCell({ ink }: Pen, { value, flag, status }: Measured): Content {
  // Words are read, numbers are looked for: only short values are set bold.
  const alarming = flag?.alarming === true;
  const shown = say(ink, value, { bold: value.length <= 40, color: alarming ? colours.red : colours.ink });
  const marks = [flag === undefined ? undefined : `${flag.sign} ${flag.word}`.trim(), status].filter(
    (each) => each !== undefined,
  );
  return line([
    shown,
    ...marks.map((each) =>
      say(ink, `  ${each}`, { fontSize: 7.5, color: alarming ? colours.red : colours.quiet }, longest.line),
    ),
  ]);
}

function happened(pen: Pen, { date, encounter, notes }: Happening): Content[] {
  const { view, ink, sources } = pen;
  const when = date === undefined ? '—' : view.calendar.moment(date);
  const content: Content[] = [];
  if (encounter !== undefined) {
    content.push(
      line(
        [
          say(ink, when, { bold: true }, longest.line),
          say(ink, `   ${encounter.title}`, { bold: true }, longest.line),
          sources.mark(encounter.of.row),
          say(ink, encounter.details.length === 0 ? '' : `   ${encounter.details.join(' · ')}`, {
            color: colours.quiet,
            fontSize: 8.5,
          }),
        ],
        { margin: [0, 8, 0, 2] },
      ),
    );
  }
  for (const note of notes) content.push(...noteBlock(pen, note, encounter === undefined));
  return content;
}

function noteBlock(pen: Pen, note: Note, alone: boolean): Content[] {
  const { view, ink, sources } = pen;
  const { notes } = view.words;
  const date = note.date === undefined ? '' : `${view.calendar.moment(note.date)}   `;
  const by = [note.of.row.signed ? notes.signed : undefined, note.author]
    .filter((part) => part !== undefined)
    .join(', ');
  const head = line(
    [
      say(ink, `${date}${note.title}`, { bold: true }, longest.line),
      sources.mark(note.of.row),
      say(ink, by === '' ? '' : `   ${by}`, { color: colours.quiet, fontSize: 8.5 }, longest.line),
    ],
    { margin: [alone ? 0 : 12, alone ? 8 : 3, 0, 2] },
  );
  const indent: [number, number, number, number] = [12, 0, 0, 0];
  return [
    head,
    ...paragraphs(ink, note).map((each): Content => ({ stack: [each], margin: indent })),
    ...note.amendments.map(
      (amendment): Content => ({
        table: { widths: ['*'], body: [[{ stack: amended(pen, amendment) }]] },
        layout: bar,
        margin: [12, 3, 0, 2],
      }),
    ),
  ];
}

/** An amendment, and under it, flat, what amends it in turn. */
function amended(pen: Pen, note: Note): Content[] {
  const { view, ink } = pen;
  const title = fill(view.words.notes.amended, {
    date: note.date === undefined ? '—' : view.calendar.moment(note.date),
  });
  return [
    say(
      ink,
      [title, note.author].filter((part) => part !== undefined).join(', '),
      { bold: true, color: colours.amber, fontSize: 8.5 },
      longest.line,
    ),
    ...paragraphs(ink, note),
    ...note.amendments.flatMap((each) => amended(pen, each)),
  ];
}

function paragraphs(ink: Ink, note: Note): Content[] {
  return note.body.flatMap(({ heading, text }) => [
    ...(heading === undefined
      ? []
      : [say(ink, heading, { color: colours.quiet, fontSize: 8, margin: [0, 3, 0, 0] }, longest.line)]),
    say(ink, text, { lineHeight: 1.15, margin: [0, 0, 0, 2] }, longest.paragraph),
  ]);
}

function documents(pen: Pen, record: PatientRecord): Content[] {
  const { view, ink, sources } = pen;
  const { columns, sections } = view.words;
  if (record.documents.length === 0) return [];
  const lines = record.documents.map((document): TableCell[] => [
    line([say(ink, document.title, { bold: true }), sources.mark(document.of.row)]),
    say(ink, document.details.join(' · ')),
    say(ink, document.date === undefined ? '' : view.calendar.day(document.date), { alignment: 'right' }, longest.line),
  ]);
  return [listTable([sections.documents, columns.details, columns.date], ['42%', '*', 78], 2, lines)];
}
