import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import {
  admin,
  assertAccessible,
  hire,
  lock,
  setUpByKeyboard,
  signIn,
  startWorkstation,
  type Workstation,
} from './clinic.ts';

const jonas = { name: 'Jonas Weber', userName: 'jonas.weber', password: 'copper meadow evening' };
const ips = fileURLToPath(
  new URL('../../node_modules/hl7.fhir.uv.ips/example/Bundle-bundle-ips-all-sections.json', import.meta.url),
);
const hostile = '<img src=x onerror="document.title=1">\u202Eevil';

const dialog = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name });
const chartOf = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('[role=combobox]:focus').waitFor();
  await page.keyboard.type(text);
}

/** Types a new free note; the text stands in the draft's card. */
async function writeNote(page: Page, text: string): Promise<void> {
  await page.keyboard.press('n');
  const subjective = page.getByLabel('Subjective').first();
  await subjective.waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  await page.keyboard.type(text);
}

describe('a clinic’s day in the chart', { timeout: 240_000 }, () => {
  let workstation: Workstation;
  const page = async () => {
    const shown = await workstation.app.page();
    shown.setDefaultTimeout(20_000);
    return shown;
  };
  before(async () => {
    workstation = await startWorkstation();
    await setUpByKeyboard(await page(), async () => undefined);
    await signIn(await page(), admin.userName, admin.password);
    const first = await page();
    await first.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
    await hire(first, jonas, ['practitioner']);
    await workstation.app.answerDialogs([ips]);
    const outcome = await first.evaluate(async () => {
      const { carekeep } = window;
      const chosen = await carekeep.call('imports.choose', {});
      if (!chosen.ok) return chosen;
      await carekeep.call('imports.start', { importId: chosen.value.id });
      const report = await carekeep.call('imports.wait', { importId: chosen.value.id });
      return report.ok ? report.value.state : report.error.code;
    });
    assert.equal(outcome, 'done');
  });
  after(() => workstation.stop());

  it('adds a patient from what was typed in the search box', async () => {
    const screen = await page();
    await find(screen, 'müller, marta 14.3.1971');
    await screen.getByText('No patient found for').waitFor();
    await assertAccessible(screen, 'finder');
    await screen.keyboard.press('Control+n');
    const form = dialog(screen, 'New patient');
    await form.waitFor();
    assert.equal(await form.getByLabel('Family name').inputValue(), 'Müller');
    assert.equal(await form.getByLabel('Given names').inputValue(), 'Marta');
    await form.getByText('14 Mar 1971').waitFor();
    await form.getByLabel('Former name').fill(hostile);
    await assertAccessible(screen, 'new patient');
    await screen.keyboard.press('Enter');
    await chartOf(screen, 'Müller, Marta');
    await screen.getByText('Allergies not asked').waitFor();
    // Marks that turn the direction of text are dropped from names; all else is shown as typed.
    await screen.getByText(hostile.replace('\u202E', '')).first().waitFor();
    await assertAccessible(screen, 'empty chart');
  });

  it('finds by beginnings, accents folded, and opens with Enter', async () => {
    const screen = await page();
    await find(screen, 'mar mul');
    const option = dialog(screen, 'Find a patient').getByRole('option', { name: /Müller, Marta/ });
    await option.waitFor();
    await screen.getByText(/1 of \d+ in \d+ ms/).waitFor();
    await screen.keyboard.press('Enter');
    await chartOf(screen, 'Müller, Marta');
  });

  it('warns of a likely duplicate and keeps what was typed', async () => {
    const screen = await page();
    await find(screen, 'marta, muller');
    await screen.keyboard.press('Control+n');
    const form = dialog(screen, 'New patient');
    await form.getByLabel('Birth date').fill('14/03/1971');
    await form.getByText('Family and given name the other way round').waitFor();
    await assertAccessible(screen, 'duplicates');
    assert.equal(await form.getByRole('button', { name: 'Add patient' }).isDisabled(), true);
    await screen.keyboard.press('Escape');
    await form.getByText('What you typed is not saved yet.').waitFor();
    assert.equal(await form.getByLabel('Family name').inputValue(), 'Marta');
    await form.getByRole('button', { name: 'Throw away' }).click();
    await form.waitFor({ state: 'detached' });
  });

  it('records that no allergy is known, a problem and its end, and vital signs', async () => {
    const screen = await page();
    await screen.getByRole('button', { name: 'Add an allergy' }).click();
    await screen.getByRole('checkbox', { name: 'Asked: no known allergies' }).click();
    await dialog(screen, 'Add an allergy').getByRole('button', { name: 'Add', exact: true }).click();
    await screen.getByText('No known allergies').first().waitFor();

    await screen.getByRole('button', { name: 'Add a problem' }).click();
    await dialog(screen, 'Add a problem')
      .getByRole('textbox', { name: /^Problem/ })
      .fill(hostile);
    await dialog(screen, 'Add a problem')
      .getByLabel(/^Since/)
      .fill('2019');
    await screen.keyboard.press('Enter');
    const problem = screen.getByRole('region', { name: 'Problems' }).getByRole('button', { name: /onerror/ });
    await problem.click();
    const drawer = dialog(screen, /^Problem$/);
    await drawer.getByText(/Recorded .* by/).waitFor();
    await assertAccessible(screen, 'details of a record');
    await drawer.getByRole('button', { name: 'Show as stored' }).click();
    await drawer.getByText('"resourceType": "Condition"').waitFor();
    await drawer.getByRole('button', { name: 'End or correct' }).click();
    await dialog(screen, /End problem/)
      .getByRole('button', { name: 'Save' })
      .click();
    await drawer.getByRole('button', { name: 'Close' }).click();
    await screen.getByRole('button', { name: /onerror.*resolved/ }).waitFor();

    await screen.keyboard.press('v');
    const vitals = dialog(screen, 'Record vital signs');
    await vitals.getByLabel('Blood pressure, systolic').fill('14800');
    await vitals.getByText('This value cannot be right').waitFor();
    assert.equal(await vitals.getByRole('button', { name: 'Record' }).isDisabled(), true);
    await vitals.getByLabel('Blood pressure, systolic').fill('148');
    await vitals.getByLabel('Blood pressure, diastolic').fill('88');
    await vitals.getByLabel('Weight', { exact: true }).fill('74.0');
    await vitals.getByText('high').waitFor();
    await assertAccessible(screen, 'vital signs');
    await screen.keyboard.press('Enter');
    const measured = screen.getByRole('region', { name: 'Vitals and results' });
    await measured.getByRole('button', { name: /systolic.*148.*high/ }).waitFor();
    await measured.getByRole('button', { name: /Weight.*74\.0/ }).waitFor();
  });

  it('keeps a draft through a crash of core', async () => {
    let screen = await page();
    await writeNote(screen, `Tired in the afternoon. ${hostile}`);
    await screen.getByText(/saved \d+ s ago, encrypted/).waitFor();
    await assertAccessible(screen, 'draft');
    const windows = workstation.app.windowCount();
    const pids = await workstation.app.corePids();
    process.kill(pids.at(-1) ?? 0, 'SIGKILL');
    await workstation.app.nextWindow(windows);
    screen = await page();
    await screen.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(screen, admin.userName, admin.password);
    await chartOf(screen, 'Müller, Marta');
    assert.equal(await screen.getByLabel('Subjective').inputValue(), `Tired in the afternoon. ${hostile}`);
  });

  it('flushes what was typed a moment before the lock, and hides it from who takes over', async () => {
    let screen = await page();
    await screen.getByLabel('Plan').fill('Control in 4 weeks');
    screen = await lock(workstation);
    await signIn(screen, jonas.userName, jonas.password);
    await screen.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
    await find(screen, 'müller mar');
    await screen.getByRole('option', { name: /Müller, Marta/ }).waitFor();
    await screen.keyboard.press('Enter');
    await chartOf(screen, 'Müller, Marta');
    await screen.getByText('No notes yet').waitFor();
    assert.equal(await screen.getByText('Control in 4 weeks').count(), 0);
    screen = await lock(workstation);
    await signIn(screen, admin.userName, admin.password);
    await chartOf(screen, 'Müller, Marta');
    assert.equal(await screen.getByLabel('Plan').inputValue(), 'Control in 4 weeks');
  });

  it('signs with the password, never without, and amends', async () => {
    const screen = await page();
    await screen.getByLabel('Plan').press('Control+Enter');
    const sign = dialog(screen, 'Sign this note');
    await sign.getByLabel('Your password').waitFor();
    await screen.keyboard.type('not the password');
    await screen.keyboard.press('Enter');
    await sign
      .getByRole('alert')
      .getByText(/password/i)
      .waitFor();
    await sign.getByLabel('Your password').fill(admin.password);
    await screen.keyboard.press('Enter');
    const note = screen.getByRole('article');
    await note.getByText('Signed').waitFor();
    await note.getByText('Control in 4 weeks').waitFor();
    await note.getByText(hostile).waitFor();
    assert.equal(await note.locator('img').count(), 0);
    await assertAccessible(screen, 'signed note');

    await note.getByRole('button', { name: 'Amend' }).click();
    await screen.getByLabel('Note', { exact: true }).fill('Callus left heel, referred.');
    await screen.keyboard.press('Control+Enter');
    await dialog(screen, 'Sign this amendment').getByLabel('Your password').fill(admin.password);
    await screen.keyboard.press('Enter');
    await note.getByText(/Amended .*Dr. Ana Ruiz:/).waitFor();
    await note.getByText('Callus left heel, referred.').waitFor();
    await note.getByText('1 amendment').waitFor();
  });

  it('reads an imported chart through every tab', async () => {
    const screen = await page();
    await find(screen, 'jordana');
    await dialog(screen, 'Find a patient').getByRole('option').first().waitFor();
    await screen.keyboard.press('Enter');
    await screen.getByText('Penicillin').first().waitFor();
    for (const tab of ['Timeline', 'Results', 'Documents', 'All records']) {
      await screen.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
      await screen.getByRole('tabpanel').getByRole('listitem').or(screen.getByRole('article')).first().waitFor();
      await assertAccessible(screen, tab);
    }
    await screen
      .getByText(/From import Bundle-bundle-ips-all-sections.json/)
      .first()
      .waitFor();
  });

  it('shows who did what, filters, and verifies the log', async () => {
    const screen = await page();
    await screen.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Audit log' }).click();
    const table = screen.getByRole('grid');
    await table
      .getByRole('row', { name: /Signed a note.*Müller, Marta/ })
      .first()
      .waitFor();
    await assertAccessible(screen, 'audit log');
    await screen.getByRole('button', { name: /^Outcome/ }).click();
    await screen.getByRole('menuitem', { name: 'failed' }).click();
    await table
      .getByRole('row', { name: /failed/ })
      .first()
      .waitFor();
    await screen.getByRole('button', { name: 'Clear filters' }).click();
    await screen.getByLabel('Search what happened').press('Control+a');
    await screen.keyboard.type('signed note');
    await screen.keyboard.press('Enter');
    await screen.getByRole('button', { name: /^Saved filters/ }).click();
    await screen.getByRole('menuitem', { name: 'Save this filter' }).click();
    await screen.getByLabel('Name of the filter').waitFor();
    await screen.keyboard.type('Signed');
    await screen.keyboard.press('Enter');
    await screen.getByRole('button', { name: 'Signed', exact: true }).waitFor();
    assert.equal(await table.getByRole('row', { name: /Read chart/ }).count(), 0);
    await screen.getByText('By person', { exact: true }).click();
    await screen
      .getByRole('list', { name: 'Entries by person' })
      .getByRole('button', { name: /Ana Ruiz/ })
      .waitFor();
    await assertAccessible(screen, 'audit log by person');
    await screen.getByRole('button', { name: 'Clear filters' }).click();
    await screen.getByRole('button', { name: 'Verify now' }).click();
    await screen.getByText('The log is whole and true.').waitFor();
    await table.focus();
    await screen.keyboard.press('Enter');
    await dialog(screen, 'Entry').getByText('Number').waitFor();
    await assertAccessible(screen, 'entry');
  });
});
