/** What the demonstration tells afterwards: `report.json`, and a few lines for people. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditVerdict } from '../../src-shared/contract/audit.ts';
import type { Refusal } from '../../src-shared/contract/exchange.ts';

export type StepReport = { readonly name: string; readonly seconds: number; readonly pictures: readonly string[] };

/** Milliseconds. Those of the screen run from the key press to the frame that shows the answer. */
export type Timings = {
  start?: number;
  signIn: number[];
  lock: number[];
  takeOver: number[];
  keystrokeToResults: number[];
  chartOpen: number[];
  draftSaved?: number;
  import?: number;
  verification?: number;
};

export type DemoReport = {
  readonly product: 'Carekeep';
  readonly versions: { carekeep: string; node: string; browser: string };
  /** What ran the built bundles. */
  host: 'Electron' | 'Chromium host' | null;
  readonly startedAt: string;
  seconds: number;
  ok: boolean;
  readonly files: readonly string[];
  readonly counts: {
    users: number;
    files: number;
    filesAccepted: number;
    filesDuplicate: number;
    filesRefused: number;
    resources: number;
    resourcesDuplicate: number;
    patients: number;
    /** Records of the new patient's chart at the end, by what the screens added. */
    added: number;
    notesSigned: number;
    auditEntries: number;
    pictures: number;
  };
  readonly refusals: Refusal[];
  /** Role → what the rail shows to it. */
  readonly rooms: Record<string, readonly string[]>;
  readonly timings: Timings;
  verification: AuditVerdict | null;
  readonly exports: { readonly file: string; readonly bytes: number; readonly what: string }[];
  readonly steps: StepReport[];
  readonly failures: { readonly step: string; readonly why: string }[];
};

export function emptyReport(files: readonly string[], version: string): DemoReport {
  return {
    product: 'Carekeep',
    versions: { carekeep: version, node: process.versions.node, browser: '' },
    host: null,
    startedAt: new Date().toISOString(),
    seconds: 0,
    ok: false,
    files,
    counts: {
      users: 0,
      files: files.length,
      filesAccepted: 0,
      filesDuplicate: 0,
      filesRefused: 0,
      resources: 0,
      resourcesDuplicate: 0,
      patients: 0,
      added: 0,
      notesSigned: 0,
      auditEntries: 0,
      pictures: 0,
    },
    refusals: [],
    rooms: {},
    timings: { signIn: [], lock: [], takeOver: [], keystrokeToResults: [], chartOpen: [] },
    verification: null,
    exports: [],
    steps: [],
    failures: [],
  };
}

export function writeReport(report: DemoReport, out: string): string {
  const file = join(out, 'report.json');
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  return file;
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const median = (values: readonly number[]) => sorted(values)[Math.floor(values.length / 2)];
const slowest = (values: readonly number[]) => sorted(values).at(-1);
const ms = (value: number | undefined) =>
  value === undefined ? 'not measured' : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
const spread = (values: readonly number[]) =>
  values.length === 0 ? 'not measured' : `${ms(median(values))} (slowest ${ms(slowest(values))}, ${values.length}×)`;

/** The summary that is printed: lines of plain text. */
export function summaryOf(report: DemoReport, out: string): string {
  const { counts, timings, verification } = report;
  const lines = [
    '',
    `Carekeep ${report.versions.carekeep} in ${report.host ?? 'no host'}, ${report.versions.browser}, Node ${report.versions.node}`,
    `  files in         ${counts.filesAccepted} of ${counts.files}, ${counts.filesRefused} refused, ${counts.filesDuplicate} already here`,
    `  records in       ${counts.resources} of ${counts.patients} patients, in ${ms(timings.import)}`,
    `  key to results   ${spread(timings.keystrokeToResults)}`,
    `  chart open       ${spread(timings.chartOpen)}`,
    `  sign-in          ${spread(timings.signIn)}`,
    `  lock             ${spread(timings.lock)}`,
    `  take-over        ${spread(timings.takeOver)}`,
    `  audit log        ${
      verification === null
        ? 'not verified'
        : `${verification.ok ? 'whole and true' : 'DOES NOT HOLD'}: ${verification.entries} entries, ${verification.rows} records`
    }`,
    `  taken out        ${report.exports.length} files`,
    ...report.refusals.map(
      ({ name, path, reason, params }) => `  refused          ${name} ${path}: ${reason} ${JSON.stringify(params)}`,
    ),
    ...report.failures.map(({ step, why }) => `  FAILED           ${step}: ${why}`),
    '',
    `${report.ok ? 'The whole day went well' : 'The day did NOT go well'}: ${report.steps.length} steps, ${counts.pictures} pictures, ${Math.round(report.seconds)} s.`,
    `Report: ${join(out, 'report.json')}`,
    `Pictures: ${out}`,
  ];
  return lines.join('\n');
}
