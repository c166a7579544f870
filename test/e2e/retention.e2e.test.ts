/** Retention as two admins see it: years, a hold, what could go, asking, agreeing, deleting. By keyboard where it acts. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import { defaultReviewRules } from '../../src-shared/contract/reviews.ts';
import { type Place, startPlace } from '../unit/core/clinic.ts';
import { passwords, person, startHouse } from '../unit/core/house.ts';
import { assertAccessible, signIn } from './clinic.ts';
import { type AppUnderTest, launchApp } from './launch.ts';

const years = 365.25 * 24 * 60 * 60 * 1000;
const second = { userName: 'ida.berg', displayName: 'Ida Berg', password: 'neun helle tassen am 7. regal' };
/** Where pictures go, for whoever wants to look at them. */
const folder = process.env['CAREKEEP_PICTURES'];

describe('retention', { timeout: 120_000 }, () => {
  let place: Place;
  let app: AppUnderTest;

  const inBothThemes = async (page: Page, name: string, check = false) => {
    if (!check && folder === undefined) return;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
      if (check) await assertAccessible(page, `${name} ${colorScheme}`);
      if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  };
  const goTo = (page: Page, name: RegExp) =>
    page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name }).press('Enter');
  const openRetention = async (page: Page) => {
    await goTo(page, /^Audit log/);
    await page.getByRole('tab', { name: 'Retention' }).press('Enter');
    await page.getByText('How long entries stay').waitFor();
  };

  before(async () => {
    place = await startPlace();
    const profile = join(place.dir, 'profile');
    // A clinic of twelve years ago.
    const house = await startHouse(profile, ['practitioner'], -12 * years);
    const lena = house.desk();
    await lena.signIn('admin');
    await lena.call('reviews.setRules', {
      ...defaultReviewRules,
      manyCharts: { on: false, charts: 30 },
      outsideHours: { ...defaultReviewRules.outsideHours, on: false },
    });
    const { userName, displayName, password } = second;
    await house.hire(lena, { userName, displayName, roles: ['admin'] }, password);
    const doctor = house.desk('ctl');
    await doctor.signIn('practitioner');
    const demographics = person('Sommer', 'Ada', '1971-03-14');
    const { patientId } = await doctor.call('patients.create', { demographics, notADuplicate: true });
    for (let at = 0; at < 280; at += 1) await doctor.call('chart.open', { patientId });
    await house.core.close();
    app = await launchApp({ profile, env: process.env });
  });
  after(async () => {
    await app.close();
    await place.stop();
  });

  it('places a hold, shows what could go, and asks a second admin', async () => {
    const page = await app.page();
    await signIn(page, 'lena.hof', passwords.admin);
    await openRetention(page);
    await page.getByText('10 years', { exact: true }).waitFor();
    await page.getByLabel('Years').fill('2');
    await page.getByText('A whole number from 3 to 100.').waitFor();
    await page.getByLabel('Years').fill('11');
    await page.getByLabel('Years').press('Enter');
    await page.getByText('11 years', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Place a hold…' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Place a legal hold' });
    await dialog.getByRole('radio', { name: 'One patient’s entries' }).press('Space');
    await dialog.getByRole('textbox', { name: 'Patient' }).pressSequentially('somm');
    await page.getByRole('option', { name: /Sommer/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Reason').fill('Complaint of 12 May');
    await inBothThemes(page, 'hold-dialog', true);
    await dialog.getByRole('button', { name: 'Place the hold' }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Complaint of 12 May').waitFor();
    await page.getByRole('button', { name: 'See what could go' }).press('Enter');
    await page.getByText('under a legal hold').waitFor();
    await inBothThemes(page, 'retention-held', true);
    await page.getByRole('button', { name: 'Lift', exact: true }).press('Enter');
    await page.getByRole('dialog', { name: 'Lift this hold?' }).getByRole('button', { name: 'Lift' }).press('Enter');
    await page.getByText('lifted by Lena Hof').waitFor();
    await page.getByRole('button', { name: 'Look again' }).press('Enter');
    await page.getByText('under a legal hold').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Ask a second admin' }).press('Enter');
    await page.getByText('agrees under Requests').waitFor();
    await inBothThemes(page, 'retention-asked');
  });

  it('is agreed to and carried out by the second admin, and listed', async () => {
    const shown = app.windowCount();
    await (await app.page()).evaluate(() => window.carekeep.call('sessions.lock', {}));
    await app.nextWindow(shown);
    const page = await app.page();
    await signIn(page, second.userName, second.password);
    await goTo(page, /^Requests/);
    await page.getByText(/^Delete this workstation’s log entries/).waitFor();
    await page.getByRole('button', { name: 'Agree' }).press('Enter');
    const agree = page.getByRole('dialog', { name: 'Agree to this?' });
    await agree.getByRole('textbox', { name: 'Your password' }).fill(second.password);
    await inBothThemes(page, 'prune-agree');
    await page.keyboard.press('Enter');
    await agree.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Prune…' }).press('Enter');
    const prune = page.getByRole('dialog', { name: 'Prune the audit log' });
    await inBothThemes(page, 'prune-dialog');
    await prune.getByRole('button', { name: 'Delete the entries' }).press('Enter');
    await prune.waitFor({ state: 'hidden' });
    await openRetention(page);
    await page.getByText('Pruned so far').waitFor();
    assert.equal(await page.getByRole('row', { name: /Ida Berg.*Lena Hof.*done/ }).count(), 1);
    await inBothThemes(page, 'retention-pruned');
    await page.getByRole('button', { name: 'Verify now' }).press('Enter');
    await page.getByText('The log is whole and true.').waitFor({ timeout: 20_000 });
  });
});
