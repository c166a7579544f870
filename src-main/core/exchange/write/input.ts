/** What the builders of this folder are given: rows of one patient as stored, and the circumstances of the export. */
import type { ChartRow } from '../../../../src-shared/contract/chart.ts';
import type { Language } from '../../../../src-shared/contract/primitives.ts';

/** A chart row with where it came from. `json` is the text as it came and goes out as it is. */
export type ExportRow = {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly date: string | null;
  readonly status: string | null;
  readonly signed: boolean;
  readonly source: Readonly<ChartRow['source']>;
  readonly json: string;
  /** `Bundle.entry.fullUrl` it came with. */
  readonly fullUrl: string | null;
  /** Its `id` in the JSON. */
  readonly originalId: string | null;
  /** What it came with (import and file): a reference means a resource of the same file first. */
  readonly importId: string | null;
  /** Where this row's references lead, reference text as written → local id; wins over everything else. */
  readonly references?: Readonly<Record<string, string>>;
  /** Written here: its references are ours to rewrite. Imported JSON is never touched. */
  readonly local: boolean;
};

export type ExportInput = {
  readonly patient: ExportRow;
  /** All rows of the patient. The patient's own row may be among them. */
  readonly rows: readonly ExportRow[];
  /** Practitioners, organisations, medications … that the rows refer to. */
  readonly referred: readonly ExportRow[];
  /** Reference text as written in the JSON → local id. */
  readonly references: Readonly<Record<string, string>>;
};

/** Clock, chance and people come from outside, so that the same input gives the same bytes. */
export type ExportContext = {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** IANA name; instants are shown in it. */
  readonly timeZone: string;
  readonly language: Language;
  readonly clinic: { readonly name: string; readonly country: string };
  /** Display name of who takes the record out. */
  readonly by: string;
  /** Version of Carekeep. */
  readonly version: string;
  /** A new lower-case UUID each time. */
  readonly newId: () => string;
};

/** Every row once: patient first, then its rows, then what they refer to. */
export function allRows(input: ExportInput): ExportRow[] {
  const byId = new Map<string, ExportRow>();
  for (const row of [input.patient, ...input.rows, ...input.referred]) if (!byId.has(row.id)) byId.set(row.id, row);
  return [...byId.values()];
}
