import { useTranslation } from 'react-i18next';
import type { ReviewRules } from '../../src-shared/contract/reviews.ts';
import { useSession } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { Card, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import { RulesForm } from './RulesForm.tsx';
import classes from './review.module.css';
import { useWeekdays } from './weekdays.ts';

/** What the watch looks for. Who may change settings changes it here; everybody else reads it. */
export function RulesTab() {
  const { t } = useTranslation('review');
  const { can } = useSession();
  const rules = useProcedure('reviews.rules', {});
  return (
    <div className={classes.rules}>
      <Card title={t('rules.title')}>
        {rules.isPending ? (
          <LoadingSkeleton rows={6} />
        ) : rules.error !== null ? (
          <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />
        ) : can('settings:write') ? (
          <RulesForm rules={rules.data} />
        ) : (
          <RulesRead rules={rules.data} />
        )}
      </Card>
    </div>
  );
}

function RulesRead({ rules }: { readonly rules: ReviewRules }) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const weekdays = useWeekdays();
  const { manyCharts, outsideHours, sameName, sameAddress, denials } = rules;
  const days = weekdays.filter(({ day }) => outsideHours.days.includes(day)).map(({ short }) => short);
  const said = [
    [
      'many-charts',
      manyCharts.on,
      t('rules.many-charts.is', { count: manyCharts.charts, charts: format.number(manyCharts.charts) }),
    ],
    [
      'outside-hours',
      outsideHours.on,
      t('rules.outside-hours.is', { days: days.join(', ') || '–', from: outsideHours.from, to: outsideHours.to }),
    ],
    ['same-name', sameName.on, t('rules.same-name.text')],
    ['same-address', sameAddress.on, t('rules.same-address.text')],
    ['denials', denials.on, t('rules.denials.is', { count: denials.count, denials: format.number(denials.count) })],
  ] as const;
  return (
    <dl className={classes.ruleList}>
      {said.map(([kind, on, text]) => (
        <div key={kind}>
          <dt>{t(`kind.${kind}`)}</dt>
          <dd>{on ? text : t('rules.off')}</dd>
        </div>
      ))}
    </dl>
  );
}
