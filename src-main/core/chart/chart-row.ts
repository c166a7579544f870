/** A stored row as the chart sends it. */
import { type ChartRow, chartRow } from '../../../src-shared/contract/chart.ts';
import type { ResourceRow } from '../store/row.ts';
import { readSource } from './source-line.ts';

const { shape } = chartRow;

/** A document bundle can be megabytes and its parts are rows of their own: the chart gets its head only. */
const bundleHead = '{"resourceType":"Bundle","type":"document"}';

export function toChartRow(row: ResourceRow, whole = false): ChartRow {
  return {
    id: shape.id.parse(row.id),
    type: row.type,
    version: row.version,
    date: row.date,
    status: row.status,
    encounterId: row.encounterId,
    signed: row.signed === 1,
    source: readSource(row),
    json: row.type === 'Bundle' && !whole ? bundleHead : row.json,
  };
}
