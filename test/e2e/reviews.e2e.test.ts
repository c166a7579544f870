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

const auditor = { name: 'Jonas Weber', userName: 'jonas.weber', password: 'copper meadow evening' };

/** What the watch finds is there a few seconds after it happened. */
const soon = { timeout: 20_000 };

describe('reviews', { timeout: 180_000 }, () => {
  let workstation: Workstation;
  const openReviews = async (page: Page) => {
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('button', { name: /^Reviews/ })
      .click();
    await page.getByRole('heading', { name: 'Reviews', exact: true }).waitFor();
  };
  /** Invited by the admin who is signed in, and with a password of their own; the admin is signed in again afterwards. */
  const hire = async ({ name, userName, password }: typeof auditor) => {
    const invited = await (await workstation.app.page()).evaluate(
      (person) => window.carekeep.call('users.create', person),
      { displayName: name, userName, roles: ['auditor' as const] },
    );
    assert.ok(invited.ok);
    const before = await lock(workstation);
    const shown = workstation.app.windowCount();
    await before.evaluate(
      async ({ user, code, next }) => {
        await window.carekeep.call('sessions.signIn', { userName: user, password: code });
        await window.carekeep.call('sessions.finishPassword', { next });
        await window.carekeep.call('sessions.lock', {});
      },
      { user: userName, code: invited.value.invitation.code, next: password },
    );
    await workstation.app.nextWindow(shown);
    const page = await workstation.app.page();
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  };
  const finding = (page: Page) => page.getByRole('button', { name: /Same family name/ });

  before(async () => {
    workstation = await startWorkstation();
    const page = await workstation.app.page();
    await setUpByKeyboard(page, async () => undefined);
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });
  after(() => workstation.stop());

  it('shows an empty queue, and rules that say no to nonsense', async () => {
    const page = await workstation.app.page();
    await openReviews(page);
    await page.getByRole('tab', { name: 'Weeks' }).click();
    await page.getByText('No week is over yet').waitFor();
    await assertAccessible(page, 'no week is over');
    await page.getByRole('tab', { name: 'Closed' }).click();
    await page.getByText('Nothing closed yet').waitFor();
    await assertAccessible(page, 'nothing closed');
    await page.getByRole('tab', { name: 'Rules' }).click();
    const many = page.getByLabel('More patients than');
    await many.fill('2');
    await page.getByText('A whole number from 3 to 500.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Save' }).isDisabled(), true);
    await many.fill('25');
    // whatever the hour at which this runs
    await page.getByRole('switch', { name: 'Outside opening hours' }).press('Space');
    await assertAccessible(page, 'rules');
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByText('The rules are saved.').first().waitFor();
  });

  it('finds a patient under one’s own name, and lets nobody close that for themselves', async () => {
    const page = await workstation.app.page();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Find a patient' }).waitFor();
    await page.keyboard.type('ruiz, marta 14.3.1971');
    await page.getByText('No patient found for').waitFor();
    await page.keyboard.press('Control+n');
    const dialog = page.getByRole('dialog', { name: 'New patient' });
    await dialog.waitFor();
    await dialog.getByText('14 Mar 1971').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Allergies not asked').waitFor();
    await openReviews(page);
    await finding(page).waitFor(soon);
    await finding(page).press('Enter');
    await page.getByText('The patient has the same family name as this person.').waitFor();
    await page.getByText('This concerns you.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Sign and close' }).count(), 0);
    await assertAccessible(page, 'own finding');
  });

  it('goes from the finding to the log, filtered', async () => {
    const page = await workstation.app.page();
    await page.getByRole('button', { name: 'Show in the audit log' }).press('Enter');
    await page.getByRole('heading', { name: 'Audit log' }).waitFor();
    await page.getByRole('button', { name: /Ruiz, Marta/ }).waitFor();
  });

  it('is closed by somebody else, with the keyboard alone, and stays closed', async () => {
    await hire(auditor);
    const page = await lock(workstation);
    await signIn(page, auditor.userName, auditor.password);
    await page.getByText('1 finding waits for a verdict').waitFor({ state: 'attached', ...soon });
    await openReviews(page);
    await finding(page).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Same family name' }).waitFor();
    assert.equal(await page.getByText('Ruiz, Marta').count(), 0, 'an auditor sees the pseudonym');
    await page.getByRole('button', { name: 'Sign and close' }).press('Enter');
    await page.getByText('Please choose a verdict.').waitFor();
    await page.getByRole('radio', { name: /^Justified/ }).press('Space');
    await page.getByLabel('Comment').fill('Her sister asked her to.');
    await assertAccessible(page, 'verdict');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing to review').waitFor();
    await page.getByRole('tab', { name: 'Closed' }).click();
    await finding(page).press('Enter');
    await page.getByText('Her sister asked her to.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Sign and close' }).count(), 0);
    await assertAccessible(page, 'closed');
  });
});
