/** What a person sees of an update: offered between two tasks, asked for, installed, said once. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import { writeFolder } from '../unit/update/repository.ts';
import { assertAccessible, signIn } from './clinic.ts';
import { ana, UpdateStage } from './update-stage.ts';

describe('an update, by the screens', { timeout: 120_000 }, () => {
  let stage: UpdateStage;
  let page: Page;
  before(async () => {
    stage = await UpdateStage.start();
    stage.offer('1.1.0');
    const share = join(stage.folder, 'share');
    writeFolder(stage.repository.files, share);
    stage.policy({ updateSource: share });
    await stage.open();
    await stage.setUp();
    await stage.phase('idle');
    await stage.call('updates.check', {});
    await stage.phase('ready');
    const windows = stage.app.windowCount();
    // the page goes with its session; what it answers is not waited for
    await stage.tell('sessions.lock', {}).catch(() => undefined);
    await stage.app.nextWindow(windows);
    await shown();
  });
  after(() => stage.stop());

  async function shown(): Promise<void> {
    page = await stage.app.page();
    page.setDefaultTimeout(15_000);
  }
  const rail = () => page.getByRole('navigation', { name: 'Main' });
  const region = (name: string) => page.getByRole('region', { name, exact: true });
  const chip = () => page.getByRole('button', { name: 'Update ready' });
  const dialog = () => page.getByRole('dialog');
  async function seen(name: string, theme: 'light' | 'dark'): Promise<void> {
    const pictures = process.env['CAREKEEP_PICTURES'];
    for (const colorScheme of pictures === undefined ? [theme] : (['light', 'dark'] as const)) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
      await assertAccessible(page, `${name}, ${colorScheme}`);
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
    }
  }

  it('is offered at the sign-in screen and asked about right after it', async () => {
    const offered = region('Carekeep 1.1.0 is ready');
    await offered.getByRole('button', { name: 'Install after signing in' }).press('Enter');
    await offered.getByText('You will be asked as soon as you have signed in.').waitFor();
    await seen('offer-sign-in', 'light');
    await signIn(page, ana.userName, ana.password);
    await dialog().getByText('Everybody is signed out of this workstation.').waitFor();
    await seen('offer-dialog', 'dark');
    await page.keyboard.press('Escape');
    // "later" holds until the next sign-in
    await dialog().waitFor({ state: 'hidden' });
    assert.equal(await chip().count(), 0);
  });

  it('is in nobody’s way over a chart', async () => {
    const windows = stage.app.windowCount();
    await page.keyboard.press('Control+l');
    await stage.app.nextWindow(windows);
    await shown();
    await signIn(page, ana.userName, ana.password);
    await rail().getByRole('button', { name: 'Patients' }).press('Enter');
    await region('Carekeep 1.1.0 is ready').waitFor();
    await chip().waitFor();
    await seen('offer-home', 'light');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('steinbach');
    await page.getByText('Steinbach').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /New note/ }).waitFor();
    assert.equal(await chip().count(), 0);
  });

  it('is installed on a person’s word, and said once afterwards', async () => {
    await rail().getByRole('button', { name: 'Updates' }).press('Enter');
    await seen('offer-updates', 'dark');
    await region('Next version').getByRole('button', { name: 'Install now' }).press('Enter');
    await dialog().getByRole('button', { name: 'Install now' }).press('Enter');
    await stage.again();
    assert.equal(stage.version(), '1.1.0');
    await shown();
    await region('Carekeep checks the new version').waitFor();
    await signIn(page, ana.userName, ana.password);
    await rail().getByRole('button', { name: 'Patients' }).press('Enter');
    const done = region('Carekeep was updated to 1.1.0');
    await done.waitFor();
    await done.getByText('Better.').waitFor();
    await seen('offer-kept', 'light');
    await done.getByRole('button', { name: 'Close' }).press('Enter');
    await done.waitFor({ state: 'hidden' });
    assert.equal(await stage.patients(), 1);
  });
});
