import { LineChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import { ReferenceArea } from 'recharts';
import { useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import { extent, lastOf, type Series, ticksOf } from './model/series.ts';
import { useSeriesName } from './series-name.ts';

/** A series over time with its reference band. The table below says the same in words. */
export default function SeriesPlot({ series }: { readonly series: Series }) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const name = useSeriesName()(series);
  const ticks = ticksOf(extent(series));
  const min = ticks[0] ?? 0;
  const max = ticks.at(-1) ?? 1;
  const { low, high } = lastOf(series).band;
  const data = series.points.flatMap(({ at, value }) => (at === undefined ? [] : [{ at, value }]));
  const day = (at: number) => format.date(new Date(at).toISOString());
  return (
    <figure className={classes.plot} role="img" aria-label={t('plotOf', { name, count: data.length })}>
      <LineChart
        h={220}
        data={data}
        dataKey="at"
        series={[{ name: 'value', label: name, color: 'var(--ck-blue)' }]}
        curveType="linear"
        unit={series.unit === '' ? '' : ` ${series.unit}`}
        gridAxis="y"
        xAxisProps={{
          type: 'number',
          scale: 'time',
          domain: ['dataMin', 'dataMax'],
          tickFormatter: day,
          minTickGap: 40,
        }}
        yAxisProps={{ domain: [min, max], ticks: [...ticks], tickFormatter: format.number, width: 74 }}
        tooltipProps={{ labelFormatter: (label) => (typeof label === 'number' ? day(label) : label) }}
        lineChartProps={{ accessibilityLayer: false }}
        lineProps={{ isAnimationActive: false }}
      >
        {(low !== undefined || high !== undefined) && (
          <ReferenceArea
            y1={low ?? min}
            y2={high ?? max}
            fill="var(--ck-good)"
            fillOpacity={0.12}
            ifOverflow="hidden"
          />
        )}
      </LineChart>
    </figure>
  );
}
