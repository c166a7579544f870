/** Records go out: FHIR Bundle, patient summary, PDF. Where to is answered by the script. */
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright';
import { marta } from './cast.ts';
import { type Found, openChart } from './finding.ts';
import { dialog, type Stage } from './stage.ts';

const kinds = [
  { label: 'PDF to read or print', ending: 'pdf' },
  { label: 'Patient Summary', ending: 'ips.json' },
  { label: 'Everything, for another system', ending: 'bundle.json' },
] as const;

/** Says what a written file is; throws when it is not what was asked for. */
function looked(file: string): string {
  const bytes = readFileSync(file);
  if (file.endsWith('.pdf')) {
    if (bytes.subarray(0, 5).toString() !== '%PDF-') throw new Error(`${basename(file)} is no PDF`);
    return 'PDF';
  }
  const bundle: unknown = JSON.parse(bytes.toString());
  const { resourceType, type, entry } = Object(bundle);
  const wanted = file.endsWith('ips.json') ? 'document' : 'collection';
  if (resourceType !== 'Bundle' || type !== wanted || !Array.isArray(entry))
    throw new Error(`${basename(file)} is no FHIR ${wanted}`);
  return `FHIR ${wanted}, ${entry.length} entries`;
}

async function takeOut(stage: Stage, page: Page, name: string): Promise<void> {
  for (const { label, ending } of kinds) {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const form = dialog(page, 'Export this record');
    await form.getByRole('radio', { name: new RegExp(`^${label}`) }).click();
    if (ending === 'pdf' && name === 'new-patient') await stage.picture('export');
    const file = join(stage.out, `${name}.${ending}`);
    await stage.app.answerDialogs([file]);
    await form.getByRole('button', { name: 'Choose where to save' }).click();
    await form.waitFor({ state: 'detached', timeout: 60_000 });
    stage.report.exports.push({ file: basename(file), bytes: statSync(file).size, what: looked(file) });
  }
}

/** The patient asks who saw the record: a report with roles, without names. */
async function tellWhoSaw(stage: Stage, page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Who saw this record' }).click();
  const form = dialog(page, 'Who saw this record');
  await form.getByText('Handed out the whole record as a file').first().waitFor();
  await stage.picture('who-saw', 'both');
  const file = join(stage.out, 'who-saw-new-patient.pdf');
  await stage.app.answerDialogs([file]);
  await form.getByRole('button', { name: 'Save report' }).click();
  await form.waitFor({ state: 'detached', timeout: 60_000 });
  stage.report.exports.push({ file: basename(file), bytes: statSync(file).size, what: looked(file) });
}

export async function takeRecordsOut(stage: Stage, imported: Found | undefined): Promise<void> {
  await stage.step('Take records out', async (page) => {
    await openChart(stage, page, { family: marta.family, given: marta.given, at: 0 });
    await takeOut(stage, page, 'new-patient');
    await tellWhoSaw(stage, page);
    if (imported === undefined) return;
    await openChart(stage, page, imported);
    await takeOut(stage, page, 'imported-patient');
  });
}
