/** Finding a patient, reading charts, and a patient who is new, or perhaps not. */
import type { Page } from 'playwright';
import { marta } from './cast.ts';
import { dialog, goTo, type Stage } from './stage.ts';
import { fromKey } from './stopwatch.ts';

/** How many of the imported charts are opened, for their timings. */
const chartsToOpen = 5;

/** `at`: how many of the same name stand above in the list. */
export type Found = { readonly family: string; readonly given: string; readonly at: number };

async function openFinder(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await dialog(page, 'Find a patient').getByRole('combobox').waitFor();
}

/** Types letter by letter, taking the time of each until the list answers. */
async function typeTimed(stage: Stage, page: Page, text: string): Promise<void> {
  for (const letter of text) {
    // a space asks nothing new, and other letters are not on the keyboard that is played here
    const took = /[!-~]/.test(letter)
      ? await fromKey(page, letter, '[role=dialog] [role=listbox][aria-busy=false]')
      : await page.keyboard.type(letter).then(() => null);
    if (took !== null) stage.report.timings.keystrokeToResults.push(took);
  }
  await page.locator('[role=dialog] [role=listbox][aria-busy=false]').waitFor();
}

/** Who came in, as the finder lists them with an empty box. */
async function patientsHere(page: Page): Promise<readonly Found[]> {
  const answer = await page.evaluate(() => window.carekeep.call('patients.recent', {}));
  if (!answer.ok) throw new Error(answer.error.code);
  const patients = answer.value.patients.filter(({ family }) => beginning(family, 1) !== '');
  return patients.map(({ family, given }, index) => ({
    family,
    given,
    at: patients.slice(0, index).filter((other) => other.family === family && other.given === given).length,
  }));
}

/** The first letters of a name's first word. */
const beginning = (name: string, letters: number) => /[\p{L}\p{M}]+/u.exec(name)?.[0].slice(0, letters) ?? '';

/** Finds a patient by the beginnings of both names and opens the chart with Enter. */
export async function openChart(stage: Stage, page: Page, { family, given, at }: Found, shot?: () => Promise<void>) {
  await openFinder(page);
  const words = `${beginning(family, 5)} ${beginning(given, 4)}`.trim().toLowerCase();
  await typeTimed(stage, page, words);
  const option = dialog(page, 'Find a patient').getByRole('option').filter({ hasText: family });
  await option.nth(at).waitFor();
  for (let down = 0; down < at; down += 1) await page.keyboard.press('ArrowDown');
  await shot?.();
  // the time is true only where the name was not on the screen before
  const fresh = (await page.getByRole('heading', { level: 1, name: family }).count()) === 0;
  const took = await fromKey(page, 'Enter', 'h1', family);
  if (took === null) throw new Error('the chart did not open');
  if (fresh) stage.report.timings.chartOpen.push(took);
  await dialog(page, 'Find a patient').waitFor({ state: 'detached' });
  await page.getByRole('tab', { name: /^Notes/ }).waitFor();
}

async function readTabs(stage: Stage, page: Page): Promise<void> {
  for (const tab of ['Timeline', 'Results', 'Documents', 'All records']) {
    await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
    await page.getByRole('tabpanel').waitFor();
    await stage.picture(`chart-${tab.toLowerCase().replace(' ', '-')}`, tab === 'Results' ? 'both' : 'light');
  }
  // where a record came from, and how it is stored
  const record = page.getByRole('tabpanel').getByRole('listitem').getByRole('button').first();
  if ((await record.count()) > 0) {
    await record.click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: 'Show as stored' }).click();
    await drawer.getByText('"resourceType"').waitFor();
    await stage.picture('record-as-stored');
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
  }
  await page.getByRole('tab', { name: /^Notes/ }).click();
}

async function addMarta(stage: Stage, page: Page): Promise<void> {
  await openFinder(page);
  await page.keyboard.type(`${marta.family}, ${marta.given} ${marta.birthDate}`);
  await page.getByText('No patient found for').waitFor();
  await stage.picture('find-nobody');
  await page.keyboard.press('Control+n');
  const form = dialog(page, 'New patient');
  await form.getByLabel('Sex').selectOption({ label: 'Female' });
  await form.getByLabel('Former name').pressSequentially(marta.former);
  await form.getByLabel('Phone').pressSequentially(marta.phone);
  if ((await form.getByLabel('Kind of number 1').count()) === 0)
    await form.getByRole('button', { name: 'Add a number' }).click();
  await form.getByLabel('Kind of number 1').fill(marta.numberKind);
  await form.getByLabel('Number 1', { exact: true }).fill(marta.number);
  await stage.picture('new-patient', 'both');
  await form.getByRole('button', { name: 'Add patient' }).click();
  await page.getByRole('heading', { level: 1, name: marta.heading }).waitFor();
  await page.getByText('Allergies not asked').waitFor();
  await stage.picture('chart-empty');
}

async function warnOfDuplicate(stage: Stage, page: Page): Promise<void> {
  await openFinder(page);
  await page.keyboard.type('mar');
  await dialog(page, 'Find a patient').getByRole('option').filter({ hasText: marta.family }).waitFor();
  await stage.picture('find-by-beginnings');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('marta elena, muller 14.3.1971');
  await page.keyboard.press('Control+n');
  const form = dialog(page, 'New patient');
  await form.getByText('Family and given name the other way round').waitFor();
  await stage.picture('duplicate-warning');
  if (await form.getByRole('button', { name: 'Add patient' }).isEnabled())
    throw new Error('a likely duplicate could be added without a word');
  await form.getByRole('button', { name: 'Open that chart' }).first().click();
  await form.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 1, name: marta.heading }).waitFor();
}

/** How many records the open chart holds, as its last tab says. */
async function recordsShown(page: Page): Promise<number> {
  const label = await page.getByRole('tab', { name: /^All records/ }).textContent();
  return Number(/\d+/.exec(label ?? '')?.[0] ?? 0);
}

/** Returns whose chart holds most of the patients who came in; undefined when nobody did. */
export async function findAndRead(stage: Stage): Promise<Found | undefined> {
  let fullest: { readonly patient: Found; readonly records: number } | undefined;
  await stage.step('Find patients and open their charts', async (page) => {
    await goTo(page, 'Patients');
    await stage.picture('patients', 'both');
    const here = await patientsHere(page);
    for (const patient of here.slice(0, chartsToOpen)) {
      await openChart(stage, page, patient, patient === here[0] ? () => stage.picture('find', 'both') : undefined);
      const records = await recordsShown(page);
      if (fullest === undefined || records > fullest.records) fullest = { patient, records };
    }
  });
  await stage.step('Read every part of a chart', async (page) => {
    if (fullest === undefined) return;
    await openChart(stage, page, fullest.patient);
    await stage.picture('chart-imported', 'both');
    await readTabs(stage, page);
  });
  await stage.step('Add a new patient', (page) => addMarta(stage, page));
  await stage.step('Be warned of a likely duplicate', (page) => warnOfDuplicate(stage, page));
  return fullest?.patient;
}
