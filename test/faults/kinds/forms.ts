/**
 * Every text field that a page may send with script and odd Unicode, through write, read and every screen of the real
 * renderer: it comes back as it was typed, it is shown as text, nothing runs and no rule of the page is broken. What
 * only makes sense on a screen of its own (a closed chart, a finding, a code) is typed into that screen's form.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { type AppUnderTest, launchApp } from '../../e2e/launch.ts';
import { makeCoreClinic, profileOf, unlockedKeyring } from '../core/clinic.ts';
import type { CoreProcess } from '../core/process.ts';
import { pageCaller, signedIn } from '../forms/caller.ts';
import { typeCodes } from '../forms/codes.ts';
import { freeTexts } from '../forms/fields.ts';
import { fitted, payloads } from '../forms/payloads.ts';
import { closeCharts, typed, typeEmergency, typeReview, typeRole, viewWorkstations } from '../forms/typing.ts';
import { chartViews, railViews, squeezed } from '../forms/views.ts';
import { covered, notShown, writeEverywhere } from '../forms/writing.ts';
import { hold, type Kind } from '../kind.ts';
import { caseOf, type Prng } from '../prng.ts';

const root = join(import.meta.dirname, '..', '..', '..');

type Walk = {
  /** In the clinic before the application opens it. */
  readonly prepare: (core: CoreProcess) => Promise<void>;
  /** @throws Broken */
  readonly play: (app: AppUnderTest, page: Page, text: string, random: Prng) => Promise<void>;
};

/** Two halves of the fields, each with every payload: one alone takes as long as a trial should. */
const walks: readonly Walk[] = [
  {
    prepare: async () => undefined,
    play: async (_app, page, text, random) => {
      const wrote = await writeEverywhere(pageCaller(page), text, random);
      const chart = squeezed(await chartViews(page, fitted(text, 20)));
      for (const shown of wrote.inChart) {
        hold(chart.includes(squeezed(shown)), 'not shown in the chart as it was typed');
      }
      const rail = squeezed(await railViews(page));
      hold(rail.includes(squeezed(wrote.displayName)), 'not shown among the people as it was typed');
    },
  },
  {
    prepare: closeCharts,
    play: async (app, page, text) => {
      await typeRole(page, text);
      await viewWorkstations(page, fitted(text, 60));
      await typeEmergency(page, text);
      await typeReview(page, text);
      await typeCodes(app, text);
    },
  },
];

const kind: Kind = {
  name: 'forms',
  full: payloads.length * walks.length,
  async run(run) {
    const known = [...covered, ...notShown, ...typed];
    const forgotten = freeTexts().filter((field) => !known.some((some) => some.test(field)));
    hold(forgotten.length === 0, `no trial writes to ${forgotten.join(', ')}`);
    if (!existsSync(join(root, 'out', 'main', 'index.js'))) {
      execFileSync(process.execPath, [join(root, 'resources', 'scripts', 'build.mjs')], {
        cwd: root,
        stdio: 'inherit',
      });
    }
    for (const seed of run.seeds) {
      const at = caseOf(seed, payloads.length * walks.length);
      const payload = payloads[at % payloads.length];
      const walk = walks[Math.floor(at / payloads.length)];
      await run.trial(seed, async (random) => {
        hold(payload !== undefined && walk !== undefined, 'no payload');
        const { text, name } = payload;
        const home = join(run.scratch, `trial-${seed}`);
        const named = {
          clinicName: fitted(text, 120),
          workstationName: fitted(text, 60),
          displayName: fitted(text, 120),
        };
        await makeCoreClinic(home, walk.prepare, named);
        const keyring = await unlockedKeyring(home);
        const app = await launchApp({ profile: profileOf(home), env: keyring.env });
        try {
          const page = await signedIn(app);
          const errors: string[] = [];
          page.context().on('weberror', (error) => errors.push(error.error().name));
          await walk.play(app, page, text, random);
          hold(errors.length === 0, `the page broke (${errors[0]})`);
          hold(!/\[page\]/.test(app.log()), 'the page reported an error');
        } catch (error) {
          if (error instanceof Error && !error.message.includes(name)) error.message = `“${name}”: ${error.message}`;
          throw error;
        } finally {
          await app.close();
          await keyring.stop();
        }
      });
    }
  },
};
export default kind;
