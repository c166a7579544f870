/** The auditor looks into the log, filters, verifies it, takes it out and has it checked without the application. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { karim } from './cast.ts';
import { goTo, roomsOf, type Stage } from './stage.ts';

async function seeTheLog(stage: Stage, page: Page): Promise<void> {
  await goTo(page, 'Audit log');
  const table = page.getByRole('grid');
  await table
    .getByRole('row', { name: /Read chart/ })
    .first()
    .waitFor();
  await stage.picture('audit', 'both');
  await page.getByRole('button', { name: /^Kind/ }).click();
  await page.getByRole('menuitem', { name: 'Import and export' }).click();
  await table
    .getByRole('row', { name: /Exported a PDF/ })
    .first()
    .waitFor();
  await stage.picture('audit-filtered');
  await table
    .getByRole('row', { name: /Exported a PDF/ })
    .first()
    .click();
  await page.getByRole('dialog', { name: 'Entry' }).waitFor();
  await stage.picture('audit-entry');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Entry' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Clear filters' }).click();
}

async function verify(stage: Stage, page: Page): Promise<void> {
  const started = performance.now();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page
    .getByText('The log is whole and true.')
    .or(page.getByText('The log does not hold.'))
    .waitFor({ timeout: 600_000 });
  stage.report.timings.verification = performance.now() - started;
  await stage.picture('audit-verified', 'both');
  const answer = await page.evaluate(() => window.carekeep.call('audit.verdict', {}));
  if (!answer.ok) throw new Error(answer.error.code);
  stage.report.verification = answer.value.verdict;
  stage.report.counts.auditEntries = answer.value.verdict?.entries ?? 0;
  if (answer.value.verdict?.ok !== true) throw new Error('the log does not hold');
}

/** What somebody outside does with it: the file and the verifier beside it, and nothing of the application. */
async function handOver(stage: Stage, page: Page, witness: string): Promise<void> {
  await page.getByRole('button', { name: 'Export for an auditor' }).click();
  const form = page.getByRole('dialog', { name: 'Export the log for an auditor' });
  const file = join(stage.out, 'audit-log.jsonl.gz');
  await stage.app.answerDialogs([file]);
  await form.getByRole('button', { name: 'Save…' }).click();
  await form.getByText('Saved, with').waitFor({ timeout: 120_000 });
  await stage.picture('audit-export', 'both');
  const fingerprint = (await form.locator('code').first().textContent()) ?? '';
  await form.getByRole('button', { name: 'Close' }).last().click();
  const verifier = join(stage.out, 'carekeep-verify.mjs');
  const trusted = ['--clinic', fingerprint, '--witness', witness];
  const said = execFileSync(process.execPath, [verifier, ...trusted, file], { encoding: 'utf8' });
  if (!said.startsWith('VALID\n')) throw new Error('the verifier does not find the log valid');
  if (!/: cosigned \d+ checkpoint/.test(said)) throw new Error('the backend has cosigned nothing');
  const what = 'audit log, found VALID and cosigned by carekeep-verify';
  stage.report.exports.push({ file: 'audit-log.jsonl.gz', bytes: statSync(file).size, what });
}

/** @param witness key of who has cosigned the log */
export async function endTheDay(stage: Stage, witness: string): Promise<void> {
  await stage.step('See who did what', async () => {
    await stage.lock();
    const page = await stage.signIn(karim);
    stage.report.rooms[karim.role] = await roomsOf(page);
    await seeTheLog(stage, page);
  });
  await stage.step('Verify the log', (page) => verify(stage, page));
  await stage.step('Hand the log to an auditor outside', (page) => handOver(stage, page, witness));
  await stage.step('Lock', async () => {
    await stage.lock();
    await stage.picture('locked');
  });
}
