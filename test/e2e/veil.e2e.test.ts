import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright';
import { admin, assertAccessible, setUpByKeyboard, signIn, startWorkstation, type Workstation } from './clinic.ts';

const pin = '274951';

const chartOf = (page: Page) => page.getByRole('heading', { level: 1, name: /Steinbach/ }).waitFor();

async function addPatient(page: Page): Promise<void> {
  const added = await page.evaluate(() =>
    window.carekeep.call('patients.create', {
      notADuplicate: false,
      demographics: {
        family: 'Steinbach',
        given: 'Ottilie',
        former: '',
        birthDate: '1971-03-14',
        gender: null,
        identifiers: [],
        phone: '',
        email: '',
        address: { line: '', postalCode: '', city: '', country: '' },
      },
    }),
  );
  assert.ok(added.ok);
}

describe('quick return', { timeout: 240_000 }, () => {
  let workstation: Workstation;
  const paused = async (press: (page: Page) => Promise<void>): Promise<Page> => {
    const { app } = workstation;
    const before = app.windowCount();
    // the window may be gone before the key is up again
    await press(await app.page()).catch(() => undefined);
    await app.nextWindow(before);
    const page = await app.page();
    await page.getByRole('heading', { name: 'Paused' }).waitFor();
    return page;
  };
  const byKey = (page: Page) => page.keyboard.press('Control+Shift+L');
  before(async () => {
    workstation = await startWorkstation();
    const page = await workstation.app.page();
    await setUpByKeyboard(page, async () => undefined);
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });
  after(() => workstation.stop());

  it('is set on the account page; before that there is no control for it', async () => {
    const page = await workstation.app.page();
    assert.equal(await page.getByRole('button', { name: 'Pause' }).count(), 0);
    await page.getByRole('button', { name: new RegExp(admin.name) }).click();
    const field = page.getByLabel('New PIN', { exact: true });
    await field.fill('12 34-56');
    assert.equal(await field.inputValue(), '123456');
    await page.getByLabel('The same PIN once more').fill('123456');
    const password = page.getByLabel('Current password').last();
    await password.fill(admin.password);
    await page.keyboard.press('Enter');
    await page.getByText('This PIN is too easy to guess.').waitFor();
    await assertAccessible(page, 'account, a PIN refused');
    await field.fill(pin);
    await page.getByLabel('The same PIN once more').fill(pin);
    await password.fill(admin.password);
    await page.keyboard.press('Enter');
    await page.getByText('You have a PIN.').waitFor();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByText(/Pauses in \d+:\d\d/).waitFor();
  });

  it('comes back to the chart: another renderer, the same core, nothing of the record between', async () => {
    const { app } = workstation;
    let page = await app.page();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Patients' }).click();
    await addPatient(page);
    await page.keyboard.press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('steinb');
    await page.getByRole('option', { name: /Steinbach/ }).waitFor();
    await page.keyboard.press('Enter');
    await chartOf(page);
    const cores = await app.corePids();
    const renderers = await app.rendererPids();

    page = await paused(byKey);
    await assertAccessible(page, 'paused');
    assert.deepEqual(await app.corePids(), cores);
    const end = Date.now() + 5_000;
    const left = async () => (await app.rendererPids()).filter((pid) => renderers.includes(pid));
    while ((await left()).length > 0 && Date.now() < end) await pause(50);
    assert.deepEqual(await left(), [], 'a renderer process of before lives on');
    assert.ok((await app.rendererPids()).length > 0);
    const shown = await page.content();
    for (const word of ['Steinbach', 'Ottilie', admin.name, admin.userName]) assert.ok(!shown.includes(word), word);
    await page.getByText('5 tries left').waitFor();
    await page.getByText(/Locks in [45]:\d\d/).waitFor();

    // nothing clinical is answered, whatever the page asks
    const asked = await page.evaluate(() => window.carekeep.call('patients.recent', {}));
    assert.deepEqual(asked, { ok: false, error: { code: 'not-signed-in' } });

    await page.keyboard.type(pin); // the field has the focus
    await page.keyboard.press('Enter');
    await chartOf(page);
    assert.deepEqual(await app.corePids(), cores);
  });

  it('offers to sign in as someone else and the way back, and locks at once when asked', async () => {
    const { app } = workstation;
    let page = await paused((now) => now.getByRole('button', { name: 'Pause' }).click());
    await page.getByRole('button', { name: 'Sign in as someone else' }).press('Enter');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('Signing in ends the paused session.').waitFor();
    await assertAccessible(page, 'paused, someone else');
    await page.getByRole('button', { name: 'Back to the PIN' }).press('Enter');
    const before = app.windowCount();
    const cores = (await app.corePids()).length;
    await page.getByRole('button', { name: 'Lock now' }).press('Enter');
    await app.nextWindow(before);
    await app.nextCore(cores);
    page = await app.page();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Paused' }).count(), 0);
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('locks after five wrong PINs', async () => {
    const { app } = workstation;
    let page = await paused(byKey);
    const cores = (await app.corePids()).length;
    const before = app.windowCount();
    for (let left = 4; left >= 0; left -= 1) {
      await page.keyboard.type('999998');
      await page.keyboard.press('Enter');
      if (left === 0) break;
      await page.getByText(left === 1 ? '1 try left' : `${left} tries left`).waitFor();
      await page.getByText('This PIN is not right.').waitFor();
      if (left === 4) await assertAccessible(page, 'paused, a wrong PIN');
    }
    await app.nextWindow(before);
    await app.nextCore(cores);
    page = await app.page();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('is over when the computer is locked or sleeps', async () => {
    const { app } = workstation;
    for (const event of ['lock-screen', 'suspend'] as const) {
      const page = await app.page();
      await signIn(page, admin.userName, admin.password);
      await page.getByRole('navigation', { name: 'Main' }).waitFor();
      await paused(byKey);
      const before = app.windowCount();
      const cores = (await app.corePids()).length;
      await app.power(event);
      await app.nextWindow(before);
      await app.nextCore(cores);
      await (await app.page()).getByRole('heading', { name: 'Sign in' }).waitFor();
    }
  });
});
