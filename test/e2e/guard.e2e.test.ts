import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import type { ProcedureName } from '../../src-shared/contract/index.ts';
import { admin, lock, setUpByKeyboard, signIn, startWorkstation, type Workstation } from './clinic.ts';

type Reply = { readonly ok: boolean; readonly value?: unknown; readonly error?: { readonly code: string } };

/** One call through the page's own bridge. */
const call = (page: Page, name: ProcedureName, input: unknown): Promise<Reply> =>
  page.evaluate((asked) => Reflect.apply(window.carekeep.call, undefined, [asked.name, asked.input]), { name, input });

describe('what guards a session', { timeout: 180_000 }, () => {
  let workstation: Workstation;
  const said: string[] = [];
  const listen = (page: Page): void => {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') said.push(message.text());
    });
    page.on('pageerror', (error) => said.push(error.message));
  };
  before(async () => {
    workstation = await startWorkstation();
  });
  after(() => workstation.stop());

  it('the whole of set-up and the first pages violate no policy and print nothing', async () => {
    const page = await workstation.app.page();
    listen(page);
    await setUpByKeyboard(page, async () => undefined);
    await signIn(page, admin.userName, admin.password);
    const rail = page.getByRole('navigation', { name: 'Main' });
    await rail.waitFor();
    for (const room of ['Import', 'Audit log', 'People', 'Settings', 'Patients']) {
      await rail.getByRole('button', { name: room }).click();
      await page.getByRole('heading', { level: 1 }).first().waitFor();
    }
    assert.match(await page.title(), /^Carekeep( \(Chromium host, for development\))?$/);
    assert.deepEqual(said, []);
  });

  it('documents and the check of pages come from workers of the built application', async () => {
    const page = await workstation.app.page();
    const demographics = {
      family: 'Guard',
      given: 'Ada',
      former: '',
      birthDate: '1971-03-14',
      gender: null,
      identifiers: [{ system: '', value: '756.1234.5678.97', label: 'Insurance number' }],
      phone: '',
      email: '',
      address: { line: '', postalCode: '', city: '', country: '' },
    };
    const made = await call(page, 'patients.create', { demographics, notADuplicate: false });
    assert.equal(made.ok, true, made.error?.code);
    const { patients } = (await call(page, 'patients.recent', {})).value as { patients: { id: string }[] };
    const path = join(workstation.folder, 'record.pdf');
    await workstation.app.answerDialogs([path]);
    const saved = await call(page, 'exports.pdf', { patientId: patients[0]?.id, language: 'en' });
    assert.equal(saved.ok, true, saved.error?.code);
    assert.equal(readFileSync(path).subarray(0, 5).toString('latin1'), '%PDF-');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal((await call(page, 'audit.verify', {})).ok, true);
    const { verdict } = (await call(page, 'audit.verdict', {})).value as { verdict: { ok: boolean } | null };
    assert.equal(verdict?.ok, true);
  });

  it('a copied identifier bears our mark, starts the clock, and is gone at the next lock', async () => {
    const { app } = workstation;
    const page = await app.page();
    const types = () => app.command({ command: 'clipboard-types' });
    await page.keyboard.press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('Guard');
    await page.getByRole('option', { selected: true }).getByText('Guard').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Guard, Ada' }).waitFor();
    // what is selected by hand is marked too
    await page.getByText('756.1234.5678.97').first().selectText();
    await page.keyboard.press('Control+c');
    assert.deepEqual(await types(), ['text/plain', 'application/x-carekeep-copied']);
    const copy = page.getByRole('button', { name: 'Copy Insurance number' }).first();
    await copy.focus();
    await page.keyboard.press('Enter');
    await page.getByText('Copied. It leaves the clipboard after half a minute.').waitFor();
    assert.deepEqual(await types(), ['text/plain', 'application/x-carekeep-copied']);
    await lock(workstation);
    let left = await types();
    for (let tries = 0; tries < 50 && Array.isArray(left) && left.length > 0; tries += 1) left = await types();
    assert.deepEqual(left, []);
    await signIn(await app.page(), admin.userName, admin.password);
    await (await app.page()).getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('a document that goes takes its session and the core with it', async () => {
    const { app } = workstation;
    const page = await app.page();
    const [windows, cores] = [app.windowCount(), (await app.corePids()).length];
    // The page may be replaced while it reloads.
    await page.reload().catch(() => undefined);
    await app.nextWindow(windows);
    await app.nextCore(cores);
    const fresh = await app.page();
    await fresh.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal((await call(fresh, 'patients.recent', {})).error?.code, 'not-signed-in');
    assert.doesNotMatch(app.log(), /Guard|1971-03-14|harbour/);
  });
});
