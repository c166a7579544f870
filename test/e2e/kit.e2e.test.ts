import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import {
  admin,
  assertAccessible,
  hire,
  lock,
  setUpByKeyboard,
  signIn,
  startWorkstation,
  type Workstation,
} from './clinic.ts';

const ida = { name: 'Ida Berg', userName: 'ida.berg', password: 'copper meadow evening' };
const otto = { name: 'Otto Kern', userName: 'otto.kern', password: 'seven paper lanterns over water' };

describe('a kit on three sheets, and what takes two admins', { timeout: 240_000 }, () => {
  let workstation: Workstation;
  let sheets: readonly (readonly string[])[] = [];
  const open = async (page: Page, name: string) => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
  };
  const fillDrill = async (page: Page, wrong: boolean) => {
    for (const field of await page
      .getByRole('dialog')
      .getByLabel(/^Sheet \d, word \d+$/)
      .all()) {
      const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
      const [sheet = 1, position = 1] = [...label.matchAll(/\d+/g)].map(([digits]) => Number(digits));
      const word = sheets[sheet - 1]?.[position - 1] ?? '';
      await field.fill(wrong ? (word === 'zebra' ? 'abandon' : 'zebra') : word);
    }
  };

  before(async () => {
    workstation = await startWorkstation();
    const page = await workstation.app.page();
    const words = await setUpByKeyboard(page, (where) => assertAccessible(page, where), 'shares');
    sheets = [words.slice(0, 29), words.slice(29, 58), words.slice(58)];
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await hire(page, ida, ['admin']);
    await hire(page, otto, ['reception']);
  });
  after(() => workstation.stop());

  it('is drilled by a word of each sheet: failed, then passed', async () => {
    const page = await workstation.app.page();
    await open(page, 'Recovery kit');
    await page.getByText('Three sheets of 29 words, two suffice').waitFor();
    await assertAccessible(page, 'recovery kit');
    await page.getByRole('button', { name: 'Start the drill' }).click();
    await page.getByLabel(/^Sheet 3, word/).waitFor();
    await assertAccessible(page, 'drill');
    await fillDrill(page, true);
    await page.keyboard.press('Enter');
    await page.getByText(/Not passed/).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByLabel(/^Sheet 3, word/).waitFor();
    await fillDrill(page, false);
    await page.keyboard.press('Enter');
    await page.getByText(/Passed\. The kit is there/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByText(/^[✓ ]*passed$/).waitFor();
  });

  it('is made one sheet of two, and refuses the same sheet twice', async () => {
    const page = await workstation.app.page();
    await page.getByRole('button', { name: 'Make it anew…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make the kit anew' });
    await dialog.getByLabel('The 29 words of one sheet').fill((sheets[2] ?? []).join(' '));
    await dialog.getByLabel('The 29 words of another sheet').fill((sheets[2] ?? []).join(' '));
    await assertAccessible(page, 'make the kit anew');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText(/same sheet twice/).waitFor();
    await dialog.getByLabel('The 29 words of another sheet').fill((sheets[0] ?? []).join(' '));
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Your recovery kit' }).waitFor();
    assert.equal(await page.locator('ol.ck-kit li').count(), 24);
    await page.keyboard.press('Escape');
    await page.getByText('Three sheets of 29 words, two suffice').waitFor();
  });

  it('asks a second admin for what one alone may not do', async () => {
    const page = await workstation.app.page();
    await open(page, 'People');
    await page.getByRole('button', { name: `Change ${otto.name}` }).click();
    await page.getByRole('menuitem', { name: 'Change roles' }).click();
    const dialog = page.getByRole('dialog', { name: `Roles of ${otto.name}` });
    await dialog.getByRole('checkbox', { name: /^admin/ }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('button', { name: 'Ask a second admin' }).waitFor();
    await assertAccessible(page, 'ask a second admin');
    await dialog.getByRole('button', { name: 'Ask a second admin' }).click();
    await dialog.waitFor({ state: 'detached' });
    await open(page, 'Requests');
    await page.getByText(`Make ${otto.name} an admin`).waitFor();
    await page.getByRole('button', { name: 'Ask for something' }).click();
    await page.getByRole('radio', { name: /Export the whole record/ }).click();
    await assertAccessible(page, 'ask for something');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('waits for another admin').nth(1).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Agree' }).count(), 0);
  });

  it('lets the second one agree with the password, and either of them take everything out once', async () => {
    const page = await lock(workstation);
    await signIn(page, ida.userName, ida.password);
    await page.getByText('2 requests wait for you').waitFor({ state: 'attached' });
    await open(page, 'Requests');
    await assertAccessible(page, 'requests');
    const item = (text: RegExp) => page.getByRole('listitem').filter({ hasText: text });
    await item(/Make Otto Kern an admin/)
      .getByRole('button', { name: 'Agree' })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Agree to this?' });
    await dialog.getByLabel('Your password').fill('not the password');
    await page.keyboard.press('Enter');
    await dialog.getByText('User name or password is not right.').waitFor();
    await assertAccessible(page, 'agree');
    await dialog.getByLabel('Your password').fill(ida.password);
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /Make Otto Kern an admin.*done/ }).waitFor();

    await item(/Export the whole record/)
      .getByRole('button', { name: 'Agree' })
      .click();
    await dialog.getByLabel('Your password').fill(ida.password);
    await page.keyboard.press('Enter');
    await item(/Export the whole record/)
      .getByRole('button', { name: 'Export…' })
      .click();
    const file = join(workstation.folder, 'carekeep-export.ndjson');
    await workstation.app.answerDialogs([file]);
    await assertAccessible(page, 'export everything');
    await page.getByRole('button', { name: 'Choose where…' }).click();
    await page.getByRole('row', { name: /Export the whole record.*done/ }).waitFor();
    assert.ok(existsSync(file));
    assert.equal(readFileSync(file, 'utf8'), '');
    await assertAccessible(page, 'requests, past ones');
  });
});
