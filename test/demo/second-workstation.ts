/**
 * A second workstation: the clinic is connected to a backend, another computer joins, both change the same without a
 * network, meet, one settles what collided, and in the end one is taken out.
 */
import type { Page } from 'playwright';
import { type DemoBackend, startBackend } from './backend.ts';
import { ana, clinic, jonas, lena, marta, type Person } from './cast.ts';
import { openChart } from './finding.ts';
import { dialog, goTo, openStage, rail, type Stage } from './stage.ts';

const second = 'Reception';
const theirs = { first: '+49 40 555 0101', second: '+49 40 555 0202' };
const meets = 60_000;

async function as(stage: Stage, person: Person): Promise<Page> {
  await stage.lock();
  return stage.signIn(person);
}

async function connect(stage: Stage, backend: DemoBackend): Promise<void> {
  const token = await backend.clinic(clinic.name);
  const page = await as(stage, lena);
  await goTo(page, 'Workstations');
  await page.getByRole('button', { name: 'Connect the clinic' }).click();
  const form = dialog(page, 'Connect the clinic');
  await form.getByLabel('Address').fill(backend.address);
  await form.getByRole('button', { name: 'Ask who is there' }).click();
  await form.getByText('Clinic Backends eG').waitFor();
  const shown = (await form.locator('.ck-fingerprint').first().textContent())?.replace(/[^0-9A-F]/g, '');
  if (shown !== backend.fingerprint.replaceAll(':', '')) throw new Error('another fingerprint than the operator’s');
  await form.getByRole('checkbox', { name: 'I have compared it: it is the same' }).click();
  await form.getByLabel('Token of the clinic').fill(token);
  await stage.picture('connect-clinic', 'both');
  await form.getByRole('button', { name: 'Connect', exact: true }).click();
  await form.waitFor({ state: 'detached' });
  await page.getByText('Clinic Backends eG').waitFor();
}

const wordsOf = async (page: Page): Promise<string> =>
  (await page.getByRole('list', { name: 'The six words' }).getByRole('listitem').allTextContents()).join(' ');

async function join(stage: Stage, other: Stage): Promise<void> {
  const page = await stage.page();
  await page.getByRole('button', { name: 'Add a workstation' }).click();
  const form = dialog(page, 'Add a workstation');
  await form.getByRole('button', { name: 'Make a code' }).click();
  await form.locator('.ck-enrol-code li').nth(7).waitFor();
  const code = await form.locator('.ck-enrol-code li').allTextContents();
  const address = (await form.locator('.ck-enrol-address').textContent()) ?? '';
  await stage.picture('add-workstation', 'both');

  const there = await other.page();
  await there.getByRole('button', { name: 'Join a clinic' }).click();
  await there.getByLabel('Address').fill(address);
  await there.getByLabel('Code', { exact: true }).fill(code.join(' '));
  await there.getByLabel('Name of this workstation').fill(second);
  await other.picture('join-clinic', 'both');
  await there.getByRole('button', { name: 'Ask to join' }).click();
  await there.getByRole('heading', { name: 'Are the words the same?' }).waitFor();

  await form.getByText(`“${second}” asks to join`).waitFor({ timeout: meets });
  const [here, elsewhere] = [await wordsOf(page), await wordsOf(there)];
  if (here === '' || here !== elsewhere) throw new Error('the two screens show other words');
  await stage.picture('compare-words');
  await other.picture('compare-words-there', 'both');
  await form.getByRole('button', { name: 'The words are the same' }).click();
  await form.getByText(`“${second}” is in`).waitFor();
  await page.keyboard.press('Escape');
  await there.getByText('✓ The clinic has admitted this workstation.').waitFor({ timeout: meets });
  await there.getByRole('button', { name: 'The words are the same: begin' }).click();
  await there.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: meets });
}

async function receive(other: Stage): Promise<void> {
  const page = await other.signIn(jonas);
  await page.getByText('Up to date').first().waitFor({ timeout: meets });
  await openChart(other, page, { family: marta.family, given: marta.given, at: 0 });
  await page.getByRole('article').first().waitFor();
  await other.picture('arrived', 'both');
}

async function changePhone(stage: Stage, phone: string): Promise<void> {
  const page = await stage.page();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const form = dialog(page, 'Personal details');
  await form.getByLabel('Phone').fill(phone);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'detached' });
}

async function apart(stage: Stage, other: Stage, backend: DemoBackend): Promise<void> {
  await backend.stop();
  const page = await as(stage, ana);
  await openChart(stage, page, { family: marta.family, given: marta.given, at: 0 });
  await changePhone(stage, theirs.first);
  await changePhone(other, theirs.second);
  await page
    .getByText(/^Offline/)
    .first()
    .waitFor({ timeout: meets });
  await stage.picture('offline', 'both');
}

async function meet(stage: Stage, other: Stage, backend: DemoBackend): Promise<void> {
  await backend.again();
  const page = await stage.page();
  await rail(page).getByRole('button', { name: 'To settle' }).waitFor({ timeout: meets });
  await rail(page).getByRole('button', { name: 'To settle' }).click();
  await page.getByRole('heading', { level: 1, name: 'Two people changed the same' }).waitFor();
  const both = [theirs.first, theirs.second].map((phone) => page.getByText(phone).first().waitFor());
  await Promise.all(both);
  await stage.picture('conflict', 'both');
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('region', { name: 'Two people changed the same' }).getByText('Nothing to settle').waitFor();
  // Settled here is settled there: the other chart shows the same number and asks nothing any more.
  const there = await other.page();
  await rail(there).getByRole('button', { name: 'To settle' }).waitFor({ state: 'detached', timeout: meets });
  await other.picture('settled-there');
}

async function seeWorkstations(stage: Stage): Promise<void> {
  const page = await as(stage, lena);
  await goTo(page, 'Workstations');
  await page.getByRole('row', { name: new RegExp(second) }).waitFor();
  await stage.picture('workstations', 'both');
}

async function takeOut(stage: Stage, other: Stage): Promise<void> {
  const page = await stage.page();
  await page.getByRole('button', { name: `Take out: ${second}` }).click();
  const sure = dialog(page, new RegExp(`Take ${second} out`));
  await stage.picture('take-out');
  await sure.getByRole('button', { name: 'Take out' }).click();
  await sure.waitFor({ state: 'detached' });
  const there = await other.page();
  await there.getByText('This workstation was taken out of the clinic').waitFor({ timeout: meets });
  await other.picture('taken-out', 'both');
}

/** @returns the key of the witness that has cosigned this workstation's log meanwhile */
export async function meetTheOther(stage: Stage): Promise<string> {
  const backend = await startBackend();
  try {
    await stage.step('Connect the clinic to its backend', () => connect(stage, backend));
    const other = await openStage(stage.report, stage.out);
    try {
      await stage.step('A second workstation joins', () => join(stage, other));
      await stage.step('The record arrives there', () => receive(other));
      await stage.step('Both change the same, without a network', () => apart(stage, other, backend));
      await stage.step('They meet, and one settles it', () => meet(stage, other, backend));
      await stage.step('See the workstations', () => seeWorkstations(stage));
      await stage.step('Take the second one out', () => takeOut(stage, other));
    } finally {
      await other.close();
    }
    // A lock takes a checkpoint, and the first contact after the next sign-in shows it to the witness.
    const page = await as(stage, lena);
    await page.getByText('Up to date').first().waitFor({ timeout: meets });
    await page.waitForTimeout(3000);
    return await backend.witnessKey();
  } finally {
    await backend.close();
  }
}
