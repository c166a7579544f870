import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import { admin, assertAccessible, setUpByKeyboard, signIn, startWorkstation, type Workstation } from './clinic.ts';

describe('keys', { timeout: 240_000 }, () => {
  let workstation: Workstation;
  let page: Page;
  before(async () => {
    workstation = await startWorkstation();
    page = await workstation.app.page();
    await setUpByKeyboard(page, async () => undefined);
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Keys', exact: true }).click();
    await page.getByRole('row', { name: /Database key/ }).waitFor();
  });
  after(() => workstation.stop());

  const renew = async (name: string): Promise<void> => {
    const button = page.getByRole('button', { name: `Renew: ${name}`, exact: true });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
  };

  it('shows each key with its age, and is accessible', async () => {
    for (const name of ['Database key', 'Clinic key', 'Device secret', 'Device keys', 'Recovery kit', 'Personal keys'])
      await page.getByRole('row', { name: new RegExp(name) }).waitFor();
    await assertAccessible(page, 'keys');
  });

  it('renews the database key with the keyboard alone, and the record is there afterwards', async () => {
    await renew('Database key');
    await assertAccessible(page, 'keys');
    await page.getByRole('dialog').getByRole('button', { name: 'Renew' }).press('Enter');
    await page.getByText('The database has a new key.').first().waitFor();
    const row = page.getByRole('row', { name: /Database key/ });
    await row.getByRole('time').or(row.locator('time')).first().waitFor();
    const told = await page.evaluate(() => window.carekeep.call('keys.report', {}));
    assert.ok(told.ok);
    const database = told.value.keys.find(({ kind }) => kind === 'database');
    assert.equal(database?.number, 2);
    const recent = await page.evaluate(() => window.carekeep.call('users.list', {}));
    assert.ok(recent.ok);
  });

  it('renews device secret, clinic key and one’s own keys', async () => {
    await renew('Device secret');
    await page.getByRole('dialog').getByRole('button', { name: 'Renew' }).click();
    await page.getByText('The device secret is renewed.').first().waitFor();
    await renew('Clinic key');
    await page.getByRole('dialog').getByRole('button', { name: 'Renew' }).click();
    await page.getByText('The clinic has a new key.').first().waitFor();
    await renew(`Personal keys ${admin.name}`);
    await page.getByRole('dialog').getByLabel('Your password').fill(admin.password);
    await page.getByRole('dialog').getByRole('button', { name: 'Renew' }).click();
    await page.getByText('Your keys are renewed.').first().waitFor();
  });
});
