import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewDetail, ReviewKind, ReviewLine, ReviewVerdict } from '../../src-shared/contract/reviews.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';
import { useFormat } from '../ui/index.ts';

export type ReviewWords = {
  readonly kind: (kind: ReviewKind) => string;
  readonly verdict: (verdict: ReviewVerdict) => string;
  /** The patient's name, or the pseudonym for who may not see it; null where no single patient is concerned. */
  readonly patient: (line: Pick<ReviewLine, 'patient' | 'patientRef'>) => string | null;
  /** From the first access to the last, no longer than it must be. */
  readonly span: (line: Pick<ReviewLine, 'at' | 'until'>) => string;
  /** What was found, in one or two sentences. */
  readonly finding: (review: ReviewDetail) => string;
};

const numberAt = (detail: ReviewLine['detail'], name: string): number => {
  const value = detail[name];
  return typeof value === 'number' ? value : 0;
};

/** A finding's codes and numbers in the user's language. */
export function useReviewWords(): ReviewWords {
  const { t } = useTranslation('review');
  const format = useFormat();
  return useMemo(() => {
    const span = ({ at, until }: Pick<ReviewLine, 'at' | 'until'>) => {
      const from = format.dateTime(at);
      if (until - at < 60_000) return from;
      return `${from} – ${isoDay(at) === isoDay(until) ? format.time(until) : format.dateTime(until)}`;
    };
    const finding = ({ kind, detail, colleague }: ReviewDetail): string => {
      const who = colleague ?? '';
      switch (kind) {
        case 'many-charts': {
          const count = numberAt(detail, 'charts');
          return t('finding.many-charts', { count, charts: format.number(count) });
        }
        case 'outside-hours': {
          const count = numberAt(detail, 'charts');
          return t('finding.outside-hours', { count, charts: format.number(count) });
        }
        case 'denials': {
          const count = numberAt(detail, 'denials');
          return t('finding.denials', { count, denials: format.number(count) });
        }
        case 'same-name':
          return t(`finding.same-name.${detail['whose']}-${detail['name']}`, { colleague: who });
        case 'same-address':
          return t(`finding.same-address.${detail['whose']}-${detail['by']}`, { colleague: who });
        case 'break-glass':
        case 'random-sample':
        case 'record-differs':
        case 'recovery-alone':
        case 'log-anchored':
        case 'prune-alone':
        case 'key-introduced':
          return t(`finding.${kind}`);
      }
    };
    return {
      kind: (kind) => t(`kind.${kind}`),
      verdict: (verdict) => t(`verdict.${verdict}.name`),
      patient: ({ patient, patientRef }) =>
        patient ?? (patientRef === null ? null : t('pseudonymous', { ref: patientRef.slice(0, 8) })),
      span,
      finding,
    };
  }, [t, format]);
}
