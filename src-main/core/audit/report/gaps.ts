/** What a report does not show, said in every form of it. */
import type { AccessReport } from './gather.ts';
import { reportWords } from './wording.ts';

/** Days in the reader's language and the clinic's zone. */
export function dayIn({ language, timeZone }: Pick<AccessReport, 'language' | 'timeZone'>, at: number): string {
  const locale = language === 'en' ? 'en-GB' : language;
  return new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'long', year: 'numeric' }).format(at);
}

/** One sentence each. */
export function gapsOf(report: AccessReport): readonly string[] {
  const { gap } = reportWords(report.language).pdf;
  const on = (sentence: string, at: number) => sentence.replace('{{date}}', () => dayIn(report, at));
  return [
    ...(report.withNames ? [] : [gap.names]),
    gap.device,
    gap.lists,
    ...(report.begins !== null && report.begins > report.from ? [on(gap.begins, report.begins)] : []),
    ...(report.prunedBefore !== null && report.prunedBefore > report.from ? [on(gap.pruned, report.prunedBefore)] : []),
    ...(report.shut > 0 ? [gap.shut.replace('{{count}}', () => String(report.shut))] : []),
    gap.outside,
  ];
}
