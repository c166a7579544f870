/** Who accessed a record, on paper for the patient: in short, line by line, what it does not show, what rights there are. */
import type { Content, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces';
import { dayIn, gapsOf } from '../../audit/report/gaps.ts';
import type { AccessReport } from '../../audit/report/gather.ts';
import { activityWords, categoryWords, reportWords, roleWords } from '../../audit/report/wording.ts';
import { accessTable, type Sheet } from './access-report-table.ts';
import { calendar } from './dates.ts';
import { fontFolder, loadFonts } from './pdf/fonts.ts';
import { inkFor } from './pdf/ink.ts';
import { box, colours, longest, page, rows, say, small } from './pdf/look.ts';
import { paper } from './pdf/paper.ts';
import { print } from './pdf/printer.ts';
import { fill } from './words.ts';

/**
 * @param folder absolute path of resources/pdf
 * @returns PDF bytes; the same report gives the same bytes
 */
export async function accessReportPdf(report: AccessReport, folder = fontFolder()): Promise<Buffer> {
  const fonts = loadFonts(folder);
  const { language, timeZone } = report;
  const sheet: Sheet = {
    report,
    words: reportWords(language),
    ink: inkFor(fonts, language),
    days: calendar(language, timeZone),
  };
  return await print(definition(sheet), fonts);
}

function definition(sheet: Sheet): TDocumentDefinitions {
  const { report, words, ink } = sheet;
  const { pdf } = words;
  const content: Content[] = [
    head(sheet),
    { text: pdf.intro, lineHeight: 1.3, margin: [0, 0, 0, 10] },
    inShort(sheet),
    ...section(pdf.list, ...accessTable(sheet)),
    ...section(pdf.sources, ...sources(sheet)),
    ...section(pdf.gaps, bullets(gapsOf(report)), ...(report.withNames ? [paragraph(pdf.namesGiven)] : [])),
    ...section(pdf.rights, paragraph(pdf.rightsText)),
    ...section(pdf.check, check(sheet)),
  ];
  // Everything has been said: only now is it known what had to be replaced.
  const { count } = ink.replaced();
  if (count > 0) content.push(say(ink, fill(pdf.replaced, { count }), { ...small, margin: [0, 6, 0, 0] }));
  return paper({
    title: pdf.title,
    clinic: report.clinic,
    version: report.version,
    language: report.language,
    at: report.madeAt,
    content,
    header: {
      columns: [
        { stack: [say(ink, personName(sheet), { bold: true, fontSize: 8.5 }, 80)], width: '*' },
        { text: pdf.title, width: 250, alignment: 'right', fontSize: 8.5, color: colours.quiet },
      ],
    },
    foot: { text: `${pdf.confidential}  ·  ${report.id}` },
    pageOf: (number, pages) => fill(pdf.page, { page: number, pages }),
  });
}

const personName = ({ report, words }: Sheet): string =>
  report.patient.name === '' ? words.pdf.noName : report.patient.name;

const paragraph = (text: string): Content => ({ text, lineHeight: 1.3, margin: [0, 2, 0, 0] });

const section = (title: string, ...content: readonly Content[]): Content[] => [
  { text: title, style: 'section', margin: [0, 16, 0, 4], headlineLevel: 1 },
  ...content,
];

const bullets = (sentences: readonly string[]): Content => ({
  ul: sentences.map((text) => ({ text, lineHeight: 1.3, margin: [0, 0, 0, 2] })),
  markerColor: colours.quiet,
});

function head(sheet: Sheet): Content {
  const { report, words, ink, days } = sheet;
  const { pdf } = words;
  const { patient, by } = report;
  const role = roleWords(words, by.roles);
  const who = by.name === null ? role : `${by.name} (${role})`;
  // All there is begins with the log.
  const from = dayIn(report, report.from === 0 ? (report.begins ?? report.madeAt) : report.from);
  const facts: readonly (readonly [string, string])[] = [
    [pdf.period, fill(pdf.span, { from, to: dayIn(report, report.to) })],
    [pdf.made, fill(pdf.madeBy, { date: days.instant(report.madeAt), who })],
    [pdf.zone, report.timeZone],
    [pdf.workstation, report.where],
    [pdf.reference, report.id],
  ];
  return {
    stack: [
      {
        columns: [
          say(ink, report.clinic, { bold: true, fontSize: 12.5 }, longest.line),
          { text: pdf.title, alignment: 'right', fontSize: 12.5, color: colours.teal },
        ],
        columnGap: 20,
        margin: [0, 0, 0, 6],
      },
      { canvas: [{ type: 'rect', x: 0, y: 0, w: page.width, h: 1.5, color: colours.teal }], margin: [0, 0, 0, 12] },
      say(ink, personName(sheet), { bold: true, fontSize: 19, margin: [0, 0, 0, 2] }, longest.line),
      ...(patient.birthDate === null
        ? []
        : [say(ink, fill(pdf.born, { date: days.day(patient.birthDate) }), { fontSize: 10.5 }, longest.line)]),
      {
        table: {
          widths: [82, '*'],
          body: facts.map(([name, value]): TableCell[] => [
            { text: name, color: colours.quiet },
            say(ink, value, {}, longest.line * 2),
          ]),
        },
        layout: { ...box, paddingLeft: () => 0, paddingTop: () => 1, paddingBottom: () => 1 },
        fontSize: 8.5,
        margin: [0, 8, 0, 10],
      },
    ],
  };
}

/** Five figures side by side, then who and what by number of accesses. */
function inShort(sheet: Sheet): Content {
  const { report, words, ink } = sheet;
  const { summary, language } = report;
  const number = new Intl.NumberFormat(language === 'en' ? 'en-GB' : language);
  const tile = (value: number, name: string, warn: string | null): TableCell => ({
    stack: [
      { text: number.format(value), fontSize: 17, bold: true, color: warn !== null && value > 0 ? warn : colours.ink },
      { text: name, fontSize: 7.5, color: colours.quiet },
    ],
    fillColor: colours.pale,
  });
  const { count } = words.pdf;
  const counted = (title: string, lines: readonly (readonly [string, number])[]): Content => ({
    stack: [
      { text: title, fontSize: 7.5, color: colours.quiet, margin: [0, 0, 0, 2] },
      ...lines.map(
        ([name, value]): Content => ({
          columns: [say(ink, name, {}, longest.line), { text: number.format(value), width: 50, alignment: 'right' }],
          margin: [0, 1, 0, 1],
        }),
      ),
    ],
  });
  return {
    stack: [
      {
        table: {
          widths: ['*', '*', '*', '*', '*'],
          body: [
            [
              tile(summary.accesses, count.accesses, null),
              tile(summary.people, count.people, null),
              tile(summary.emergencies, count.emergencies, colours.amber),
              tile(summary.takenOut, count.takenOut, null),
              tile(summary.refused, count.refused, colours.red),
            ],
          ],
        },
        layout: { ...box, vLineWidth: (at: number) => (at === 0 || at === 5 ? 0 : 4), vLineColor: () => '#ffffff' },
      },
      ...(summary.accesses === 0
        ? []
        : [
            {
              columns: [
                counted(
                  words.pdf.byRole,
                  summary.byRole.map((each) => [roleWords(words, each.roles), each.count]),
                ),
                counted(
                  words.pdf.byActivity,
                  summary.byActivity.map((each) => [activityWords(words, each.activity), each.count]),
                ),
              ],
              columnGap: 34,
              margin: [0, 10, 0, 0],
            } satisfies Content,
          ]),
    ],
  };
}

/** One line a category: where its data came from, the oldest first. */
function sources({ report, words }: Sheet): Content[] {
  if (report.sources.length === 0) return [{ text: words.pdf.sourcesNone, color: colours.quiet }];
  const byCategory = Map.groupBy(report.sources, ({ category }) => category);
  const saying = ({ origin, kind, since }: AccessReport['sources'][number]): string => {
    const date = since === null ? '–' : dayIn(report, since);
    return fill(words.source[origin === 'here' || kind === null ? 'here' : kind], { date });
  };
  return [
    {
      table: {
        widths: [150, '*'],
        body: [...byCategory].map(([category, all]): TableCell[] => [
          { text: categoryWords(words, category), bold: true },
          {
            stack: [...new Set(all.toSorted((a, b) => (a.since ?? 0) - (b.since ?? 0)).map(saying))].map((text) => ({
              text,
            })),
          },
        ]),
      },
      layout: rows,
      fontSize: 8.5,
    },
  ];
}

function check({ report, words, ink }: Sheet): Content {
  const { device, size, root } = report.log;
  return say(ink, fill(words.pdf.checkText, { device, size, root }), { lineHeight: 1.3 });
}
