import assert from 'node:assert/strict';
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

const jonas = { name: 'Jonas Weber', userName: 'jonas.weber', password: 'copper meadow evening' };

describe('people of a clinic', { timeout: 180_000 }, () => {
  let workstation: Workstation;
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
    await dialog.getByLabel('New password').fill(jonas.password);
    await dialog.getByRole('button', { name: 'Add a person' }).click();
    await page.getByRole('row', { name: /Jonas Weber.*reception.*never/ }).waitFor();
  });

  it('lets the new person in, with the rooms of the role', async () => {
    const page = await lock(workstation);
    await signIn(page, jonas.userName, jonas.password);
    const rail = page.getByRole('navigation', { name: 'Main' });
    await rail.waitFor();
    assert.deepEqual(await rail.getByRole('listitem').allTextContents(), ['Patients']);
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

    await change.click();
    await page.getByRole('menuitem', { name: 'Suspend' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('row', { name: /Jonas Weber.*suspended/ }).waitFor();

    page = await lock(workstation);
    await signIn(page, jonas.userName, jonas.password);
    await page.getByText('This account is suspended.').waitFor();
  });
});
