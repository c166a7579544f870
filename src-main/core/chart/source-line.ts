/** Who recorded a resource and where it came from: kept beside it as JSON, covered by the row's MAC. */
import { z } from 'zod';
import { type ChartRow, chartRow } from '../../../src-shared/contract/chart.ts';
import type { LiveSession } from '../session.ts';
import type { ResourceRow } from '../store/row.ts';

type Source = ChartRow['source'];
const kept = z.object({
  ...chartRow.shape.source.shape,
  /** `Bundle.entry.fullUrl` it came with. */
  fullUrl: z.string().optional(),
  /** Which file of its import it came in. */
  file: z.number().int().optional(),
});
type Kept = z.infer<typeof kept>;

export function localSource(session: Pick<LiveSession, 'displayName'>, now: number): string {
  return JSON.stringify({ kind: 'local', by: session.displayName, at: now, import: null } satisfies Kept);
}

/** After an edit: who changed it, and still where it came from. */
export function editedSource(
  row: Pick<ResourceRow, 'source' | 'batch' | 'updatedAt'>,
  session: Pick<LiveSession, 'displayName'>,
  now: number,
): string {
  return JSON.stringify({ ...parse(row), by: session.displayName, at: now } satisfies Kept);
}

/** The source of one imported resource. `origin` is the same for all of an import. */
export function importSource(origin: Omit<Source, 'kind'>, file: number, fullUrl: string | undefined): string {
  return JSON.stringify({ kind: 'import', ...origin, file, ...(fullUrl !== undefined && { fullUrl }) } satisfies Kept);
}

function parse({ source, batch, updatedAt }: Pick<ResourceRow, 'source' | 'batch' | 'updatedAt'>): Kept {
  const parsed = kept.safeParse(JSON.parse(source ?? 'null'));
  if (parsed.success) return parsed.data;
  // A row without a readable source line says so by an empty name.
  return { kind: batch === 0 ? 'local' : 'import', by: '', at: updatedAt, import: null };
}

/** The source line as the chart shows it. */
export function readSource(row: Pick<ResourceRow, 'source' | 'batch' | 'updatedAt'>): Source {
  const { kind, by, at, import: from } = parse(row);
  return { kind, by, at, import: from };
}

/** What an export needs beside it: the address it had where it came from. */
export function readOrigin(row: Pick<ResourceRow, 'source' | 'batch' | 'updatedAt'>): {
  readonly fullUrl: string | null;
  readonly file: number | null;
} {
  const { fullUrl, file } = parse(row);
  return { fullUrl: fullUrl ?? null, file: file ?? null };
}
