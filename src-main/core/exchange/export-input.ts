/** A patient's record as the export builders take it. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { textAt } from '../../../src-shared/fhir/json.ts';
import { parseResource } from '../../../src-shared/fhir/lossless.ts';
import { toChartRow } from '../chart/chart-row.ts';
import { referencesOf, referredRows } from '../chart/referred.ts';
import { readOrigin } from '../chart/source-line.ts';
import { readChart } from '../store/chart.ts';
import type { Store } from '../store/open.ts';
import type { ResourceRow } from '../store/row.ts';
import type { ExportInput, ExportRow } from './write/input.ts';

function toExportRow(store: Store, row: ResourceRow): ExportRow {
  const { id, type, version, date, status, signed, source, json } = toChartRow(row, true);
  const { fullUrl, file } = readOrigin(row);
  return {
    id,
    type,
    version,
    date,
    status,
    signed,
    source,
    json,
    fullUrl,
    originalId: textAt(parseResource(json), 'id') ?? null,
    importId: source.kind === 'local' ? null : `${source.import}-${file ?? 0}`,
    references: ownReferences(store, row.row),
    local: source.kind === 'local',
  };
}

function ownReferences(store: Store, row: number): Record<string, string> {
  const found = store
    .sql<[number], { reference: string; target: string }>(
      'select reference, target_id target from reference_index where from_row = ?',
    )
    .all(row);
  return Object.fromEntries(found.map(({ reference, target }) => [reference, target]));
}

/** Everything of one patient, each row checked. @throws CallError not-found, record-damaged */
export function exportInput(store: Store, patientId: string): ExportInput {
  const rows = readChart(store, patientId);
  const references = referencesOf(store, patientId);
  const referred = referredRows(store, Object.values(references), new Set(rows.map(({ id }) => id)));
  const all = rows.map((row) => toExportRow(store, row));
  const patient = all.find(({ id, type }) => id === patientId && type === 'Patient');
  if (patient === undefined) throw new CallError('not-found');
  return { patient, rows: all, referred: referred.map((row) => toExportRow(store, row)), references };
}
