/** A clinic made through the screens, on a fresh profile with a keyring of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import type { Role } from '../../src-shared/contract/permissions.ts';
import { startKeyring } from '../host/keyring.ts';
import { type AppUnderTest, launchApp } from './launch.ts';

export const admin = { name: 'Dr. Ana Ruiz', userName: 'ana.ruiz', password: 'harbour lantern seven' };

export type Workstation = { readonly app: AppUnderTest; readonly folder: string; readonly stop: () => Promise<void> };

/** The built application on an empty profile. */
export async function startWorkstation(): Promise<Workstation> {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-e2e-'));
  const keyring = await startKeyring({ dir: folder, password: 'keyring of a test' });
  const app = await launchApp({ profile: join(folder, 'profile'), env: keyring.env });
  return {
    app,
    folder,
    stop: async () => {
      await app.close();
      await keyring.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** WCAG 2.2 A and AA, on what is shown now. */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  assert.deepEqual(found, [], where);
}

/** From the wizard's first step to the sign-in screen, with the keyboard alone. Answers the recovery words. */
export async function setUpByKeyboard(
  page: Page,
  check: (where: string) => Promise<void>,
  form: 'code' | 'shares' = 'code',
): Promise<readonly string[]> {
  const keys = page.keyboard;
  await page.getByRole('radio', { name: 'English' }).press('Space');
  await page.getByRole('heading', { name: 'Welcome to Carekeep' }).waitFor();
  await check('language');
  await page.getByRole('button', { name: 'Continue' }).press('Enter');

  // the first field has the focus at each step
  await page.getByLabel('Name of the clinic').waitFor();
  await check('clinic');
  await keys.type('Praxis am Hafen');
  await keys.press('Tab');
  await keys.type('Germany');
  await keys.press('ArrowDown');
  await keys.press('Enter');
  await keys.press('Tab');
  await keys.type('Consulting room 2');
  await keys.press('Enter');

  await page.getByRole('heading', { name: 'The first admin' }).waitFor();
  await check('admin');
  await keys.type(admin.name);
  await keys.press('Tab');
  assert.equal(await page.getByLabel('User name').inputValue(), admin.userName);
  await keys.press('Tab');
  await keys.press('Space');
  await keys.press('Enter');

  await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
  await keys.type('password1');
  await page.getByText('The password is too short').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(admin.password);
  await page.getByText('Strength:').waitFor();
  await check('password');
  await page.getByLabel('The same once more').fill(admin.password);
  await keys.press('Enter');

  await page.getByRole('heading', { name: 'The way back in' }).waitFor();
  await check('paper');
  if (form === 'shares') await page.getByRole('radio', { name: /Three sheets/ }).press('Space');
  await page.getByRole('button', { name: 'Continue' }).press('Enter');

  await page.getByText('The keychain keeps secrets.').waitFor();
  await check('keychain');
  await page.getByRole('button', { name: 'Make the clinic' }).press('Enter');

  await page.getByRole('heading', { name: 'Your recovery kit' }).waitFor();
  const words: string[] = [];
  for (const sheet of form === 'code' ? [0] : [1, 2, 3]) {
    if (sheet > 0) await page.getByText(`Sheet ${sheet} of 3`, { exact: true }).click();
    words.push(...(await page.locator('ol.ck-kit li').allTextContents()));
  }
  assert.equal(words.length, form === 'code' ? 24 : 87);
  await check('kit');
  await page.getByRole('button', { name: 'Continue' }).press('Enter');

  await page.getByRole('heading', { name: 'Two words back, please' }).waitFor();
  await check('confirm');
  for (const field of await page.getByLabel(/[Ww]ord \d+$/).all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
    const [first = 1, second] = [...label.matchAll(/\d+/g)].map(([digits]) => Number(digits));
    const at = second === undefined ? first : (first - 1) * 29 + second;
    await field.fill(words[at - 1] ?? '');
  }
  await keys.press('Enter');

  await page.getByRole('heading', { name: 'Carekeep is ready' }).waitFor();
  await page.getByRole('button', { name: 'Go to sign-in' }).press('Enter');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  return words;
}

export async function signIn(page: Page, userName: string, password: string): Promise<void> {
  await page.getByLabel('User name').fill(userName);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

type Newcomer = { readonly name: string; readonly userName: string; readonly password: string };

/** Beside the screens, in the page of the admin who is signed in there: a person who came once and chose a password. */
export async function hire(page: Page, { name, userName, password }: Newcomer, roles: readonly Role[]): Promise<void> {
  const failed = await page.evaluate(
    async ({ person, next, chief }) => {
      const { carekeep } = window;
      const invited = await carekeep.call('users.create', person);
      if (!invited.ok) return invited.error.code;
      const { code } = invited.value.invitation;
      const steps = [
        await carekeep.call('sessions.signIn', { userName: person.userName, password: code }),
        await carekeep.call('sessions.finishPassword', { next }),
        await carekeep.call('sessions.signIn', chief),
      ];
      return steps.flatMap((step) => (step.ok ? [] : [step.error.code])).join(' ');
    },
    {
      person: { displayName: name, userName, roles: [...roles] },
      next: password,
      chief: { userName: admin.userName, password: admin.password },
    },
  );
  assert.equal(failed, '');
}

/** At the sign-in screen: the one-time code, and a password of one's own. The frame is shown after it. */
export async function firstSignIn(page: Page, userName: string, code: string, password: string): Promise<void> {
  await signIn(page, userName, code);
  await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('The same once more').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

/** Ctrl+L, then the page of the fresh renderer. */
export async function lock({ app }: Workstation): Promise<Page> {
  const before = app.windowCount();
  await (await app.page()).keyboard.press('Control+l');
  await app.nextWindow(before);
  const page = await app.page();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  return page;
}
