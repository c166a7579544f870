/** The packed application, taken out of its archive, from nothing to the sign-in screen: beside an empty window of the same host. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractAll } from '@electron/asar';
import { check, resourcesOf } from '../../../resources/package/check.ts';
import type { Target } from '../../../resources/package/contents.ts';
import { pack } from '../../../resources/package/pack.ts';
import { launchApp } from '../../e2e/launch.ts';
import type { Bench } from '../figure.ts';
import { openDesk } from '../headless.ts';
import { median, timedAsync } from '../measure.ts';
import { demandBundles, openEmpty, settle } from '../screen.ts';

const rounds = 7;
const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const target: Target = { platform: 'linux', arch: process.arch === 'arm64' ? 'arm64' : 'x64' };

const bench: Bench = {
  name: 'package-start',
  run: async (run) => {
    demandBundles();
    const out = join(run.scratch, 'dist');
    const order = { root, target, out, kinds: [], anchor: undefined, standIn: true, environment: {} };
    const { folder } = await pack(order);
    const report = await check(target, folder);
    const app = join(run.scratch, 'app');
    extractAll(join(resourcesOf(target, folder), 'app.asar'), app);
    const desk = await openDesk(run);
    const ours: number[] = [];
    const empty: number[] = [];
    try {
      for (let round = 0; round < rounds; round += 1) {
        let close = async (): Promise<void> => undefined;
        await settle(300);
        empty.push(
          await timedAsync(async () => {
            close = (await openEmpty(run, desk)).close;
          }),
        );
        await close();
        await settle(300);
        ours.push(
          await timedAsync(async () => {
            const started = await launchApp({ profile: desk.profile, env: desk.env, bundle: join(app, 'out') });
            close = started.close;
            await (await started.page()).getByRole('heading', { name: 'Sign in' }).waitFor();
          }),
        );
        await close();
      }
    } finally {
      await desk.stop();
    }
    return [
      {
        name: 'packed application to its sign-in screen, p50',
        value: median(ours),
        unit: 'ms',
        samples: rounds,
        limit: { name: 'empty window', value: median(empty), ratio: median(empty) / median(ours) },
        note: 'taken out of the archive: plain Node reads none',
      },
      {
        name: 'application without Electron, installed',
        value: report.installed / 1e6,
        unit: 'MB',
        samples: 1,
      },
    ];
  },
};
export default bench;
