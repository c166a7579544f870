/**
 * `npm run demo -- --out DIR [--fhir PATH …]`: a clinic's whole day with no hands, through the real screens, on a fresh
 * temporary profile with a keyring of its own. Writes pictures, exported files and `report.json` into DIR. Exit code 1
 * when a step failed or a file was refused.
 */
import { globSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { build, isStale } from '../../resources/scripts/build.mjs';
import { ensurePackages } from '../../resources/scripts/setup-system.mjs';
import { endTheDay } from './auditing.ts';
import { begin } from './beginning.ts';
import { findAndRead } from './finding.ts';
import { bringRecordsIn } from './importing.ts';
import { emptyReport, summaryOf, writeReport } from './report.ts';
import { meetTheOther } from './second-workstation.ts';
import { openStage } from './stage.ts';
import { takeRecordsOut } from './taking-out.ts';
import { takeOver } from './taking-over.ts';
import { stayCurrent } from './updating.ts';
import { write } from './writing.ts';

const root = join(import.meta.dirname, '../..');

/** The five document bundles of the International Patient Summary, from the package that carries them. */
function ipsBundles(): readonly string[] {
  return globSync('node_modules/hl7.fhir.uv.ips/example/Bundle-*.json', { cwd: root })
    .sort()
    .map((path) => join(root, path));
}

/** A folder stands for the JSON and NDJSON files in it. */
function filesAt(path: string): readonly string[] {
  const full = resolve(path);
  if (!statSync(full).isDirectory()) return [full];
  return globSync('**/*.{json,ndjson}', { cwd: full })
    .sort()
    .map((name) => join(full, name));
}

const program = new Command('demo')
  .description("A clinic's whole day with no hands, through the real screens.")
  .option('--out <folder>', 'where report, pictures and exported files go', 'demo-out')
  .option('--fhir <paths...>', 'FHIR R4 files or folders to bring in (default: the five IPS example bundles)');
const options = program.parse().opts<{ out: string; fhir?: string[] }>();
const out = resolve(options.out);

function given(): readonly string[] {
  try {
    return options.fhir?.flatMap(filesAt) ?? ipsBundles();
  } catch (error) {
    return program.error(error instanceof Error ? error.message : String(error));
  }
}

const files = given();
if (files.length === 0) program.error('there are no FHIR files to bring in');
if (!ensurePackages(['chromium', 'gnome-keyring', 'dbus'])) process.exit(1);
if (isStale()) {
  console.log('Building …');
  if (!build()) process.exit(1);
}
mkdirSync(out, { recursive: true });

const report = emptyReport(files, manifest.version);
const started = performance.now();
console.log(`A clinic's day, ${files.length} FHIR ${files.length === 1 ? 'file' : 'files'}:`);
try {
  const stage = await openStage(report, out);
  try {
    await begin(stage);
    await bringRecordsIn(stage, files);
    const imported = await findAndRead(stage);
    await write(stage);
    await takeOver(stage);
    await takeRecordsOut(stage, imported);
    const witness = await meetTheOther(stage);
    await endTheDay(stage, witness);
    await stayCurrent(stage);
  } finally {
    await stage.close();
  }
} catch (error) {
  // a failed step is in the report already; what else went wrong joins it
  if (report.failures.length === 0)
    report.failures.push({ step: 'start', why: error instanceof Error ? error.message : String(error) });
}
report.seconds = Math.round(performance.now() - started) / 1000;
report.ok = report.failures.length === 0 && report.counts.filesRefused === 0;
writeReport(report, out);
console.log(summaryOf(report, out));
process.exit(report.ok ? 0 : 1);
