/** What belongs to the machine: updates, what IT set, what support may be shown; by the screens, with the keyboard alone. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import { invite, makeCoreClinic, person, profileOf, unlockedKeyring } from '../faults/core/clinic.ts';
import type { Keyring } from '../host/keyring.ts';
import { assertAccessible, signIn } from './clinic.ts';
import { type AppUnderTest, launchApp } from './launch.ts';

const technician = { userName: 'jonas.it', password: 'copper window eleven boats' };
const policies = {
  idleMinutes: 7,
  pinAllowed: false,
  exportAllowed: false,
  backendAddress: 'https://care.example.eu:8443',
  helpAddress: 'https://help.example.eu/carekeep',
};

describe('the machine', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-e2e-'));
  const home = join(folder, 'clinic');
  let keyring: Keyring;
  let app: AppUnderTest;
  let page: Page;
  const said: string[] = [];

  before(async () => {
    await makeCoreClinic(home, async (core) => {
      const colleague = { userName: technician.userName, displayName: 'Jonas Weber', roles: ['it' as const] };
      await invite(core, colleague, technician.password, 2);
    });
    keyring = await unlockedKeyring(home);
    const file = join(folder, 'policies.json');
    writeFileSync(file, JSON.stringify(policies), { mode: 0o600 });
    app = await launchApp({ profile: profileOf(home), env: keyring.env, args: ['--policies', file] });
    page = await shown();
    await signIn(page, technician.userName, technician.password);
    await rail().waitFor();
  });
  after(async () => {
    await app?.close();
    await keyring?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function shown(): Promise<Page> {
    const now = await app.page();
    now.setDefaultTimeout(10_000);
    now.on('console', (message) => {
      if (message.type() === 'error') said.push(message.text());
    });
    return now;
  }
  const rail = () => page.getByRole('navigation', { name: 'Main' });
  const card = (name: string) => page.getByRole('region', { name, exact: true });
  async function goTo(name: string): Promise<void> {
    await rail().getByRole('button', { name, exact: true }).press('Enter');
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }
  /** Accessible in one theme, or in both; `CAREKEEP_PICTURES` names a folder for pictures, always of both. */
  async function seen(name: string, ...themes: readonly ('light' | 'dark')[]): Promise<void> {
    const asked = process.env['CAREKEEP_PICTURES'] === undefined ? themes : (['light', 'dark'] as const);
    for (const colorScheme of asked) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
      await assertAccessible(page, `${name}, ${colorScheme}`);
      const pictures = process.env['CAREKEEP_PICTURES'];
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
    }
  }

  it('IT reads how updates stand, and why there are none here', async () => {
    await goTo('Updates');
    await page.getByText('Carekeep was started from its sources, not installed.').waitFor();
    await card('This workstation').getByText('Updates are off').waitFor();
    await seen('updates', 'light');
  });

  it('IT reads the policies of the machine, without a key to the record', async () => {
    await goTo('Settings');
    const set = card('Set by your IT staff');
    await set.getByText('From a policy file of this machine.').waitFor();
    await set.getByText('After 7 minutes').waitFor();
    assert.equal(await set.getByText('not allowed').count(), 2);
    await rail().getByRole('button', { name: 'Help' }).waitFor();
    await seen('policies', 'dark');
  });

  it('IT reads a diagnostics file through before there is one, and it is saved byte for byte', async () => {
    await card('Diagnostics for support').getByRole('button', { name: 'Read it through…' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Search in all parts').fill('version');
    await page.keyboard.press('Enter');
    await dialog.locator('mark[data-current="true"]').waitFor();
    await seen('diagnostics', 'light', 'dark');
    const path = join(folder, 'diagnostics.txt');
    await app.answerDialogs([path]);
    await dialog.getByRole('button', { name: 'Save…' }).press('Enter');
    await dialog.getByText('Saved. It is the text above').waitFor();
    const bytes = readFileSync(path);
    const hash = createHash('sha256').update(bytes).digest('hex');
    await dialog.getByText(hash).waitFor();
    await dialog.getByRole('tab', { name: /^Log of the last days/ }).click();
    const text = (await dialog.getByRole('tabpanel').locator('pre').textContent()) ?? '';
    assert.ok(text !== '' && bytes.toString('utf8').includes(text));
    assert.doesNotMatch(bytes.toString('utf8'), /Eva|eva\.example|Jonas|jonas\.it/);
    await page.keyboard.press('Escape');
  });

  it('what IT set is shown locked to an admin, each with its reason', async () => {
    const windows = app.windowCount();
    await page.keyboard.press('Control+l');
    await app.nextWindow(windows);
    page = await shown();
    await page.getByRole('button', { name: 'Help' }).waitFor();
    await signIn(page, person.userName, person.password);
    await goTo('Settings');
    const minutes = card('Auto-lock').getByLabel('Minutes');
    assert.equal(await minutes.inputValue(), '7');
    assert.equal(await minutes.getAttribute('readonly'), '');
    await card('Auto-lock').getByText('Set by your IT staff for this workstation.').waitFor();
    await card('Quick return').getByText('Your IT staff do not allow a PIN').waitFor();
    await seen('managed', 'light');
    await goTo('Audit log');
    const way = page.getByRole('button', { name: 'Export for an auditor' });
    await way.focus();
    await page.getByRole('tooltip').getByText('have switched off export and print').waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await page.getByRole('dialog').count(), 0);
    await goTo('Workstations');
    await page.getByRole('button', { name: 'Connect the clinic' }).press('Enter');
    const address = page.getByRole('dialog').getByLabel('Address');
    assert.equal(await address.inputValue(), 'care.example.eu:8443');
    assert.equal(await address.getAttribute('readonly'), '');
    assert.deepEqual(said, []);
  });
});
