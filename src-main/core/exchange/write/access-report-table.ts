/** The accesses line by line, as a table that a patient can read. */
import type { Content, TableCell } from 'pdfmake/interfaces';
import type { AccessLine } from '../../../../src-shared/contract/access-report.ts';
import type { AccessReport } from '../../audit/report/gather.ts';
import { categoryWords, doneWords, purposeWords, type ReportWords, roleWords } from '../../audit/report/wording.ts';
import type { Calendar } from './dates.ts';
import type { Ink } from './pdf/ink.ts';
import { colours, longest, rows, say, small } from './pdf/look.ts';
import { fill } from './words.ts';

export type Sheet = {
  readonly report: AccessReport;
  readonly words: ReportWords;
  readonly ink: Ink;
  readonly days: Calendar;
};

export function accessTable(sheet: Sheet): Content[] {
  const { report, words } = sheet;
  const { column, listText, none } = words.pdf;
  if (report.lines.length === 0) return [{ text: none, color: colours.quiet }];
  const heads = [column.number, column.when, column.what, column.data, column.who];
  const times = timesIn(report);
  return [
    { text: listText, ...small, margin: [0, 0, 0, 2] },
    {
      table: {
        headerRows: 1,
        dontBreakRows: true,
        widths: [20, 82, '*', '*', 118],
        body: [
          heads.map((text): TableCell => ({ text, style: 'head' })),
          ...report.lines.map((each, at) => row(sheet, times, each, at + 1)),
        ],
      },
      layout: rows,
      fontSize: 8.5,
    },
  ];
}

function row({ words, ink }: Sheet, times: Times, access: AccessLine, number: number): TableCell[] {
  const { activity, event, outcome, count, whole, categories, origins, roles, name, purpose, where, reason } = access;
  const colour = activity === 'refused' ? colours.red : activity === 'emergency' ? colours.amber : undefined;
  const notes = [
    ...(reason === null ? [] : [words.reason[reason]]),
    ...(outcome === 'failure' ? [words.pdf.outcome.failure] : []),
    ...(outcome === 'denied' && event !== 'access.denied' ? [words.pdf.outcome.denied] : []),
    ...(count > 1 ? [fill(words.pdf.times, { count })] : []),
  ];
  const data = whole ? words.pdf.whole : categories.map((category) => categoryWords(words, category)).join(', ');
  const who = roleWords(words, roles);
  return [
    { text: String(number), color: colours.quiet },
    { stack: times(access.from, access.to) },
    {
      stack: [
        {
          text: doneWords(words, event, activity),
          bold: true,
          ...(colour !== undefined && { color: colour }),
        },
        ...(notes.length === 0 ? [] : [{ text: notes.join(' · '), ...small }]),
      ],
    },
    {
      stack: [
        { text: data === '' ? '–' : data },
        ...(origins.length === 0 ? [] : [{ text: origins.map((each) => words.origin[each]).join('; '), ...small }]),
      ],
    },
    {
      stack: [
        ...(name === null ? [] : [say(ink, name, { bold: true }, longest.line)]),
        say(ink, who, {}, longest.line),
        ...[purposeWords(words, purpose), where]
          .filter((part) => part !== '')
          .map((part) => say(ink, part, small, longest.line)),
      ],
    },
  ];
}

type Times = (from: number, to: number) => Content[];

/** Day, then times with the zone's name: the same clock time comes twice in autumn. */
function timesIn({ language, timeZone }: AccessReport): Times {
  const locale = language === 'en' ? 'en-GB' : language;
  const day = new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'short', year: 'numeric' });
  const clock = new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit' });
  const zoned = new Intl.DateTimeFormat(locale, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  return (from, to) => {
    const [first, last] = [day.format(from), day.format(to)];
    if (first !== last) {
      const both = [`${first}, ${zoned.format(from)} –`, `${last}, ${zoned.format(to)}`];
      return both.map((text) => ({ text }));
    }
    const one = clock.format(from) === clock.format(to);
    const time = one ? zoned.format(to) : `${clock.format(from)}–${zoned.format(to)}`;
    return [{ text: first }, { text: time, color: colours.quiet }];
  };
}
