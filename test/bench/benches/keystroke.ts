/** What the person at the desk sees: from a keystroke to drawn results, from Enter to a drawn chart of 500. */
import type { Page } from 'playwright';
import type { Bench } from '../figure.ts';
import { fillDesk } from '../fill-desk.ts';
import { openDesk } from '../headless.ts';
import { median, percentile } from '../measure.ts';
import { openScreen, settle, signIn } from '../screen.ts';

/** Watches the page: from each key down to the frame after the last change that it brought. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const state: { from: number; drawn: number } = { from: 0, drawn: 0 };
    Object.assign(window, { watched: state });
    window.addEventListener(
      'keydown',
      (event) => {
        state.from = event.timeStamp;
        state.drawn = 0;
      },
      true,
    );
    new MutationObserver((changes) => {
      // The clock that counts down to the lock ticks every second, whatever one does.
      const ours = ({ target }: MutationRecord): boolean =>
        !(target instanceof Element ? target : target.parentElement)?.closest('.ck-top');
      if (!changes.some(ours)) return;
      // The frame that shows the change has been handed over once a task runs after it.
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
          state.drawn = performance.now();
        };
        channel.port2.postMessage(null);
      });
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

/** Milliseconds since the last key until the last change was drawn; null when nothing changed. */
function drawn(page: Page): Promise<number | null> {
  return page.evaluate(() => {
    const state: unknown = Reflect.get(window, 'watched');
    const at = (name: string): number => Number(Reflect.get(Object(state), name));
    return at('drawn') === 0 ? null : at('drawn') - at('from');
  });
}

const typed = ['garcia', 'muller', 'smith', 'martin', 'rodri', 'schm', 'dub', 'wils', 'mar', 'lopez', 'jo', 'fern'];

const bench: Bench = {
  name: 'keystroke',
  run: async (run) => {
    const desk = await openDesk(run);
    const patients = Math.max(200, Math.round(100_000 * run.scale));
    try {
      await fillDesk(run, desk, patients, 500);
      const { app, page } = await openScreen(desk);
      try {
        await signIn(page);
        await watch(page);
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox').waitFor();
        await settle();
        const keys: number[] = [];
        for (const word of typed) {
          for (const letter of word) {
            await page.keyboard.press(letter);
            await settle(220);
            const took = await drawn(page);
            if (took !== null) keys.push(took);
          }
          for (let back = word.length; back > 0; back -= 1) await page.keyboard.press('Backspace');
          await settle(150);
        }
        const charts: number[] = [];
        for (let round = 0; round < 12; round += 1) {
          await page.keyboard.type('zzbench');
          await page
            .getByRole('option', { name: /Zzbench/ })
            .nth(round % 3)
            .waitFor();
          for (let down = 0; down < round % 3; down += 1) await page.keyboard.press('ArrowDown');
          await settle(200);
          await page.keyboard.press('Enter');
          await page.getByRole('heading', { level: 1, name: /Zzbench/ }).waitFor();
          // Long enough for all of it, short enough that nothing else has a reason to move.
          await settle(900);
          const took = await drawn(page);
          if (took !== null) charts.push(took);
          await page.keyboard.press('Control+k');
          await page.getByRole('combobox').waitFor();
          await settle(200);
        }
        const [key95, chart95] = [percentile(keys, 0.95), percentile(charts, 0.95)];
        return [
          {
            name: `keystroke to drawn results, ${patients.toLocaleString('en')} patients, p50`,
            value: median(keys),
            unit: 'ms',
            samples: keys.length,
          },
          {
            name: `keystroke to drawn results, ${patients.toLocaleString('en')} patients, p95`,
            value: key95,
            unit: 'ms',
            samples: keys.length,
            bound: { text: '≤ 60 ms', holds: key95 <= 60 },
          },
          { name: 'chart of 500 drawn, p50', value: median(charts), unit: 'ms', samples: charts.length },
          {
            name: 'chart of 500 drawn, p95',
            value: chart95,
            unit: 'ms',
            samples: charts.length,
            bound: { text: '≤ 250 ms', holds: chart95 <= 250 },
          },
        ];
      } finally {
        await app.close();
      }
    } finally {
      await desk.stop();
    }
  },
};
export default bench;
