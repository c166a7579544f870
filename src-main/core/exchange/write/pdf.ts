/** The record of one patient as a PDF a person likes to read. */
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces';
import type { ExportContext, ExportInput } from './input.ts';
import { banner, letterhead, patientName, whoElse } from './pdf/banner.ts';
import { fontFolder, loadFonts } from './pdf/fonts.ts';
import { type Ink, inkFor } from './pdf/ink.ts';
import { colours, line, longest, say, small } from './pdf/look.ts';
import { paper } from './pdf/paper.ts';
import { print } from './pdf/printer.ts';
import { body } from './pdf/sections.ts';
import { sourcesOf } from './pdf/sources.ts';
import { type PatientRecord, recordOf } from './record.ts';
import { type View, viewOf } from './view.ts';
import { fill } from './words.ts';

/**
 * @param folder absolute path of resources/pdf
 * @returns PDF bytes; the same input, context and fonts give the same bytes
 */
export async function recordPdf(input: ExportInput, context: ExportContext, folder = fontFolder()): Promise<Buffer> {
  const view = viewOf(input, context);
  const record = recordOf(view);
  const fonts = loadFonts(folder);
  const ink = inkFor(fonts, context.language);
  return await print(definition(view, record, ink), fonts);
}

function definition(view: View, record: PatientRecord, ink: Ink): TDocumentDefinitions {
  const { words, context, calendar } = view;
  const sources = sourcesOf(view, ink);
  const content: Content[] = [
    letterhead(view, ink),
    ...banner(view, record, ink),
    ...body({ view, ink, sources }, record),
  ];
  const who = line(
    [
      say(ink, patientName(view, record), { bold: true }, 80),
      say(ink, `   ${whoElse(view, record)}`, { color: colours.quiet }, longest.line),
    ],
    { fontSize: 8.5 },
  );
  const clinic = say(ink, context.clinic.name, { alignment: 'right', color: colours.quiet, fontSize: 8.5 }, 80);
  const printed = say(
    ink,
    fill(words.printed, { date: calendar.instant(context.at), name: context.by }),
    {},
    longest.line,
  );
  // Everything has been said: only now is it known what was cut and what was replaced.
  content.push({
    stack: [
      ...others(view, record, ink),
      { text: words.sections.sources, style: 'section', margin: [0, 16, 0, 4] },
      ...sources.list(),
      ...foot(view, record, ink),
    ],
  });
  return paper({
    title: words.title,
    clinic: context.clinic.name,
    version: context.version,
    language: context.language,
    at: context.at,
    content,
    header: {
      columns: [
        { stack: [who], width: '*' },
        { stack: [clinic], width: 150 },
      ],
      columnGap: 12,
    },
    foot: line([{ text: `${words.confidential}  ·  ` }, printed]),
    pageOf: (number, pages) => fill(words.page, { page: number, pages }),
  });
}

function others(view: View, record: PatientRecord, ink: Ink): Content[] {
  if (record.others.size === 0) return [];
  const kinds = [...record.others].map(([type, count]) => `${type} ${count}`).join(', ');
  return [
    { text: view.words.sections.other, style: 'section', margin: [0, 16, 0, 4] },
    say(ink, `${view.words.foot.otherTypes} ${kinds}`, small),
  ];
}

/** What this paper does not show, said on the paper. */
function foot(view: View, record: PatientRecord, ink: Ink): Content[] {
  const { words, context } = view;
  const { count, kinds } = ink.replaced();
  const names = new Intl.DisplayNames(context.language, { type: 'script' });
  const own: Readonly<Record<string, string>> = words.foot.kinds;
  const scripts = kinds
    .map((kind) => (Object.hasOwn(own, kind) ? own[kind] : names.of(kind)))
    .filter((name) => name !== undefined);
  const sentences = [
    record.withdrawn === 0 ? undefined : fill(words.foot.withdrawn, { count: record.withdrawn }),
    view.unreadable === 0 ? undefined : fill(words.foot.unreadable, { count: view.unreadable }),
    ink.shortened() ? words.foot.shortened : undefined,
    count === 0 ? undefined : fill(words.foot.replaced, { count, scripts: [...new Set(scripts)].join(', ') }),
  ];
  return sentences.flatMap((sentence): Content[] =>
    sentence === undefined
      ? []
      : [
          {
            text: sentence
              .split('▯')
              .flatMap((part, index) =>
                index === 0 ? [{ text: part }] : [{ text: '▯', font: 'DejaVu' }, { text: part }],
              ),
            ...small,
            margin: [0, 4, 0, 0],
          },
        ],
  );
}
