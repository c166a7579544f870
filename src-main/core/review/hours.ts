/** When the clinic is open, in the workstation's local time. */
import type { ReviewRules } from '../../../src-shared/contract/reviews.ts';

type Hours = ReviewRules['outsideHours'];

function minutesOf(timeOfDay: string): number {
  const [hours = 0, minutes = 0] = timeOfDay.split(':').map(Number);
  return hours * 60 + minutes;
}

/** ISO weekday and minutes since local midnight. */
function local(at: number): { readonly weekday: number; readonly minutes: number } {
  const date = new Date(at);
  return { weekday: date.getDay() === 0 ? 7 : date.getDay(), minutes: date.getHours() * 60 + date.getMinutes() };
}

/** The opening minute counts as open, the closing one as closed. */
export function isOutside({ days, from, to }: Hours, at: number): boolean {
  const { weekday, minutes } = local(at);
  const [opens, closes] = [minutesOf(from), minutesOf(to)];
  const openOn = (day: number) => days.includes(day);
  if (opens === closes) return !openOn(weekday);
  if (opens < closes) return !(openOn(weekday) && minutes >= opens && minutes < closes);
  // Past midnight: the morning belongs to the day before.
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  return !((openOn(weekday) && minutes >= opens) || (openOn(yesterday) && minutes < closes));
}

/** The night an instant outside belongs to, by the local date on which it began: one lasts from opening to opening. */
export function nightOf({ from }: Hours, at: number): string {
  const date = new Date(at);
  if (local(at).minutes < minutesOf(from)) date.setDate(date.getDate() - 1);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
