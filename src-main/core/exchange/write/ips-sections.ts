/** The sections of an International Patient Summary (IPS 2.0.0, Composition-uv-ips): which rows, which code, which words. */
import { member } from '../../../../src-shared/fhir/json.ts';
import type { Item } from './item.ts';
import { alcoholCodes, type Measured, seriesOf, tobaccoCodes } from './measured.ts';
import { hasCode } from './reading.ts';
import type { PatientRecord } from './record.ts';
import type { Read, View } from './view.ts';
import { escapeXml } from './xhtml.ts';

export type Section = {
  readonly title: string;
  /** LOINC. */
  readonly code: string;
  readonly display: string;
  readonly entries: readonly Read[];
  /** XHTML of the section's narrative, safe to put into JSON. */
  readonly div: string;
};

/** A summary holds the newest values of each series, not the whole course. */
const newestOfSeries = 3;

export function sectionsOf(view: View, record: PatientRecord): Section[] {
  const { sections, empty, columns } = view.words;
  const { measured } = record;
  const listed = (title: string, code: string, display: string, items: readonly Item[], nothing = ''): Section => ({
    title,
    code,
    display,
    entries: items.map((item) => item.of),
    div: narrative(
      view,
      items.length === 0 ? [] : [columns.name, columns.details, columns.date, columns.status],
      items.map((item) => [
        item.title,
        item.details.join('; '),
        item.date === undefined ? '' : view.calendar.moment(item.date),
        item.status ?? '',
      ]),
      nothing,
    ),
  });
  const observed = (
    title: string,
    code: string,
    display: string,
    all: readonly Measured[],
    reports: readonly Item[] = [],
  ): Section => ({
    title,
    code,
    display,
    entries: [...all, ...reports].map((each) => each.of),
    div: narrative(
      view,
      [columns.name, columns.value, columns.reference, columns.date],
      [
        ...all.map((each) => [
          each.title,
          [each.value, each.flag?.word].filter((part) => part !== undefined).join(' '),
          each.reference ?? '',
          each.date === undefined ? '' : view.calendar.moment(each.date),
        ]),
        ...reports.map((each) => [
          each.title,
          each.details.join('; '),
          '',
          each.date === undefined ? '' : view.calendar.moment(each.date),
        ]),
      ],
      '',
    ),
  });
  const recent = (all: readonly Measured[]): Measured[] =>
    seriesOf(all).flatMap((series) => series.all.slice(0, newestOfSeries));
  const typed = (items: readonly Item[], ...types: string[]): Item[] =>
    items.filter((item) => types.includes(item.of.row.type));

  const required = [
    listed(
      sections.problems,
      '11450-4',
      'Problem list - Reported',
      [...record.problems, ...record.problemStatements],
      empty.problems,
    ),
    listed(
      sections.allergies,
      '48765-2',
      'Allergies and adverse reactions Document',
      [...record.allergies, ...record.allergyStatements],
      empty.allergies,
    ),
    listed(
      sections.medications,
      '10160-0',
      'History of Medication use Narrative',
      [...record.medications, ...record.medicationStatements],
      empty.medications,
    ),
  ];
  const withData = [
    listed(sections.immunizations, '11369-6', 'History of Immunization note', record.immunizations),
    observed(
      sections.results,
      '30954-2',
      'Relevant diagnostic tests/laboratory data note',
      recent(measured.results),
      record.reports,
    ),
    listed(sections.procedures, '47519-4', 'History of Procedures Document', record.procedures),
    listed(sections.devices, '46264-8', 'History of medical device use', typed(record.devices, 'DeviceUseStatement')),
    listed(sections.directives, '42348-3', 'Advance healthcare directives', record.directives),
    listed(sections.alerts, '104605-1', 'Alert', record.alerts),
    observed(sections.vitals, '8716-3', 'Vital signs note', recent(measured.vitals)),
    listed(sections.pastProblems, '11348-0', 'History of Past illness note', record.pastProblems),
    observed(sections.pregnancy, '10162-6', 'History of pregnancies Narrative', measured.pregnancy),
    observed(sections.social, '29762-2', 'Social history note', social(measured.social)),
    listed(
      sections.plan,
      '18776-5',
      'Plan of care note',
      typed(record.plans, 'CarePlan', 'ImmunizationRecommendation'),
    ),
  ];
  return [...required, ...withData.filter((section) => section.entries.length > 0)];
}

/** The profile takes one statement about tobacco and one about alcohol: the newest. */
function social(all: readonly Measured[]): Measured[] {
  const seen = new Set<ReadonlySet<string>>();
  return all.filter((each) => {
    const kind = [tobaccoCodes, alcoholCodes].find((codes) => hasCode(member(each.of.resource, 'code'), codes));
    if (kind === undefined) return true;
    if (seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
}

/** A table, or one sentence. FHIR R4 Narrative: basic XHTML, nothing active; language as the document's. */
export function narrative(
  view: View,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  nothing: string,
): string {
  const { language } = view.context;
  const cells = (tag: 'th' | 'td', texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${escapeXml(text).replaceAll('\n', '<br/>')}</${tag}>`).join('')}</tr>`;
  const content =
    rows.length === 0
      ? `<p>${escapeXml(nothing)}</p>`
      : `<table><thead>${cells('th', heads)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table>`;
  return `<div xmlns="http://www.w3.org/1999/xhtml" lang="${language}" xml:lang="${language}">${content}</div>`;
}
