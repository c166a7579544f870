/** A restricted chart by keyboard alone: closed to a colleague, opened in an emergency, marked, ended, reviewed. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import {
  admin,
  assertAccessible,
  lock,
  setUpByKeyboard,
  signIn,
  startWorkstation,
  type Workstation,
} from './clinic.ts';

const jonas = { displayName: 'Dr. Jonas Weber', userName: 'jonas.weber', password: 'copper meadow evening' };
const told = 'Collapsed in the waiting room.';

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });
const focusedIn = (page: Page, selector: string) =>
  page.waitForFunction((wanted) => document.activeElement?.matches(wanted) === true, selector);

/** Tab until a button of this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let stops = 0; stops < 60; stops += 1) {
    await page.keyboard.press('Tab');
    const text = await page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    if (text === name) return;
  }
  assert.fail(`Tab does not reach “${name}”`);
}

/** Pictures for who wants to look: CAREKEEP_SHOTS=folder. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['CAREKEEP_SHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** What the people screens do is theirs to test: here the page itself asks core. */
async function asked(page: Page, procedure: string, input: object): Promise<Record<string, unknown>> {
  const reply: unknown = await page.evaluate(
    ([name, what]) => Reflect.apply(Reflect.get(Reflect.get(window, 'carekeep'), 'call'), undefined, [name, what]),
    [procedure, input] as const,
  );
  assert.ok(typeof reply === 'object' && reply !== null && Reflect.get(reply, 'ok') === true, JSON.stringify(reply));
  return Reflect.get(reply, 'value');
}

async function openChart(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await focusedIn(page, '[role="combobox"]');
  await page.keyboard.type('mull');
  await dialog(page, 'Find a patient').getByRole('option', { selected: true }).getByText('Müller, Marta').waitFor();
  await page.keyboard.press('Enter');
}

describe('a restricted chart', { timeout: 240_000 }, () => {
  let workstation: Workstation;
  before(async () => {
    workstation = await startWorkstation();
    const page = await workstation.app.page();
    await setUpByKeyboard(page, async () => undefined);
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    const { displayName, userName, password } = jonas;
    const { invitation } = await asked(page, 'users.create', { displayName, userName, roles: ['practitioner'] });
    assert.ok(typeof invitation === 'object' && invitation !== null);
    const locked = await lock(workstation);
    await asked(locked, 'sessions.signIn', { userName, password: Reflect.get(invitation, 'code') });
    await asked(locked, 'sessions.finishPassword', { next: password });
    const before = workstation.app.windowCount();
    // not waited for: the page that asks is gone before it could be answered
    await locked.evaluate(() => {
      Reflect.apply(Reflect.get(Reflect.get(window, 'carekeep'), 'call'), undefined, ['sessions.lock', {}]);
    });
    await workstation.app.nextWindow(before);
    await signIn(await workstation.app.page(), admin.userName, admin.password);
  });
  after(() => workstation?.stop());

  it('is restricted from its own tab', async () => {
    const page = await workstation.app.page();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await page.keyboard.press('Control+k');
    await focusedIn(page, '[role="combobox"]');
    await page.keyboard.type('Müller, Marta 14.3.1971');
    await page.keyboard.press('Control+n');
    await dialog(page, 'New patient').waitFor();
    await focusedIn(page, 'input');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Müller, Marta' }).waitFor();
    await tabTo(page, 'Notes');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Access', selected: true }).waitFor();
    await page.getByText('Everyone whose role reads charts.').waitFor();
    await tabTo(page, 'Restrict…');
    await page.keyboard.press('Enter');
    const restrict = dialog(page, 'Restrict this chart');
    await restrict.getByRole('checkbox', { name: `${admin.name} (you)`, checked: true }).waitFor();
    await assertAccessible(page, 'restrict');
    await shoot(page, 'restrict');
    await tabTo(page, 'Restrict');
    await page.keyboard.press('Enter');
    await page.getByText('Only these people may open it:').waitFor();
    await restrict.waitFor({ state: 'detached' });
    await assertAccessible(page, 'access tab');
    await shoot(page, 'access-tab');
  });

  it('is closed to a colleague, who sees whom to ask', async () => {
    const page = await lock(workstation);
    await signIn(page, jonas.userName, jonas.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await openChart(page);
    await page.getByRole('heading', { name: 'This chart is restricted' }).waitFor();
    await page.getByRole('heading', { level: 1, name: 'Müller, Marta' }).waitFor();
    await page.getByText(admin.name, { exact: true }).first().waitFor();
    assert.equal(await page.getByRole('tab').count(), 0);
    await assertAccessible(page, 'closed chart');
    await shoot(page, 'closed');
  });

  it('opens in an emergency: reason, own words, own password; a wrong one opens nothing', async () => {
    const page = await workstation.app.page();
    await tabTo(page, 'Emergency access…');
    await page.keyboard.press('Enter');
    const form = dialog(page, 'Emergency access');
    await focusedIn(page, 'textarea');
    await assertAccessible(page, 'emergency');
    await page.keyboard.type(told);
    await page.keyboard.press('Tab');
    await focusedIn(page, 'input[type="password"]');
    await page.keyboard.type('not the password at all');
    await shoot(page, 'emergency');
    await page.keyboard.press('Enter');
    await form.getByRole('alert').getByText('User name or password is not right.').waitFor();
    await focusedIn(page, 'input[type="password"]');
    await page.keyboard.type(jonas.password);
    await page.keyboard.press('Enter');
    await page.getByText(/Emergency access until \d\d:\d\d/).waitFor();
    await page.getByRole('tab', { name: 'Timeline' }).waitFor();
    await form.waitFor({ state: 'detached' });
    await tabTo(page, 'Notes');
    await page.keyboard.press('ArrowRight');
    await page.getByText('Emergency access by').waitFor();
    await assertAccessible(page, 'chart with a band');
    await shoot(page, 'band');
  });

  it('is closed again when the emergency is over', async () => {
    const page = await workstation.app.page();
    await page.getByRole('heading', { level: 1 }).focus();
    await tabTo(page, 'End now');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'This chart is restricted' }).waitFor();
    assert.equal(await page.getByRole('tab').count(), 0);
  });

  it('is shown in the chart for good, and waits for somebody else to review it', async () => {
    const page = await lock(workstation);
    await signIn(page, admin.userName, admin.password);
    const rail = page.getByRole('navigation', { name: 'Main' });
    await rail.getByText(/\d+ .*wait/).waitFor({ state: 'attached' });
    const { items } = await asked(page, 'reviews.list', { state: 'open', before: null, limit: 50 });
    assert.ok(JSON.stringify(items).includes('"break-glass"'));
    await openChart(page);
    await page.getByRole('heading', { level: 1, name: 'Müller, Marta' }).waitFor();
    await tabTo(page, 'Notes');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByText(jonas.displayName).waitFor();
    await shoot(page, 'afterwards');
    assert.equal(await page.getByText(told).count(), 0);
  });
});
