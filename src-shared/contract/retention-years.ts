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

export type RetentionDefault = {
  readonly years: number;
  /** The law or rule that the years come from, as it is cited there; null where nothing is known. */
  readonly source: string | null;
};

/**
 * As long as the record itself is kept there, since the log says who wrote and read it; rules on logs alone ask for less
 * (ES: two years, RD 1720/2007 art. 103).
 */
const byCountry: { readonly [country: string]: RetentionDefault } = {
  AT: { years: 10, source: '§ 51 Abs. 3 ÄrzteG 1998' },
  BE: { years: 30, source: 'Loi qualité / Kwaliteitswet 22.4.2019, art. 35' },
  CH: { years: 20, source: 'Art. 128a OR / CO' },
  DE: { years: 10, source: '§ 630f Abs. 3 BGB' },
  ES: { years: 5, source: 'Ley 41/2002, art. 17' },
  FR: { years: 20, source: 'Code de la santé publique, art. R. 1112-7' },
  GB: { years: 8, source: 'NHS Records Management Code of Practice' },
  IE: { years: 8, source: 'HSE Record Retention Periods' },
  LU: { years: 10, source: 'Loi du 24 juillet 2014, art. 15' },
  NL: { years: 20, source: 'Art. 7:454 BW (WGBO)' },
  PL: { years: 20, source: 'Ustawa o prawach pacjenta, art. 29' },
  US: { years: 6, source: '45 CFR § 164.316(b)(2)(i)' },
};

export function usualRetention(country: string): RetentionDefault {
  const known = Object.hasOwn(byCountry, country) ? byCountry[country] : undefined;
  return known ?? { years: usualYears, source: null };
}

/** Everything recorded before this instant is older than so many years. */
export function olderThan(now: number, years: number): number {
  const date = new Date(now);
  date.setUTCFullYear(date.getUTCFullYear() - years);
  return date.getTime();
}
