import { lazy, memo, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Card, EmptyState, useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import { FlagWord } from './FlagWord.tsx';
import { type Chart, type Item, ofTypes } from './model/chart.ts';
import { lastOf, type Measured, type Series } from './model/series.ts';
import { ReportResults } from './ReportResults.tsx';
import { SeriesTable } from './SeriesTable.tsx';
import { Sparkline } from './Sparkline.tsx';
import { useSeriesName } from './series-name.ts';

const SeriesPlot = lazy(() => import('./SeriesPlot.tsx'));
const groups = ['vital-signs', 'laboratory', 'other'] as const;

type Props = {
  readonly chart: Chart;
  readonly measured: Measured;
  /** Key of the series that is open. */
  readonly chosen: string;
  readonly onChoose: (key: string) => void;
  readonly onOpen: (item: Item) => void;
};

/** Results and vital signs: each series with its newest value; one of them open as plot and table. */
export function ResultsTab({ chart, measured, chosen, onChoose, onOpen }: Props) {
  const { t } = useTranslation('chart');
  const reports = useMemo(
    () => ofTypes(chart.items, ['DiagnosticReport']).filter((item) => Array.isArray(item.json.result)),
    [chart],
  );
  if (measured.series.length === 0 && measured.findings.length === 0) {
    return (
      <Card label={t('tab.results')}>
        <EmptyState title={t('none.measured')} />
      </Card>
    );
  }
  return (
    <div className={classes.stack}>
      {groups.map((group) => {
        const series = measured.series.filter((each) => each.group === group);
        if (series.length === 0) return null;
        return (
          <Card key={group} title={t(`group.${group}`)} flush>
            <ul className={classes.lines}>
              {series.map((each) => (
                <li key={each.key}>
                  <SeriesLine series={each} opened={each.key === chosen} onChoose={onChoose} />
                  {each.key === chosen && (
                    <div className={classes.seriesOpen}>
                      {each.points.length > 1 && (
                        <Suspense fallback={<div className={classes.plotSpace} />}>
                          <SeriesPlot series={each} />
                        </Suspense>
                      )}
                      <SeriesTable series={each} onOpen={onOpen} />
                    </div>
                  )}
                </li>
              ))}
            </ul>
          </Card>
        );
      })}
      {measured.findings.length > 0 && (
        <Card title={t('group.findings')} flush>
          <ul className={classes.lines}>
            {measured.findings.map((finding, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one observation may bring several findings
              <li key={`${finding.item.row.id} ${index}`}>
                <FindingLine title={finding.title} text={finding.text} item={finding.item} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        </Card>
      )}
      {reports.map((item) => (
        <Card key={item.row.id} title={<ReportTitle item={item} />} flush>
          <ReportResults item={item} chart={chart} onOpen={onOpen} />
        </Card>
      ))}
    </div>
  );
}

function ReportTitle({ item }: { readonly item: Item }) {
  const format = useFormat();
  return (
    <>
      <bdi>{item.title}</bdi>
      {item.facts.dateText !== undefined && ` · ${format.date(item.facts.dateText)}`}
    </>
  );
}

const SeriesLine = memo(function SeriesLine({
  series,
  opened,
  onChoose,
}: {
  readonly series: Series;
  readonly opened: boolean;
  readonly onChoose: (key: string) => void;
}) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const name = useSeriesName();
  const last = lastOf(series);
  return (
    <button
      type="button"
      className={classes.seriesLine}
      aria-expanded={opened}
      onClick={() => onChoose(opened ? '' : series.key)}
    >
      <span className={classes.seriesName}>
        <bdi>{name(series)}</bdi>
        <span className={classes.small}>{t('values', { count: series.points.length })}</span>
      </span>
      <span className={classes.seriesValue}>
        <span>
          <strong className={classes.value}>{last.text}</strong> <span className={classes.unit}>{series.unit}</span>{' '}
          <FlagWord flag={last.flag} />
        </span>
        <span className={classes.small}>{last.rangeText === undefined ? '' : t('ref', { range: last.rangeText })}</span>
      </span>
      <span className={classes.small}>{last.dateText === undefined ? t('undated') : format.date(last.dateText)}</span>
      <Sparkline series={series} />
    </button>
  );
});

const FindingLine = memo(function FindingLine({
  title,
  text,
  item,
  onOpen,
}: {
  readonly title: string;
  readonly text: string;
  readonly item: Item;
  readonly onOpen: (item: Item) => void;
}) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  return (
    <button type="button" className={classes.findingLine} onClick={() => onOpen(item)}>
      <bdi>{title}</bdi>
      <strong>
        <bdi>{text}</bdi>
      </strong>
      <span className={classes.small}>
        {item.facts.dateText === undefined ? t('undated') : format.date(item.facts.dateText)}
      </span>
    </button>
  );
});
