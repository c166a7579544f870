/** The thresholds of this clinic, kept in the database. */
import { defaultReviewRules, type ReviewRules, reviewRules } from '../../../src-shared/contract/reviews.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import type { Store } from '../store/open.ts';

export function readRules(store: Store): ReviewRules {
  const bytes = readMeta(store.db, 'review_rules');
  return bytes === undefined ? defaultReviewRules : reviewRules.parse(JSON.parse(bytes.toString('utf8')));
}

export function writeRules(store: Store, next: ReviewRules): void {
  writeMeta(store.db, 'review_rules', Buffer.from(JSON.stringify(next), 'utf8'));
}

/** The rules as an entry of the log tells them: one short code each. */
export function rulesInWords({ manyCharts, outsideHours, sameName, sameAddress, denials }: ReviewRules): {
  readonly [name: string]: string;
} {
  const on = (rule: { readonly on: boolean }, said: string) => (rule.on ? said : 'off');
  return {
    manyCharts: on(manyCharts, String(manyCharts.charts)),
    outsideHours: on(outsideHours, `${outsideHours.days.join('')} ${outsideHours.from}-${outsideHours.to}`),
    sameName: on(sameName, 'on'),
    sameAddress: on(sameAddress, 'on'),
    denials: on(denials, String(denials.count)),
  };
}
