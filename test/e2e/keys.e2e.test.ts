import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import { authority } from '../fixtures/certificates.ts';
import { SyslogServer } from '../unit/audit/syslog-server.ts';
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

  it('sends the audit log to a server of the clinic, with the keyboard alone', async () => {
    const own = authority('Clinic authority');
    const server = new SyslogServer(own.server({ names: ['127.0.0.1'] }));
    await server.start();
    try {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Settings' }).press('Enter');
      const card = page.getByRole('region', { name: 'Log server' });
      await card.getByRole('button', { name: 'Set up' }).press('Enter');
      await card.getByLabel('Address').press('Enter');
      await card.getByText('Please fill this in.').first().waitFor();
      await card.getByLabel('Address').fill('127.0.0.1');
      await card.getByLabel('Port').fill(String(server.port));
      await card.getByLabel('Certificate of the authority').fill(authority('Somebody').cert);
      await card.getByText('CN=Somebody').waitFor();
      await card.getByRole('button', { name: 'Test the connection' }).press('Enter');
      await card.getByText('was not signed by the authority given here').waitFor();
      await assertAccessible(page, 'log server form');
      assert.equal(server.bytes, 0);
      await card.getByLabel('Certificate of the authority').fill(own.cert);
      await card.getByText('CN=Clinic authority').waitFor();
      await card.getByRole('radio', { name: /^The whole log/ }).press('Space');
      await card.getByRole('button', { name: 'Send the log there' }).press('Enter');
      await card.getByText('Goes on with').waitFor();
      for (let wait = 0; server.received.length === 0; wait += 1) {
        assert.ok(wait < 200);
        await page.waitForTimeout(50);
      }
      assert.equal(server.received[0]?.seq, 0);
      await card.getByRole('button', { name: 'Switch off' }).press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).press('Enter');
      await card.getByRole('button', { name: 'Switch on' }).waitFor();
    } finally {
      await server.stop();
    }
  });
});
