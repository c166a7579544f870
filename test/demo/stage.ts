/** The stage of the demonstration: the application on a fresh profile, steps that are timed, pictures of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { type AppUnderTest, launchApp } from '../e2e/launch.ts';
import { startKeyring } from '../host/keyring.ts';
import type { Person } from './cast.ts';
import type { DemoReport } from './report.ts';

export type Stage = {
  readonly app: AppUnderTest;
  /** Where report, pictures and exported files go. */
  readonly out: string;
  readonly report: DemoReport;
  readonly page: () => Promise<Page>;
  /** One step of the day: timed, and named in the report when it fails, which ends the day. */
  readonly step: (name: string, work: (page: Page) => Promise<void>) => Promise<void>;
  /** A picture of what is shown now, in light, and in dark too where it is worth a look; of another's page, if given. */
  readonly picture: (name: string, themes?: 'light' | 'both', of?: Page) => Promise<void>;
  readonly signIn: (person: Person) => Promise<Page>;
  readonly lock: () => Promise<Page>;
  readonly close: () => Promise<void>;
};

export const rail = (page: Page) => page.getByRole('navigation', { name: 'Main' });
export const dialog = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name });

export async function goTo(page: Page, room: string): Promise<void> {
  await rail(page).getByRole('button', { name: room }).click();
  await page.getByRole('heading', { level: 1, name: room }).waitFor();
}

/** The rooms that the rail shows to who is signed in. */
export async function roomsOf(page: Page): Promise<readonly string[]> {
  await rail(page).waitFor();
  return rail(page).getByRole('listitem').allTextContents();
}

export async function openStage(report: DemoReport, out: string): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-demo-'));
  const keyring = await startKeyring({ dir: folder, password: 'keyring of the demonstration' });
  const launched = performance.now();
  const app = await launchApp({ profile: join(folder, 'profile'), env: keyring.env }).catch(async (error: unknown) => {
    await keyring.stop();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  let pictures: string[] = [];

  const picture: Stage['picture'] = async (name, themes = 'light', of) => {
    const page = of ?? (await app.page());
    // what fades in or moves is let come to rest
    await page.evaluate(async () => {
      await document.fonts.ready;
      // what turns for ever never does
      const ending = document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations !== Number.POSITIVE_INFINITY);
      await Promise.allSettled(ending.map((animation) => animation.finished));
    });
    report.counts.pictures += 1;
    const number = String(report.counts.pictures).padStart(2, '0');
    const take = async (file: string) => {
      await page.screenshot({ path: join(out, file), scale: 'css' });
      pictures.push(file);
    };
    await take(`${number}-${name}.png`);
    if (themes === 'light') return;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    await take(`${number}-${name}-dark.png`);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('html[data-mantine-color-scheme="light"]').waitFor();
  };

  const stage: Stage = {
    app,
    out,
    report,
    page: app.page,
    picture,
    step: async (name, work) => {
      const started = performance.now();
      process.stdout.write(`  ${name} …`);
      const ended = (word: string) => {
        const seconds = Math.round(performance.now() - started) / 1000;
        report.steps.push({ name, seconds, pictures });
        pictures = [];
        process.stdout.write(` ${word}, ${seconds.toFixed(1)} s\n`);
      };
      try {
        await work(await app.page());
        ended('done');
      } catch (error) {
        await picture('failed').catch(() => undefined); // the reason matters more than its picture
        ended('FAILED');
        report.failures.push({ step: name, why: error instanceof Error ? error.message : String(error) });
        throw error;
      }
    },
    signIn: async (person) => {
      const page = await app.page();
      await page.getByLabel('User name').fill(person.userName);
      await page.getByLabel('Password', { exact: true }).fill(person.password);
      const started = performance.now();
      await page.keyboard.press('Enter');
      await rail(page).waitFor();
      report.timings.signIn.push(performance.now() - started);
      return page;
    },
    lock: async () => {
      const windows = app.windowCount();
      const before = await app.page();
      const started = performance.now();
      await before.keyboard.press('Control+l');
      await app.nextWindow(windows);
      const page = await app.page();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      report.timings.lock.push(performance.now() - started);
      return page;
    },
    close: async () => {
      await app.close();
      await keyring.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };

  try {
    const page = await app.page();
    await page.getByRole('heading').first().waitFor();
    report.timings.start = performance.now() - launched;
    report.host = app.host === 'electron' ? 'Electron' : 'Chromium host';
    const agent = await page.evaluate(() => navigator.userAgent);
    report.versions.browser = /(?:Headless)?Chrome\/[\d.]+/.exec(agent)?.[0] ?? agent;
    return stage;
  } catch (error) {
    await stage.close();
    throw error;
  }
}
