/** Which time a report is about: whole days by the workstation's calendar. */
import type { ReportSpan } from '../../../../src-shared/contract/access-report.ts';
import type { Within } from './entries-about.ts';

/** The law's least. */
const years = 3;

/** Midnight at the beginning of a day, the month from 0; days and months may run over. */
const midnight = (year: number, month: number, day: number): number => new Date(year, month, day).getTime();

function parts(iso: string): [year: number, month: number, day: number] {
  const [year = 0, month = 1, day = 1] = iso.split('-').map(Number);
  return [year, month - 1, day];
}

/** Milliseconds, both ends included; a day is as long as the calendar makes it. */
export function spanOf(span: ReportSpan, now: number): Within {
  if (span === 'all') return { from: 0, to: now };
  if (span === 'three-years') {
    const today = new Date(now);
    return { from: midnight(today.getFullYear() - years, today.getMonth(), today.getDate()), to: now };
  }
  const [year, month, day] = parts(span.to);
  return { from: Math.max(0, midnight(...parts(span.from))), to: Math.max(0, midnight(year, month, day + 1) - 1) };
}
