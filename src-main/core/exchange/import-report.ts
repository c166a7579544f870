/** What an import did, file by file: kept as JSON beside its batch and shown as it stands. */
import { basename } from 'node:path';
import {
  type FileReport,
  type ImportReport,
  importReport,
  type Refusal,
} from '../../../src-shared/contract/exchange.ts';
import { importId } from '../../../src-shared/contract/primitives.ts';
import type { Refusal as FoundRefusal } from '../../../src-shared/fhir/refusals.ts';
import type { FilePreview } from './read/messages.ts';

/** Refusals kept in the report; the count says how many there were. */
const kept = 500;

/** A file as chosen. The path stays in core. */
export type ChosenFile = { readonly index: number; readonly path: string; readonly name: string };

export function chosenFiles(paths: readonly string[]): ChosenFile[] {
  return paths.map((path, index) => ({ index, path, name: basename(path) }));
}

export function newReport(id: string, files: readonly ChosenFile[], now: number): ImportReport {
  return {
    id: importId.parse(id),
    state: 'previewing',
    startedAt: now,
    files: files.map(({ index, name }) => ({
      file: index,
      name,
      bytes: 0,
      kind: null,
      counts: {},
      verdict: 'waiting',
      accepted: 0,
      duplicates: 0,
    })),
    accepted: 0,
    duplicates: 0,
    patients: 0,
    refusals: [],
    refusalCount: 0,
    similar: 0,
  };
}

export function fileOf(report: ImportReport, index: number): FileReport {
  const file = report.files[index];
  if (file === undefined) throw new Error('a file that was not chosen');
  return file;
}

export function setPreview(report: ImportReport, preview: FilePreview): void {
  const file = fileOf(report, preview.file);
  file.bytes = preview.bytes;
  file.kind = preview.format === 'ndjson' ? 'ndjson' : (preview.bundleTypes[0] ?? 'resource');
  file.counts = { ...preview.types };
  report.patients += preview.patients;
  if (preview.refusals.length > 0) refuse(report, preview.file, preview.refusals);
}

export function refuse(report: ImportReport, index: number, refusals: readonly FoundRefusal[]): void {
  const file = fileOf(report, index);
  // whom a refused file names does not come in
  if (file.verdict !== 'refused') report.patients -= file.counts['Patient'] ?? 0;
  file.verdict = 'refused';
  file.accepted = 0;
  file.duplicates = 0;
  for (const refusal of refusals) {
    report.refusalCount += 1;
    if (report.refusals.length < kept) report.refusals.push(toRefusal(file.name, refusal));
  }
}

function toRefusal(name: string, { file, path, line, code, params }: FoundRefusal): Refusal {
  return {
    file,
    name,
    path: path === '' ? '$' : `$.${path}`,
    line: line ?? null,
    reason: code,
    params: Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)])),
  };
}

/** Reads a report back; null for one that another version wrote. */
export function parseReport(json: string | null): ImportReport | null {
  const parsed = importReport.safeParse(JSON.parse(json ?? 'null'));
  return parsed.success ? parsed.data : null;
}
