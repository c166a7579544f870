import { memo } from 'react';
import classes from './chart.module.css';
import { extent, lastOf, type Series } from './model/series.ts';

const width = 150;
const height = 40;
const edge = 4;

/** A series in small: its line, its reference band, its newest value as a dot. Decoration: the words stand beside it. */
export const Sparkline = memo(function Sparkline({ series }: { readonly series: Series }) {
  const { min, max } = extent(series);
  const last = lastOf(series);
  const points = series.points.slice(-24);
  const times = points.map((point) => point.at);
  const start = times[0];
  const end = times.at(-1);
  const dated = start !== undefined && end !== undefined && end > start && times.every((at) => at !== undefined);
  const x = (at: number | undefined, index: number) => {
    if (points.length === 1) return width - edge;
    const share = dated ? ((at ?? start) - start) / (end - start) : index / (points.length - 1);
    return edge + share * (width - 2 * edge);
  };
  const y = (value: number) => edge + (1 - (value - min) / (max - min)) * (height - 2 * edge);
  const { low, high } = last.band;
  const top = high === undefined ? 0 : y(high);
  const bottom = low === undefined ? height : y(low);
  return (
    <svg className={classes.spark} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" data-flag={last.flag}>
      {(low !== undefined || high !== undefined) && (
        <rect className={classes.sparkBand} x={0} y={top} width={width} height={Math.max(1, bottom - top)} />
      )}
      <polyline
        className={classes.sparkLine}
        points={points.map((point, index) => `${x(point.at, index)},${y(point.value)}`).join(' ')}
      />
      <circle className={classes.sparkDot} cx={x(last.at, points.length - 1)} cy={y(last.value)} r={3} />
    </svg>
  );
});
