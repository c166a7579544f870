/** The three forms that ask for a code of the second factor: anything else is refused in words, and the code taken. */
import type { Page } from 'playwright';
import { totpCode, totpStep } from '../../../src-main/core/crypto/totp.ts';
import type { AppUnderTest } from '../../e2e/launch.ts';
import { person } from '../core/clinic.ts';
import { hold } from '../kind.ts';
import { fitted } from './payloads.ts';
import { arm, inspect } from './views.ts';

/** RFC 4648. */
function fromBase32(text: string): Buffer {
  const letters = [...text.replaceAll(' ', '')];
  const bits = letters.map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'));
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

async function refused(page: Page, where: string): Promise<void> {
  await page.getByText('This code is not right').waitFor();
  await inspect(page, where);
}

/** Sets a second factor up, fails to remove it, and leaves it. @returns a recovery code */
async function inAccount(page: Page, code: string): Promise<string> {
  await page.getByRole('button', { name: /your account/ }).click();
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByLabel('Your password').fill(person.password);
  await page.keyboard.press('Enter');
  const secret = fromBase32((await page.locator('.ck-secret').textContent()) ?? '');
  const field = page.getByLabel('Six-digit code');
  await field.fill(code);
  await page.keyboard.press('Enter');
  await refused(page, 'first code');
  await field.fill(totpCode(secret, totpStep(Date.now())));
  await page.keyboard.press('Enter');
  await page.getByText('The second factor is set up.').waitFor();
  await inspect(page, 'recovery codes');
  const [recovery = ''] = await page.locator('.ck-slip-codes li').allTextContents();
  await page.getByRole('button', { name: 'I keep them safe' }).click();
  await page.getByRole('button', { name: 'Remove second factor' }).click();
  await page.getByLabel('Your password').fill(person.password);
  await page.getByLabel('Code', { exact: true }).fill(code);
  await page.keyboard.press('Enter');
  await refused(page, 'removing the second factor');
  return recovery;
}

/** @returns the page after signing in again */
export async function typeCodes(app: AppUnderTest, text: string): Promise<Page> {
  // twice where it is shorter than any code: the button would stay grey
  const code = fitted(text.length < 6 ? text + text : text, 24);
  hold(code.length >= 6, 'too short to be sent');
  const before = app.windowCount();
  const recovery = await inAccount(await app.page(), code);
  await (await app.page()).keyboard.press('Control+l');
  await app.nextWindow(before);
  const page = await app.page();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await arm(page);
  await page.getByLabel('User name').fill(person.userName);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  const field = page.getByLabel('Six-digit code');
  await field.fill(code);
  await page.keyboard.press('Enter');
  await refused(page, 'code at sign-in');
  await field.fill(recovery);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  return page;
}
