/** The clinic begins: set-up with the recovery kit, and the people who work there. */
import { join } from 'node:path';
import type { Page } from 'playwright';
import { clinic, lena, type Person, staff } from './cast.ts';
import { dialog, goTo, rail, type Stage } from './stage.ts';

const next = (page: Page) => page.getByRole('button', { name: 'Continue' }).click();

async function describeClinic(stage: Stage, page: Page): Promise<void> {
  await stage.picture('setup-language', 'both');
  await page.getByRole('radio', { name: 'English' }).click();
  await next(page);

  const country = page.getByRole('combobox', { name: 'Country' }).or(page.getByLabel('Country'));
  await page.getByLabel('Name of the clinic').pressSequentially(clinic.name);
  await country.first().click();
  await page.keyboard.type(clinic.country);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const chosen = await country.first().inputValue();
  if (chosen !== clinic.country) throw new Error(`the country is ${chosen}`);
  await page.getByLabel('Name of this workstation').fill('');
  await page.getByLabel('Name of this workstation').pressSequentially(clinic.workstation);
  await stage.picture('setup-clinic');
  await next(page);

  await page.getByRole('heading', { name: 'The first admin' }).waitFor();
  await page.getByLabel('Name', { exact: true }).pressSequentially(lena.name);
  await page.getByLabel('User name').focus();
  await stage.picture('setup-admin');
  await next(page);

  await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
  await page.getByLabel('Password', { exact: true }).pressSequentially(lena.password);
  await page.getByText('Strength:').waitFor();
  await page.getByLabel('The same once more').pressSequentially(lena.password);
  await stage.picture('setup-password');
  await next(page);

  await page.getByRole('heading', { name: 'The way back in' }).waitFor();
  await stage.picture('setup-paper');
  await next(page);

  await page.getByText('The keychain keeps secrets.').waitFor();
  await stage.picture('setup-keychain');
}

async function keepTheKit(stage: Stage, page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Make the clinic' }).click();
  await page.getByRole('heading', { name: 'Your recovery kit' }).waitFor();
  const words = await page.locator('ol.ck-kit li').allTextContents();
  if (words.length !== 24) throw new Error(`the kit shows ${words.length} words`);
  await stage.app.answerDialogs([join(stage.out, 'recovery-kit.pdf')]);
  await page.getByRole('button', { name: 'Save as PDF…' }).click();
  await page.getByText('The PDF is saved.').waitFor();
  await stage.picture('setup-kit');
  await next(page);

  await page.getByRole('heading', { name: 'Two words back, please' }).waitFor();
  for (const field of await page.getByLabel(/^Word \d+$/).all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
    await field.pressSequentially(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
  }
  await stage.picture('setup-confirm');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Carekeep is ready' }).waitFor();
  await stage.picture('setup-ready');
  await page.getByRole('button', { name: 'Go to sign-in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

/** Invites a person. @returns the one-time code of the first sign-in */
async function add(page: Page, person: Person, beforeSaving: () => Promise<void>): Promise<string> {
  await page.getByRole('button', { name: 'Add a person' }).click();
  const form = dialog(page, 'Add a person');
  await form.getByLabel('Name', { exact: true }).pressSequentially(person.name);
  await form.getByLabel('User name').focus();
  await form.getByRole('checkbox', { name: new RegExp(`^${person.role}`) }).click();
  await beforeSaving();
  await form.getByRole('button', { name: 'Add a person' }).click();
  const handOver = dialog(page, 'The person is invited');
  const code = await handOver.locator('.ck-slip-codes li').textContent();
  await handOver.getByRole('button', { name: 'I have it written down' }).click();
  await page.getByRole('row', { name: new RegExp(`${person.name}.*${person.userName}`) }).waitFor();
  await handOver.waitFor({ state: 'detached' });
  return code ?? '';
}

/** The person comes for the first time, with the code in hand. */
async function come(stage: Stage, person: Person, code: string): Promise<void> {
  const page = await stage.lock();
  await page.getByLabel('User name').fill(person.userName);
  await page.getByLabel('Password', { exact: true }).fill(code);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
  await page.getByLabel('Password', { exact: true }).pressSequentially(person.password);
  await page.getByLabel('The same once more').pressSequentially(person.password);
  if (person === staff[0]) await stage.picture('own-password');
  await page.keyboard.press('Enter');
  await rail(page).waitFor();
}

export async function begin(stage: Stage): Promise<void> {
  await stage.step('Set the clinic up', (page) => describeClinic(stage, page));
  await stage.step('Keep the recovery kit', (page) => keepTheKit(stage, page));
  await stage.step('Sign in as the first admin', async () => {
    await stage.signIn(lena);
  });
  const codes = new Map<Person, string>();
  await stage.step('Invite the people', async (page) => {
    await goTo(page, 'People');
    for (const person of staff) {
      const code = await add(page, person, async () => {
        if (person === staff[0]) await stage.picture('add-a-person');
      });
      codes.set(person, code);
    }
    stage.report.counts.users = 1 + staff.length;
    await stage.picture('people', 'both');
  });
  await stage.step('Let each choose a password of their own', async () => {
    for (const [person, code] of codes) await come(stage, person, code);
    await stage.lock();
    await stage.signIn(lena);
  });
  await stage.step('Look at the settings', async (page) => {
    await goTo(page, 'Settings');
    await stage.picture('settings');
  });
}
