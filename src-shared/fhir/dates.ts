/** FHIR dates (R4 datatypes: date, dateTime, instant, Period, Timing) as text that sorts in time order. */
import { firstOf, listAt, member, text, textAt } from './json.ts';

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;
const partial = /^\d{4}(-\d\d(-\d\d)?)?$/;

/**
 * Full moments in UTC to the millisecond (`2024-03-01T09:30:00.000Z`); `2024`, `2024-03`, `2024-03-01` as they are, so
 * that they sort before what happened within them. Undefined for anything else.
 */
export function sortableDate(value: unknown): string | undefined {
  const written = text(value);
  if (written === undefined) return undefined;
  if (partial.test(written)) return written;
  if (!moment.test(written)) return undefined;
  const zoned = /(Z|[+-]\d\d:\d\d)$/.test(written) ? written : `${written}Z`;
  const leap = zoned.replace(/:60(?=[.Z+-])/, ':59'); // FHIR admits leap seconds, Date does not
  const time = Date.parse(leap);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The local day of an instant (milliseconds) as an ISO date: "today" for the people at this workstation. */
export function isoDay(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** When a date, a Period or a Timing begins, as written. */
export function beginning(value: unknown): string | undefined {
  return (
    text(value) ??
    textAt(value, 'start') ??
    textAt(value, 'end') ??
    firstOf(listAt(value, 'event'), text) ??
    beginningOfBounds(value)
  );
}

function beginningOfBounds(value: unknown): string | undefined {
  const bounds = member(member(value, 'repeat'), 'boundsPeriod');
  return textAt(bounds, 'start') ?? textAt(bounds, 'end');
}

/** When a Period ends, as written. */
export function ending(value: unknown): string | undefined {
  return textAt(value, 'end');
}
