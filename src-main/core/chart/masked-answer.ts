/** A chart and a stored resource as a session may see them. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Output } from '../../../src-shared/contract/index.ts';
import { chartMask, sourceIsHidden } from '../people/masked-chart.ts';
import { type Hidden, maskedList } from '../people/masking.ts';
import { readChart } from '../store/chart.ts';
import type { Store } from '../store/open.ts';
import { type HistoryRow, readHistory } from '../store/record.ts';
import type { ResourceRow } from '../store/row.ts';
import { toChartRow } from './chart-row.ts';

type Opened = Omit<Output<'chart.open'>, 'masked'>;

/** All versions of a chart: a number that was replaced is hidden like the one that replaced it. */
export function* chartVersions(store: Store, rows: readonly ResourceRow[]): Generator<string> {
  for (const { id, type, json } of rows) {
    yield json;
    if (type === 'Patient') for (const earlier of readHistory(store, id)) yield earlier.json;
  }
}

export function maskedAnswer(
  store: Store,
  rows: readonly ResourceRow[],
  hidden: Hidden,
  opened: Opened,
): Output<'chart.open'> {
  const masked = maskedList(hidden);
  if (masked.length === 0) return { ...opened, masked };
  const mask = chartMask(chartVersions(store, rows), hidden);
  return {
    ...opened,
    rows: opened.rows.map(mask.row),
    referred: opened.referred.map(mask.row),
    references: Object.fromEntries(Object.entries(opened.references).map(([text, id]) => [mask.text(text), id])),
    masked,
  };
}

/** @throws CallError source-masked for persons and bundles, whose text can hold a masked field anywhere */
export function maskedSource(
  store: Store,
  row: ResourceRow,
  hidden: Hidden,
  history: readonly HistoryRow[],
): Omit<Output<'chart.source'>, 'signature'> {
  const shown = { row: toChartRow(row, true), history: [...history] };
  if (hidden.size === 0) return shown;
  if (sourceIsHidden(row.type, hidden)) throw new CallError('source-masked');
  const chart = row.patientId === null ? [] : readChart(store, row.patientId);
  const mask = chartMask(chartVersions(store, chart), hidden);
  return { row: mask.row(shown.row), history: shown.history.map((one) => ({ ...one, json: mask.json(one.json) })) };
}
