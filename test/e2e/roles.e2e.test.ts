/** The clinic's own roles on the screen: defined from a copy, given, changed, shown by name, removed. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
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
/** Where pictures of both themes go; none are taken without it. */
const folder = process.env['CAREKEEP_PICTURES'];

async function picture(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

describe('roles of the clinic', { timeout: 240_000 }, () => {
  let workstation: Workstation;
  const openRoles = async (page: Page) => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'People' }).click();
    await page.getByRole('tab', { name: 'Roles' }).click();
    await page.getByRole('table', { name: 'Roles and what they may do' }).waitFor();
  };
  before(async () => {
    workstation = await startWorkstation();
    const page = await workstation.app.page();
    await setUpByKeyboard(page, async () => undefined);
    await signIn(page, admin.userName, admin.password);
  });
  after(() => workstation.stop());

  it('shows who may what', async () => {
    const page = await workstation.app.page();
    await openRoles(page);
    await page.getByRole('row', { name: /^Read charts yes yes no no no no$/ }).waitFor();
    await assertAccessible(page, 'matrix');
    await picture(page, 'matrix');
  });

  it('defines a role from a copy with the keyboard alone; what belongs together goes together', async () => {
    const page = await workstation.app.page();
    await page.getByRole('button', { name: 'New role' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'New role' });
    await dialog.getByRole('button', { name: 'Create role' }).press('Enter');
    await dialog.getByText('Choose at least one.').waitFor();
    await picture(page, 'role-missing');
    await dialog.getByLabel('Name').focus();
    await page.keyboard.type('Trainee nurse');
    await dialog.getByLabel('Start from').selectOption('assistant');
    const numbers = dialog.getByRole('checkbox', { name: 'See identity and insurance numbers in full' });
    const print = dialog.getByRole('checkbox', { name: 'Print a record as PDF' });
    assert.ok(await print.isChecked());
    await numbers.press('Space');
    assert.equal(await print.isChecked(), false);
    await dialog.getByRole('checkbox', { name: 'See telephone and e-mail in full' }).press('Space');
    await dialog.getByRole('checkbox', { name: 'Sign one’s own notes' }).press('Space');
    assert.equal(await dialog.getByRole('checkbox', { name: 'Add people to the team, give roles' }).count(), 0);
    await assertAccessible(page, 'new role');
    await picture(page, 'role-new');
    await dialog.getByRole('button', { name: 'Create role' }).press('Enter');
    await page.getByRole('columnheader', { name: /Trainee nurse/ }).waitFor();
    await page.getByRole('row', { name: /^Write notes yes yes no no no no yes$/ }).waitFor();
    await picture(page, 'matrix-own');
  });

  it('gives it to a person, who sees its name and numbers masked', async () => {
    let page = await workstation.app.page();
    await page.getByRole('tab', { name: 'People', exact: true }).click();
    await page.getByRole('button', { name: 'Add a person' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a person' });
    await dialog.getByLabel('Name', { exact: true }).fill(jonas.name);
    await dialog.getByLabel('User name').focus();
    await dialog.getByRole('checkbox', { name: /^Trainee nurse/ }).click();
    await picture(page, 'add-person');
    await dialog.getByRole('button', { name: 'Add a person' }).click();
    const handOver = page.getByRole('dialog', { name: 'The person is invited' });
    const code = (await handOver.locator('.ck-slip-codes li').textContent()) ?? '';
    await handOver.getByRole('button', { name: 'I have it written down' }).click();
    await page.getByRole('row', { name: /Jonas Weber.*Trainee nurse/ }).waitFor();
    await picture(page, 'people');

    page = await lock(workstation);
    await firstSignIn(page, jonas.userName, code, jonas.password);
    await page.getByRole('navigation', { name: 'Main' }).getByText('Trainee nurse').waitFor();
    await page.keyboard.press('Control+n');
    const fresh = page.getByRole('dialog');
    await fresh.getByLabel('Family name').fill('Vidal');
    await fresh.getByLabel('Phone', { exact: true }).fill('+34 655 104 927');
    await fresh.getByLabel('Number 1', { exact: true }).fill('48291735-K');
    await fresh.getByRole('button', { name: 'Add patient' }).click();
    await page.getByText('•••••-K').first().waitFor();
    assert.ok(!(await page.content()).includes('48291735'));
    await page.getByRole('button', { name: 'Edit' }).click();
    const edit = page.getByRole('dialog');
    await edit.getByLabel('Phone', { exact: true }).waitFor();
    assert.ok(await edit.getByLabel('Phone', { exact: true }).isDisabled());
    await assertAccessible(page, 'masked demographics');
    await picture(page, 'masked');
  });

  it('is changed by an admin, and removed when nobody holds it', async () => {
    const page = await lock(workstation);
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await openRoles(page);
    assert.equal(await page.getByRole('button', { name: 'Remove the role Trainee nurse' }).count(), 0);
    await page.getByRole('button', { name: 'Edit the role Trainee nurse' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit role' });
    await dialog.getByText('1 person holds this role').waitFor();
    await dialog.getByLabel('Name').fill('Nurse in training');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('columnheader', { name: /Nurse in training/ }).waitFor();
    await page.getByRole('tab', { name: 'People', exact: true }).click();
    await page.getByRole('button', { name: 'Change Jonas Weber' }).click();
    await page.getByRole('menuitem', { name: 'Change roles' }).click();
    const held = page.getByRole('dialog', { name: 'Roles of Jonas Weber' });
    await held.getByRole('checkbox', { name: /^Nurse in training/ }).click();
    await held.getByRole('checkbox', { name: /^reception/ }).click();
    await held.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /Jonas Weber.*reception/ }).waitFor();
    await page.getByRole('tab', { name: 'Roles' }).click();
    await page.getByRole('button', { name: 'Remove the role Nurse in training' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove role' }).click();
    await page.getByText('The role is removed.').first().waitFor();
    assert.equal(await page.getByRole('columnheader', { name: /Nurse in training/ }).count(), 0);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Audit log' }).click();
    await page
      .getByRole('row', { name: /Removed a role/ })
      .first()
      .waitFor();
    await picture(page, 'audit');
  });
});
