/** Records come in: preview, import, result. */
import type { Page } from 'playwright';
import { ana } from './cast.ts';
import { goTo, type Stage } from './stage.ts';

/** What core says about the import on screen, for the report's exact figures. */
async function reportOfNewest(page: Page) {
  return page.evaluate(async () => {
    const list = await window.carekeep.call('imports.list', {});
    const newest = list.ok ? list.value.imports[0] : undefined;
    if (newest === undefined) throw new Error('there is no import');
    const report = await window.carekeep.call('imports.wait', { importId: newest.id });
    if (!report.ok) throw new Error(report.error.code);
    return report.value;
  });
}

async function bringIn(stage: Stage, page: Page, files: readonly string[]): Promise<void> {
  await goTo(page, 'Import');
  await page.getByText('Nothing imported yet').waitFor();
  await stage.picture('import-empty');
  await stage.app.answerDialogs([...files]);
  await page.getByRole('button', { name: 'Choose files…' }).click();
  await page.getByRole('heading', { name: 'What is in the files' }).waitFor({ timeout: 300_000 });
  const start = page.getByRole('button', { name: 'Start import' });
  await start.waitFor();
  await stage.picture('import-preview');

  const { counts, refusals, timings } = stage.report;
  if (await start.isEnabled()) {
    const started = performance.now();
    await start.click();
    await page.getByRole('heading', { name: 'Result' }).waitFor({ timeout: 3_600_000 });
    timings.import = performance.now() - started;
    await stage.picture('import-result', 'both');
  }
  const report = await reportOfNewest(page);
  counts.filesAccepted = report.files.filter(({ verdict }) => verdict === 'accepted').length;
  counts.filesDuplicate = report.files.filter(({ verdict }) => verdict === 'duplicate').length;
  counts.filesRefused = report.files.filter(({ verdict }) => verdict === 'refused').length;
  counts.resources = report.accepted;
  counts.resourcesDuplicate = report.duplicates;
  counts.patients = report.patients;
  refusals.push(...report.refusals);
  if (report.state === 'failed') throw new Error('the import failed');
}

export async function bringRecordsIn(stage: Stage, files: readonly string[]): Promise<void> {
  await stage.step('Lock, and sign in as practitioner', async () => {
    await stage.lock();
    await stage.picture('sign-in', 'both');
    const page = await stage.signIn(ana);
    await page.getByText('No patients yet').waitFor();
    await stage.picture('no-patients-yet', 'both');
  });
  await stage.step('Bring records in', (page) => bringIn(stage, page, files));
}
