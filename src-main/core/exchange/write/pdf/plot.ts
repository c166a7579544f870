/** A small plot of one series in lines and areas: reference band, values over time, the newest as a dot. */
import type { CanvasElement, Content } from 'pdfmake/interfaces';
import { sortable } from '../dates.ts';
import type { Series } from '../measured.ts';
import { colours } from './look.ts';

const size = { width: 92, height: 24, pad: 3 } as const;
/** More points than the plot has dots would only make the file larger. */
const mostPoints = 120;

/** Undefined for less than two dated numbers: one point has no course. */
export function trendPlot(series: Series): Content | undefined {
  const points = series.all
    .filter((each) => each.numbers.length > 0 && sortable(each.date) > 0)
    .slice(0, mostPoints)
    .map((each) => ({ at: sortable(each.date), numbers: each.numbers }))
    .reverse();
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2 || last.at === first.at) return undefined;
  const { low, high } = series.latest.band;
  const values = [...points.flatMap((point) => point.numbers), ...[low, high].filter((edge) => edge !== undefined)];
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const spread = max - min || 1;
  const x = (at: number): number => size.pad + ((at - first.at) / (last.at - first.at)) * (size.width - 2 * size.pad);
  const y = (value: number): number => size.height - size.pad - ((value - min) / spread) * (size.height - 2 * size.pad);

  const shapes: CanvasElement[] = [];
  if (low !== undefined || high !== undefined) {
    const top = y(high ?? max);
    const bottom = y(low ?? min);
    shapes.push({ type: 'rect', x: 0, y: top, w: size.width, h: Math.max(1, bottom - top), color: colours.band });
  }
  const most = Math.max(...points.map((point) => point.numbers.length));
  for (let index = 0; index < most; index += 1) {
    const course = points.flatMap((point) => {
      const value = point.numbers[index];
      return value === undefined ? [] : [{ x: x(point.at), y: y(value) }];
    });
    const end = course.at(-1);
    if (end === undefined) continue;
    if (course.length > 1) shapes.push({ type: 'polyline', points: course, lineWidth: 1, lineColor: colours.teal });
    shapes.push({ type: 'ellipse', x: end.x, y: end.y, r1: 1.8, r2: 1.8, color: colours.teal });
  }
  return { canvas: shapes, margin: [0, 0, 0, 3] };
}
