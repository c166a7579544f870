/**
 * How long entries of the audit log are kept, in years, by the clinic's country. Defaults that err on the long side, not
 * legal advice: docs/guides/admin.md says where each comes from and that the clinic's authority has the last word.
 */

/** Nobody goes below: what the European Health Data Space gives patients to see, at least three years back. */
export const fewestYears = 3;
export const mostYears = 100;

/** The least age of what may go that any verifier accepts, milliseconds: fewest years of 365 days. */
export const leastAge = fewestYears * 365 * 24 * 60 * 60 * 1000;

/** Where nothing is known of a country. */
export const usualYears = 10;

/**
 * As long as the record itself must usually be kept there, since the log says who wrote and read it.
 * `basis` is a code with words in the translations (`retention.basis.<code>`).
 */
const byCountry = {
  AT: { years: 10, basis: 'AT' },
  BE: { years: 30, basis: 'BE' },
  CH: { years: 20, basis: 'CH' },
  DE: { years: 10, basis: 'DE' },
  ES: { years: 5, basis: 'ES' },
  FR: { years: 20, basis: 'FR' },
  GB: { years: 8, basis: 'GB' },
  IE: { years: 8, basis: 'IE' },
  IT: { years: 10, basis: 'IT' },
  LU: { years: 10, basis: 'LU' },
  NL: { years: 20, basis: 'NL' },
  PL: { years: 20, basis: 'PL' },
  PT: { years: 10, basis: 'PT' },
  US: { years: 6, basis: 'US' },
} as const;

export const retentionBases = ['other', ...Object.values(byCountry).map(({ basis }) => basis)] as const;
export type RetentionBasis = (typeof byCountry)[keyof typeof byCountry]['basis'] | 'other';
export type RetentionDefault = { readonly years: number; readonly basis: RetentionBasis };

const isKnown = (country: string): country is keyof typeof byCountry => Object.hasOwn(byCountry, country);

export function usualRetention(country: string): RetentionDefault {
  return isKnown(country) ? byCountry[country] : { years: usualYears, basis: 'other' };
}

/** Everything recorded before this instant is older than so many years. */
export function olderThan(now: number, years: number): number {
  const date = new Date(now);
  date.setUTCFullYear(date.getUTCFullYear() - years);
  return date.getTime();
}
