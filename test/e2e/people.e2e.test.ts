import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import { totpCode, totpStep } from '../../src-main/core/crypto/totp.ts';
import {
  admin,
  assertAccessible,
  firstSignIn,
  lock,
  setUpByKeyboard,
  signIn,
  startWorkstation,
  type Workstation,
} from './clinic.ts';

const jonas = { name: 'Jonas Weber', userName: 'jonas.weber', password: 'copper meadow evening' };

/** RFC 4648. */
function fromBase32(text: string): Buffer {
  const letters = [...text.replaceAll(' ', '')];
  const bits = letters.map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'));
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

describe('people of a clinic', { timeout: 180_000 }, () => {
  let workstation: Workstation;
  let code = '';
  const openPeople = async (page: Page) => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'People' }).click();
    await page.getByRole('heading', { name: 'People', exact: true }).waitFor();
  };
  before(async () => {
    workstation = await startWorkstation();
    const page = await workstation.app.page();
    await setUpByKeyboard(page, async () => undefined);
    await signIn(page, admin.userName, admin.password);
  });
  after(() => workstation.stop());

  it('adds a person with a role after saying what is missing', async () => {
    const page = await workstation.app.page();
    await openPeople(page);
    await assertAccessible(page, 'people');
    await page.getByRole('button', { name: 'Add a person' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a person' });
    await dialog.getByRole('button', { name: 'Add a person' }).click();
    await dialog.getByText('Choose at least one role.').waitFor();
    await assertAccessible(page, 'add a person');
    await dialog.getByLabel('Name', { exact: true }).fill(jonas.name);
    await dialog.getByLabel('User name').focus();
    assert.equal(await dialog.getByLabel('User name').inputValue(), jonas.userName);
    await dialog.getByRole('checkbox', { name: /^reception/ }).click();
    await dialog.getByRole('button', { name: 'Add a person' }).click();
    const handOver = page.getByRole('dialog', { name: 'The person is invited' });
    code = (await handOver.locator('.ck-slip-codes li').textContent()) ?? '';
    assert.match(code, /^([a-z]+-){7}[a-z]+$/);
    await assertAccessible(page, 'hand over');
    await page.keyboard.press('Escape');
    await handOver.getByRole('button', { name: 'Copy' }).click();
    await handOver.getByText('Copied').waitFor();
    await handOver.getByRole('button', { name: 'I have it written down' }).press('Enter');
    await page.getByRole('row', { name: /Jonas Weber.*reception.*never.*invited/ }).waitFor();
    await page.getByText('Invited (1)').click();
    assert.equal(await page.getByRole('row').count(), 2);
    await page.getByText(/^Here now/).click();
    await assertAccessible(page, 'people with an invitation');
  });

  it('lets the new person in once by the code, then by a password of their own', async () => {
    let page = await lock(workstation);
    await signIn(page, jonas.userName, code);
    await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
    await assertAccessible(page, 'own password');
    const refused = await page.evaluate(() =>
      window.carekeep.call('sessions.setPreferences', { language: 'de', theme: 'dark' }),
    );
    assert.ok(!refused.ok && refused.error.code === 'sign-in-unfinished');
    await page.getByLabel('Password', { exact: true }).fill(code);
    await page.getByLabel('The same once more').fill(code);
    await page.keyboard.press('Enter');
    await page.getByText('This is the one-time code itself.').waitFor();
    const shown = workstation.app.windowCount();
    await page.getByRole('button', { name: 'Leave and lock' }).click();
    await workstation.app.nextWindow(shown);
    page = await workstation.app.page();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await firstSignIn(page, jonas.userName, code.toUpperCase().replaceAll('-', ' '), jonas.password);
    page = await lock(workstation);
    await signIn(page, jonas.userName, code);
    await page.getByText('User name or password is not right.').waitFor();
    await signIn(page, jonas.userName, jonas.password);
    const rail = page.getByRole('navigation', { name: 'Main' });
    await rail.waitFor();
    assert.deepEqual(await rail.getByRole('listitem').allTextContents(), ['Patients']);
  });

  it('asks for a code of an app once that is set up, and takes each code once', async () => {
    let page = await workstation.app.page();
    await page.getByRole('button', { name: /Jonas Weber.*your account/ }).click();
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await page.getByRole('button', { name: 'Set up' }).press('Enter');
    await page.getByLabel('Your password').fill(jonas.password);
    await page.keyboard.press('Enter');
    const secret = fromBase32((await page.locator('.ck-secret').textContent()) ?? '');
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    await assertAccessible(page, 'second factor');
    await page.getByLabel('Six-digit code').fill('000000');
    await page.keyboard.press('Enter');
    await page.getByText('This code is not right').waitFor();
    const first = totpStep(Date.now());
    await page.getByLabel('Six-digit code').fill(totpCode(secret, first));
    await page.keyboard.press('Enter');
    await page.getByText('The second factor is set up.').waitFor();
    const codes = await page.locator('.ck-slip-codes li').allTextContents();
    assert.equal(codes.length, 10);
    await assertAccessible(page, 'recovery codes');
    await page.getByRole('button', { name: 'I keep them safe' }).press('Enter');
    await page.getByText('10 recovery codes left.').waitFor();

    page = await lock(workstation);
    await signIn(page, jonas.userName, jonas.password);
    await page.getByRole('heading', { name: 'Code of your app' }).waitFor();
    await assertAccessible(page, 'code of the app');
    await page.keyboard.type(totpCode(secret, first));
    await page.keyboard.press('Enter');
    await page.getByText('was used before').waitFor();
    await page.keyboard.type(totpCode(secret, Math.max(first + 1, totpStep(Date.now()))));
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();

    page = await lock(workstation);
    await signIn(page, jonas.userName, jonas.password);
    await page.getByRole('heading', { name: 'Code of your app' }).waitFor();
    await page.keyboard.type((codes[3] ?? '').toLowerCase());
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('changes roles, and suspends: no sign-in until reactivated', async () => {
    let page = await lock(workstation);
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await openPeople(page);
    const change = page.getByRole('button', { name: 'Change Jonas Weber' });
    await change.click();
    await page.getByRole('menuitem', { name: 'Change roles' }).click();
    const roles = page.getByRole('dialog', { name: 'Roles of Jonas Weber' });
    await roles.getByRole('checkbox', { name: /^assistant/ }).click();
    await roles.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /Jonas Weber.*assistant.*reception/ }).waitFor();

    await page.getByRole('row', { name: /Jonas Weber.*second factor/ }).waitFor();
    await change.click();
    await page.getByRole('menuitem', { name: 'Clear second factor' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Clear second factor' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await change.click();
    await page.getByRole('menuitem', { name: 'Suspend' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('row', { name: /Jonas Weber.*suspended/ }).waitFor();

    page = await lock(workstation);
    await signIn(page, jonas.userName, jonas.password);
    await page.getByText('This account is suspended.').waitFor();
  });

  it('removes for good, and still shows the name', async () => {
    const page = await workstation.app.page();
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await openPeople(page);
    await page.getByRole('button', { name: 'Change Jonas Weber' }).click();
    await page.getByRole('menuitem', { name: 'Remove for good' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove Jonas Weber for good?' });
    await assertAccessible(page, 'remove');
    await dialog.getByRole('button', { name: 'Remove for good' }).click();
    await page.getByText('Removed (1)').click({ timeout: 60_000 });
    await page.getByRole('row', { name: /Jonas Weber.*removed/ }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Change Jonas Weber' }).count(), 0);
    await assertAccessible(page, 'removed');
  });
});
