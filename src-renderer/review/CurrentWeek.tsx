import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { Card, useFormat } from '../ui/index.ts';
import { useWeekWords } from './week-words.ts';

/** The week that goes on: what stands out so far, and when its sample is drawn. */
export function CurrentWeek({ current }: { readonly current: Output<'reviews.weeks'>['current'] }) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const words = useWeekWords();
  const { findings, closed } = current;
  return (
    <Card title={t('week.current')}>
      <p>
        <strong>{words.name(current.week)}</strong>
      </p>
      <p>{findings === 0 ? t('week.quiet') : t('week.so-far', { count: findings, closed: format.number(closed) })}</p>
      <p className="ck-dim">{t('week.goes-on', { to: words.lastDay(current.to) })}</p>
    </Card>
  );
}
