/**
 * Every text of a record, typed here and sent by another system, as each of many scripts, through every view of the
 * real renderer: lists, charts, each record's own page and its source, documents, imports, people, log. None runs,
 * none becomes an element, and the page's policy has nothing to stop.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { launchApp } from '../../e2e/launch.ts';
import { makeCoreClinic, profileOf, unlockedKeyring } from '../core/clinic.ts';
import type { CoreProcess } from '../core/process.ts';
import { pageCaller, signedIn } from '../forms/caller.ts';
import { fitted } from '../forms/payloads.ts';
import { calm, inspect, railViews } from '../forms/views.ts';
import { writeEverywhere } from '../forms/writing.ts';
import { hold, type Kind } from '../kind.ts';
import { caseOf } from '../prng.ts';
import { payloads } from '../xss/payloads.ts';
import { hostileRecord } from '../xss/record.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** @returns resources that came in */
async function bringIn(core: CoreProcess, folder: string, text: string): Promise<number> {
  const path = join(folder, `${fitted(text.replaceAll(/[/\p{Cc}]/gu, ''), 60) || 'record'}.json`);
  writeFileSync(path, hostileRecord(text));
  const { id } = await core.demand('imports.choose', { paths: [path] });
  await core.demand('imports.start', { importId: id });
  const { accepted } = await core.demand('imports.wait', { importId: id });
  return accepted;
}

/** Lines of one tab are drawn alike: so many of each are opened. */
const mostATab = 8;

/** Opens whatever opens on this tab, looks, and closes it. */
async function openEach(page: Page, where: string): Promise<number> {
  const lines = page.locator('main li > button, main tbody tr button, main [role="listitem"] button');
  const count = Math.min(await lines.count(), mostATab);
  for (let at = 0; at < count; at += 1) {
    const line = lines.nth(at);
    if (!(await line.isVisible().catch(() => false)) || (await line.isDisabled().catch(() => true))) continue;
    await line.click({ timeout: 2_000 }).catch(() => undefined); // a line that has scrolled away has been seen already
    await page.waitForTimeout(60);
    await inspect(page, `${where}, record ${at + 1}`);
    if ((await page.getByRole('dialog').count()) > 0) {
      const source = page.getByRole('dialog').getByRole('button', { name: /source/i });
      if ((await source.count()) > 0) {
        await source.first().click();
        await inspect(page, `${where}, source ${at + 1}`);
      }
      await page.keyboard.press('Escape');
      await page
        .getByRole('dialog')
        .first()
        .waitFor({ state: 'detached', timeout: 5_000 })
        .catch(() => undefined);
    }
  }
  return count;
}

/** The chart of the patient seen last, every tab of it, records of each. */
async function lastChart(page: Page): Promise<number> {
  let opened = 0;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Patients' }).click();
  await page.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
  await calm(page);
  await inspect(page, 'recent patients');
  await page.getByRole('main').locator('li button, tbody tr').first().click();
  await page.getByRole('tab').first().waitFor();
  for (let at = 0; at < (await page.getByRole('tab').count()); at += 1) {
    await page.getByRole('tab').nth(at).click();
    await calm(page);
    await inspect(page, `chart, tab ${at + 1}`);
    opened += await openEach(page, `chart, tab ${at + 1}`);
  }
  return opened;
}

const kind: Kind = {
  name: 'xss',
  full: payloads.length,
  async run(run) {
    if (!existsSync(join(root, 'out', 'main', 'index.js'))) {
      execFileSync(process.execPath, [join(root, 'resources', 'scripts', 'build.mjs')], {
        cwd: root,
        stdio: 'inherit',
      });
    }
    let resources = 0;
    let opened = 0;
    for (const seed of run.seeds) {
      const text = payloads[caseOf(seed, payloads.length)];
      await run.trial(
        seed,
        async (random) => {
          hold(text !== undefined, 'no payload');
          const home = join(run.scratch, `trial-${seed}`);
          const name = (limit: number): string => fitted(text, limit);
          await makeCoreClinic(
            home,
            async (core) => {
              const accepted = await bringIn(core, home, text);
              // It is to be seen, not to be refused at the door.
              hold(accepted >= 20, `only ${accepted} resources came in`);
              resources += accepted;
            },
            { clinicName: name(120), workstationName: name(60), displayName: name(120) },
          );
          const keyring = await unlockedKeyring(home);
          const app = await launchApp({ profile: profileOf(home), env: keyring.env });
          try {
            const page = await signedIn(app);
            // what came in by the file, then what is typed
            opened += await lastChart(page);
            await writeEverywhere(pageCaller(page), text, random);
            opened += await lastChart(page);
            await railViews(page);
            hold(!/\[page\]/.test(app.log()), 'the page reported an error');
          } catch (error) {
            if (error instanceof Error) error.message = `payload ${seed}: ${error.message}`;
            throw error;
          } finally {
            await app.close();
            await keyring.stop();
          }
        },
        { milliseconds: 300_000 },
      );
    }
    run.note(`${resources} imported resources, ${opened} records opened one by one`);
  },
};
export default kind;
