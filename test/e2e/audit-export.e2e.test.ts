/** An auditor takes the log out by keyboard, and the file that lies beside it afterwards says that it is whole. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import { type Place, startPlace } from '../unit/core/clinic.ts';
import { nameOf, passwords, startHouse } from '../unit/core/house.ts';
import { assertAccessible, signIn } from './clinic.ts';
import { type AppUnderTest, launchApp } from './launch.ts';

/** Where pictures go, for whoever wants to look at them. */
const folder = process.env['CAREKEEP_PICTURES'];

describe('the export for an auditor', { timeout: 120_000 }, () => {
  let place: Place;
  let app: AppUnderTest;

  const inBothThemes = async (page: Page, name: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
      await assertAccessible(page, `${name} ${colorScheme}`);
      if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  };

  before(async () => {
    place = await startPlace();
    const profile = join(place.dir, 'profile');
    const house = await startHouse(profile, ['auditor']);
    await house.core.close();
    app = await launchApp({ profile, env: process.env });
  });
  after(async () => {
    await app.close();
    await place.stop();
  });

  it('asks how much, writes bundle and verifier, and shows the fingerprint to compare', async () => {
    const page = await app.page();
    await signIn(page, nameOf('auditor'), passwords.auditor);
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('button', { name: /^Audit log/ })
      .press('Enter');
    await page.getByRole('button', { name: 'Export for an auditor' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Export the log for an auditor' });
    const save = dialog.getByRole('button', { name: 'Save…' });
    await dialog.getByRole('radio', { name: 'Some days' }).press('Space');
    assert.ok(await save.isDisabled(), 'days are to be typed first');
    await inBothThemes(page, 'audit-export-days');
    await dialog.getByRole('radio', { name: 'The whole log' }).press('Space');
    const path = join(place.dir, 'log.jsonl.gz');
    await app.answerDialogs([], [path]);
    await save.press('Enter');
    await save.and(page.locator(':enabled')).waitFor();
    assert.ok(!existsSync(path), 'a dismissed dialog writes nothing');
    await save.press('Enter');
    await dialog.getByText('Saved, with').waitFor();
    await inBothThemes(page, 'audit-export-saved');
    const fingerprint = (await dialog.locator('code').first().textContent()) ?? '';
    const said = execFileSync(
      process.execPath,
      [join(place.dir, 'carekeep-verify.mjs'), '--clinic', fingerprint, path],
      { encoding: 'utf8' },
    );
    assert.match(said, /^VALID\n/);
    assert.match(said, /the one you named/);
    await dialog.getByRole('button', { name: 'Close' }).last().press('Enter');
    await dialog.waitFor({ state: 'hidden' });
  });
});
