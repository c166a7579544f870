/** An age in the largest unit that says something: "8 days", "5 months", "2 years"; empty on the first day. */
const day = 86_400_000;

export function ageWords(since: number, now: number, language: string): string {
  const days = Math.max(0, Math.floor((now - since) / day));
  if (days === 0) return '';
  const [value, unit] =
    days < 60 ? [days, 'day'] : days < 730 ? [Math.floor(days / 30.44), 'month'] : [Math.floor(days / 365.25), 'year'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
