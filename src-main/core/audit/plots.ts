/** Counts as the screen plots them: bars of days, weeks or months without a gap, and people by name. */

import { auditCodes } from '../../../src-shared/contract/audit-events.ts';
import { type AuditCounts, countUnits } from '../../../src-shared/contract/audit-filter.ts';
import type { LogCounts } from './counts.ts';
import { localDay } from './indexer.ts';

const dayMs = 86_400_000;
/** No more bars than these are told apart on a screen. */
const most = { day: 92, week: 60, month: 120 } as const;

type Over<By extends AuditCounts['by']> = Extract<AuditCounts, { by: By }>;
type Unit = Over<'time'>['unit'];

/**
 * @param asked the filter's time, milliseconds; where it has no end the bars go from the first entry to today
 */
export function timesOf(
  { counts: byDay, total, complete }: LogCounts,
  asked: { readonly from: number | null; readonly to: number | null },
  now: number,
): Over<'time'> {
  const days = new Map([...byDay].map(([day, count]) => [Number(day), count]));
  const today = localDay(now);
  const last = asked.to === null ? today : Math.min(today, localDay(asked.to));
  const earliest = [...days.keys()].reduce((least, day) => Math.min(least, day), last);
  const first = Math.min(last, asked.from === null ? earliest : localDay(asked.from));
  const unit = countUnits.find((each) => barsOf(each, first, last) <= most[each]) ?? 'month';
  const ends = barEnds(unit, first, last);
  const counts = ends.map(() => 0);
  let inside = 0;
  for (const [day, count] of days) {
    const at = ends.findIndex(({ from, to }) => day >= from && day <= to);
    if (at < 0) continue;
    counts[at] = (counts[at] ?? 0) + count;
    inside += count;
  }
  const times = ends.map(({ from, to }, at) => ({ from: isoDay(from), to: isoDay(to), count: counts[at] ?? 0 }));
  return { by: 'time', total, complete, unit, times, outside: total - inside };
}

export function peopleOf({ counts, total, complete }: LogCounts, nameOf: (id: string) => string): Over<'people'> {
  const people = [...counts].map(([id, count]) => ({ id, name: nameOf(id), count })).sort((a, b) => b.count - a.count);
  const nobody = total - people.reduce((sum, { count }) => sum + count, 0);
  return { by: 'people', total, complete, people, nobody };
}

export function eventsOf({ counts, total, complete }: LogCounts): Over<'events'> {
  const events = auditCodes
    .map((event) => ({ event, count: counts.get(event) ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  return { by: 'events', total, complete, events };
}

function isoDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** The day that the bar holding a day begins on: weeks begin on Mondays. */
function barStart(unit: Unit, day: number): number {
  if (unit === 'day') return day;
  if (unit === 'week') return day - ((day + 3) % 7);
  const date = new Date(day * dayMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / dayMs;
}

function nextBar(unit: Unit, start: number): number {
  if (unit === 'day') return start + 1;
  if (unit === 'week') return start + 7;
  const date = new Date(start * dayMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / dayMs;
}

function barsOf(unit: Unit, first: number, last: number): number {
  const length = { day: 1, week: 7, month: 30.4 }[unit];
  return Math.ceil((last - first + 1) / length) + (unit === 'day' ? 0 : 1);
}

/** The newest of the bars, cut to the days asked for. */
function barEnds(unit: Unit, first: number, last: number): { from: number; to: number }[] {
  const bars: { from: number; to: number }[] = [];
  const earliest = Math.max(first, last - most.month * 31);
  for (let start = barStart(unit, earliest); start <= last; start = nextBar(unit, start)) {
    bars.push({ from: Math.max(start, earliest), to: Math.min(nextBar(unit, start) - 1, last) });
  }
  return bars.slice(-most[unit]);
}
