import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { ariaKeys, Card, useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import { FlagWord } from './FlagWord.tsx';
import { lastOf, type Measured, type Series } from './model/series.ts';
import { Sparkline } from './Sparkline.tsx';
import { useSeriesName } from './series-name.ts';

const most = 7;

type Props = {
  readonly measured: Measured;
  readonly mayWrite: boolean;
  readonly onRecord: () => void;
  readonly onSeries: (key: string) => void;
};

/** What is measured: a small plot per series, vital signs first. */
export const MeasuredCard = memo(function MeasuredCard({ measured, mayWrite, onRecord, onSeries }: Props) {
  const { t } = useTranslation('chart');
  const shown = measured.series.slice(0, most);
  return (
    <Card
      title={t('vitalsAndResults')}
      action={
        mayWrite && (
          <button
            type="button"
            className={classes.cardAction}
            aria-keyshortcuts={ariaKeys('vitals')}
            onClick={onRecord}
          >
            {t('record')}
          </button>
        )
      }
    >
      {shown.length === 0 && <p className={classes.quiet}>{t('none.measured')}</p>}
      <ul className={classes.items}>
        {shown.map((series) => (
          <li key={series.key}>
            <SmallSeries series={series} onSeries={onSeries} />
          </li>
        ))}
      </ul>
      {measured.series.length > most && (
        <button type="button" className={classes.cardAction} onClick={() => onSeries('')}>
          {t('showMore', { count: measured.series.length - most })}
        </button>
      )}
    </Card>
  );
});

function SmallSeries({ series, onSeries }: { readonly series: Series; readonly onSeries: (key: string) => void }) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const name = useSeriesName();
  const last = lastOf(series);
  return (
    <button type="button" className={classes.measured} onClick={() => onSeries(series.key)}>
      <span className={classes.measuredText}>
        <bdi>{name(series)}</bdi>
        <span>
          <strong className={classes.value}>{last.text}</strong> <span className={classes.unit}>{series.unit}</span>{' '}
          <FlagWord flag={last.flag} />
        </span>
        <span className={classes.small}>{last.rangeText === undefined ? '' : t('ref', { range: last.rangeText })}</span>
      </span>
      <span className={classes.measuredPlot}>
        <Sparkline series={series} />
        <span className={classes.small}>{last.dateText === undefined ? '' : format.date(last.dateText)}</span>
      </span>
    </button>
  );
}
