/**
 * Sign in, read a chart, lock: afterwards no process of the application holds the password, the patient's name or a
 * key of the person.
 *
 * Scanned: core and what it started, every renderer, and Chromium's GPU, network, storage and zygote processes. Not
 * scanned: Chromium's browser process and the host's own Node process. In the Chromium host everything typed and every
 * message between page and core passes through these two as text of the DevTools protocol (test/host/ports.ts), which
 * is how the host stands in for Electron and drives the page; in Electron a page's port leads straight to core.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AppUnderTest, launchApp } from '../../e2e/launch.ts';
import { makeCoreClinic, person, profileOf, unlockedKeyring } from '../core/clinic.ts';
import { CannotPlay, hold, type Kind } from '../kind.ts';
import { needlesOf, patient } from '../memory/marks.ts';
import { parentOf, processesOf } from '../memory/processes.ts';
import { type Needle, scan } from '../memory/scan.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const drivers: ReadonlySet<string> = new Set(['host', 'browser']);

async function readChart(app: AppUnderTest): Promise<void> {
  const page = await app.page();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('User name').fill(person.userName);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  // It opens where this person was last: at the patients at first, in the chart afterwards.
  await page.getByRole('button', { name: 'Lock' }).first().waitFor();
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const search = page.getByRole('combobox');
  for (let tries = 0; tries < 10 && !(await search.isVisible()); tries += 1) {
    await page.keyboard.press('Control+k');
    await search.waitFor({ timeout: 2000 }).catch(() => undefined);
  }
  await search.fill(patient.family);
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('tab').first().waitFor();
}

async function lock(app: AppUnderTest): Promise<void> {
  const windows = app.windowCount();
  const cores = (await app.corePids()).length;
  const renderers = await app.rendererPids();
  await (await app.page()).keyboard.press('Control+l');
  await app.nextWindow(windows);
  await app.nextCore(cores);
  await (await app.page()).getByRole('heading', { name: 'Sign in' }).waitFor();
  for (let tries = 0; tries < 100; tries += 1) {
    const now = await app.rendererPids();
    if (!renderers.some((pid) => now.includes(pid))) return;
    await pause(50);
  }
  hold(false, 'the renderer that showed the chart is still there');
}

type Scanned = { readonly found: ReadonlySet<string>; readonly kinds: ReadonlySet<string> };

async function look(app: AppUnderTest, needles: readonly Needle[]): Promise<Scanned> {
  const cores = await app.corePids();
  const core = cores.at(-1);
  hold(core !== undefined, 'there is no core');
  const found = new Set<string>();
  const kinds = new Set<string>();
  for (const { pid, kind: what } of processesOf(parentOf(core), cores)) {
    if (drivers.has(what)) continue;
    const seen = scan(pid, needles);
    if (seen === undefined) continue;
    kinds.add(what);
    for (const { needle, where } of seen.found) found.add(`${needle} in ${what} (${where})`);
  }
  return { found, kinds };
}

async function cycle(app: AppUnderTest, needles: readonly Needle[], sure: boolean): Promise<void> {
  await readChart(app);
  if (sure) {
    // A scan that finds nothing while everything is there would prove nothing.
    const { found } = await look(app, needles);
    for (const wanted of ['the database key in core', 'the receiving key in core', 'the patient’s name in renderer']) {
      const seen = [...found].some((one) => one.startsWith(wanted));
      hold(seen, `the scan does not find ${wanted} while somebody works (${[...found].join(', ')})`);
    }
  }
  await lock(app);
  const { found, kinds } = await look(app, needles);
  for (const wanted of ['core', 'renderer']) hold(kinds.has(wanted), `no ${wanted} was scanned`);
  hold(found.size === 0, () => `after the lock: ${[...found].join('; ')}`);
}

const kind: Kind = {
  name: 'memory',
  full: 50,
  async run(run) {
    const unable = process.platform === 'linux' ? undefined : 'memory is read through /proc, which this system has not';
    if (unable !== undefined) {
      for (const seed of run.seeds) {
        await run.trial(seed, async () => {
          throw new CannotPlay(unable);
        });
      }
      return;
    }
    if (!existsSync(join(root, 'out', 'main', 'index.js'))) {
      execFileSync(process.execPath, [join(root, 'resources', 'scripts', 'build.mjs')], {
        cwd: root,
        stdio: 'inherit',
      });
    }
    const home = join(run.scratch, 'clinic');
    await makeCoreClinic(home, async (core) => {
      await core.demand('patients.create', {
        demographics: {
          ...patient,
          former: '',
          birthDate: '1971-03-14',
          gender: null,
          identifiers: [],
          phone: '',
          email: '',
          address: { line: '', postalCode: '', city: '', country: '' },
        },
        notADuplicate: true,
      });
    });
    const keyring = await unlockedKeyring(home);
    const needles = needlesOf(home, keyring.env);
    const app = await launchApp({ profile: profileOf(home), env: { ...keyring.env, CAREKEEP_HOST: 'chromium' } });
    try {
      for (const [index, seed] of run.seeds.entries()) {
        await run.trial(seed, async () => {
          await cycle(app, needles, index === 0);
          // One cycle alone would never see what the one before left behind.
          if (run.seeds.length === 1) await cycle(app, needles, false);
        });
      }
    } finally {
      await app.close();
      await keyring.stop();
    }
  },
};
export default kind;
