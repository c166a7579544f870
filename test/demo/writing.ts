/** Writing: lists, vital signs, a note that outlives a crash, signature and amendment. */
import type { Page } from 'playwright';
import { ana, marta } from './cast.ts';
import { dialog, type Stage } from './stage.ts';

const atMarta = (page: Page) => page.getByRole('heading', { level: 1, name: marta.heading }).waitFor();
const note = {
  subjective: 'Tired in the afternoon since the last change; no chest pain, no oedema.',
  objective: 'BP 148/88, HR 78 irregular, weight 74.2 kg.',
  assessment: 'Blood pressure above target.',
  plan: 'Ramipril 5 → 7.5 mg, control in 4 weeks, creatinine before.',
};

async function addProblem(page: Page, text: string, since: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a problem' }).click();
  const form = dialog(page, 'Add a problem');
  await form.getByRole('textbox', { name: /^Problem/ }).fill(text);
  await form.getByLabel(/^Since/).fill(since);
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'Problems' }).getByText(text).waitFor();
}

async function addMedication(page: Page, text: string, dosage: string, since: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a medication' }).click();
  const form = dialog(page, 'Add a medication');
  await form.getByLabel('Medication and strength').fill(text);
  await form.getByLabel('Dosage').fill(dosage);
  await form.getByLabel(/^Taken since/).fill(since);
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'Medications' }).getByText(text).waitFor();
}

async function addAllergy(stage: Stage, page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add an allergy' }).click();
  const form = dialog(page, 'Add an allergy');
  await form.getByLabel('Allergic to').fill('Penicillin');
  await form.getByLabel('Reaction').fill('anaphylaxis');
  await form.getByLabel('Kind').selectOption({ label: 'Medication' });
  await form.getByLabel('Risk').selectOption({ label: 'High risk' });
  await form.getByLabel(/^Since/).fill('2009');
  await stage.picture('add-allergy');
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByText('Penicillin: anaphylaxis, 2009').waitFor();
}

async function recordVitals(stage: Stage, page: Page): Promise<void> {
  await page.keyboard.press('v');
  const form = dialog(page, 'Record vital signs');
  const enter = (label: string, value: string) => form.getByLabel(label, { exact: true }).fill(value);
  await enter('Blood pressure, systolic', '148');
  await enter('Blood pressure, diastolic', '88');
  await enter('Heart rate', '78');
  await enter('Weight', '74.2');
  await enter('Height', '168');
  await form.getByText('high').first().waitFor();
  await stage.picture('record-vitals');
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  await page
    .getByRole('region', { name: 'Vitals and results' })
    .getByRole('button', { name: /systolic.*148/ })
    .waitFor();
}

async function endProblem(stage: Stage, page: Page): Promise<void> {
  await page
    .getByRole('region', { name: 'Problems' })
    .getByRole('button', { name: /Cholecystitis/ })
    .click();
  const drawer = dialog(page, /^Problem$/);
  await drawer.getByRole('button', { name: 'End or correct' }).click();
  const form = dialog(page, /End problem/);
  await form.waitFor();
  await stage.picture('end-problem');
  await form.getByRole('button', { name: 'Save' }).click();
  await drawer.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: /Cholecystitis.*resolved/ }).waitFor();
}

/** A new note in the open chart; resolves when its first part has the focus. */
export async function beginNote(page: Page): Promise<void> {
  await page.keyboard.press('n');
  await page.getByLabel('Subjective').first().waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
}

async function writeNote(stage: Stage, page: Page): Promise<void> {
  await beginNote(page);
  await page.keyboard.type(note.subjective);
  await page.getByLabel('Objective').pressSequentially(note.objective);
  await page.getByLabel('Assessment').pressSequentially(note.assessment);
  await page.getByLabel('Plan').pressSequentially(note.plan);
  const typed = performance.now();
  await page.getByText(/saved \d+ s ago, encrypted/).waitFor();
  stage.report.timings.draftSaved = performance.now() - typed;
  await stage.picture('draft', 'both');
}

async function crash(stage: Stage): Promise<void> {
  const windows = stage.app.windowCount();
  const core = (await stage.app.corePids()).at(-1);
  if (core === undefined) throw new Error('there is no core to kill');
  process.kill(core, 'SIGKILL');
  await stage.app.nextWindow(windows);
  const fresh = await stage.page();
  await fresh.getByRole('heading', { name: 'Sign in' }).waitFor();
  await stage.picture('after-the-crash');
  const page = await stage.signIn(ana);
  await atMarta(page);
  const kept = await page.getByLabel('Plan').inputValue();
  if (kept !== note.plan) throw new Error('the draft is not what was typed before the crash');
}

async function sign(page: Page, title: string): Promise<void> {
  const form = dialog(page, title);
  await form.getByLabel('Your password').pressSequentially(ana.password);
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
}

async function signAndAmend(stage: Stage, page: Page): Promise<void> {
  await page.getByLabel('Plan').press('Control+Enter');
  await dialog(page, 'Sign this note').getByLabel('Your password').waitFor();
  await stage.picture('sign-note');
  await sign(page, 'Sign this note');
  const signed = page.getByRole('article').filter({ hasText: note.assessment });
  await signed.getByText('Signed').waitFor();

  await signed.getByRole('button', { name: 'Amend' }).click();
  await page
    .getByLabel('Note', { exact: true })
    .pressSequentially('Foot check: callus left heel, referred to podiatry.');
  await stage.picture('amendment');
  await page.keyboard.press('Control+Enter');
  await sign(page, 'Sign this amendment');
  await signed.getByText('1 amendment').waitFor();
  stage.report.counts.notesSigned = 2;
}

export async function write(stage: Stage): Promise<void> {
  const { counts } = stage.report;
  await stage.step('Add problems, an allergy, medications', async (page) => {
    await addProblem(page, 'Type 2 diabetes', '2014');
    await addProblem(page, 'Hypertension', '2016');
    await addProblem(page, 'Cholecystitis', '2018');
    await addAllergy(stage, page);
    await addMedication(page, 'Metformin 850 mg', '1-0-1', '2014');
    await addMedication(page, 'Ramipril 5 mg', '1-0-0', '2016');
    counts.added += 6;
  });
  await stage.step('End a problem', (page) => endProblem(stage, page));
  await stage.step('Record vital signs', async (page) => {
    await recordVitals(stage, page);
    counts.added += 4;
  });
  await stage.step('Write a note', (page) => writeNote(stage, page));
  await stage.step('Kill the core, find the draft again', () => crash(stage));
  await stage.step('Sign the note, amend it', (page) => signAndAmend(stage, page));
  await stage.step('See the chart', () => stage.picture('chart', 'both'));
}
