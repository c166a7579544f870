import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  admin,
  assertAccessible,
  lock,
  setUpByKeyboard,
  signIn,
  startWorkstation,
  type Workstation,
} from './clinic.ts';

describe('a clinic begins', { timeout: 180_000 }, () => {
  let workstation: Workstation;
  before(async () => {
    workstation = await startWorkstation();
  });
  after(() => workstation.stop());

  it('is set up by keyboard alone, every step without violations', async () => {
    const page = await workstation.app.page();
    await setUpByKeyboard(page, (where) => assertAccessible(page, where));
    assert.equal(await page.getByLabel('User name').inputValue(), admin.userName);
    await assertAccessible(page, 'sign-in');
  });

  it('refuses a wrong password in words, empties the field and keeps the focus in it', async () => {
    const page = await workstation.app.page();
    await signIn(page, admin.userName, 'not the password');
    await page.getByText('User name or password is not right.').waitFor();
    assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('type')), 'password');
  });

  it('signs in, shows only rooms that work, and locks by key into a fresh renderer', async () => {
    const page = await workstation.app.page();
    await page.getByRole('button', { name: 'Unlock', exact: true }).waitFor();
    await signIn(page, admin.userName, admin.password);
    const rail = page.getByRole('navigation', { name: 'Main' });
    await rail.waitFor();
    assert.deepEqual(await rail.getByRole('listitem').allTextContents(), [
      'Patients',
      'Import',
      'Audit log',
      'Reviews',
      'People',
      'Requests',
      'Recovery kit',
      'Roster',
      'Workstations',
      'Keys',
      'Updates',
      'Settings',
    ]);
    await page.getByText(/Locks in \d+:\d\d/).waitFor();
    await assertAccessible(page, 'patients');
    await rail.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await assertAccessible(page, 'settings');

    const locked = await lock(workstation);
    assert.equal(await locked.getByRole('navigation').count(), 0);
    await signIn(locked, admin.userName, admin.password);
    // back to where one was
    await locked.getByRole('heading', { name: 'Settings' }).waitFor();
  });

  it('keeps language and theme with the user', async () => {
    const page = await workstation.app.page();
    await page.getByRole('button', { name: new RegExp(admin.name) }).click();
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await assertAccessible(page, 'account');
    await page.getByLabel('dark').click();
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    await assertAccessible(page, 'account, dark');
    await page.getByLabel('Language', { exact: true }).selectOption('de');
    await page.getByRole('heading', { name: 'Ihr Konto' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  });
});
