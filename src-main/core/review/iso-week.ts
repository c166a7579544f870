/** ISO 8601 weeks on the clinic's own calendar: Monday to Sunday, local time, week 1 holds the year's first Thursday. */

export type Week = {
  /** `2026-W47`; weeks of four-digit years are in order as text. */
  readonly week: string;
  /** The first millisecond, and the first after it. */
  readonly from: number;
  readonly to: number;
};

const mondayBased = (date: Date): number => (date.getDay() + 6) % 7;

/** The week an instant is in. */
export function weekOf(instant: number): Week {
  const date = new Date(instant);
  // Built from calendar days, so that a day of 23 or 25 hours is a day.
  const monday = new Date(date.getFullYear(), date.getMonth(), date.getDate() - mondayBased(date));
  const next = new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + 7);
  const thursday = new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + 3);
  const year = thursday.getFullYear();
  const day = Math.round((Date.UTC(year, thursday.getMonth(), thursday.getDate()) - Date.UTC(year, 0, 1)) / 86_400_000);
  const week = `${String(year).padStart(4, '0')}-W${String(Math.floor(day / 7) + 1).padStart(2, '0')}`;
  return { week, from: monday.getTime(), to: next.getTime() };
}
