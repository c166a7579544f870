/** From nothing to the sign-in screen, beside an empty window of the same host. */
import type { Bench } from '../figure.ts';
import { openDesk } from '../headless.ts';
import { median, timedAsync } from '../measure.ts';
import { openEmpty, openScreen, settle } from '../screen.ts';

const rounds = 7;

const bench: Bench = {
  name: 'cold-start',
  run: async (run) => {
    const desk = await openDesk(run);
    const ours: number[] = [];
    const empty: number[] = [];
    try {
      for (let round = 0; round < rounds; round += 1) {
        await settle(300);
        let close = async (): Promise<void> => undefined;
        empty.push(
          await timedAsync(async () => {
            const app = await openEmpty(run, desk);
            close = app.close;
          }),
        );
        await close();
        await settle(300);
        ours.push(
          await timedAsync(async () => {
            const { app } = await openScreen(desk);
            close = app.close;
          }),
        );
        await close();
      }
    } finally {
      await desk.stop();
    }
    return [
      {
        name: 'cold start to sign-in screen, p50',
        value: median(ours),
        unit: 'ms',
        samples: rounds,
        limit: { name: 'empty window', value: median(empty), ratio: median(empty) / median(ours) },
      },
      {
        name: 'cold start, against an empty window of the same host',
        value: median(ours) / median(empty),
        unit: '×',
        samples: rounds,
      },
    ];
  },
};
export default bench;
