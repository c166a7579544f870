/** Memory of all processes together: at work in a chart, and at its highest while importing. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, Figure } from '../figure.ts';
import { writeNdjson } from '../files.ts';
import { openDesk } from '../headless.ts';
import { type Memory, memoryBelow } from '../processes.ts';
import { openEmpty, openScreen, settle, signIn } from '../screen.ts';

function figure(name: string, ours: Memory, empty: Memory, bound: number, samples: number): Figure {
  const parts = `host, core and validator ${Math.round(ours.node)} MB, browser ${Math.round(ours.browser)} MB; the empty window's browser ${Math.round(empty.browser)} MB.`;
  return {
    name,
    value: ours.total,
    unit: 'MB',
    samples,
    limit: { name: 'empty window', value: empty.total, ratio: empty.total / ours.total },
    bound: { text: `≤ ${bound} MB`, holds: ours.total <= bound },
    note: parts,
  };
}

const bench: Bench = {
  name: 'memory',
  run: async (run) => {
    if (process.platform !== 'linux') throw new Error('memory is read from /proc, which only Linux has');
    const desk = await openDesk(run);
    try {
      const blank = await openEmpty(run, desk);
      await settle();
      const empty = memoryBelow(process.pid);
      await blank.close();
      const { app, page } = await openScreen(desk);
      try {
        await signIn(page);
        const path = join(run.scratch, 'clinic.ndjson');
        writeNdjson(path, Math.max(50, Math.round(2000 * run.scale)), 20, run.seed);
        await app.answerDialogs([path]);
        let highest: Memory = { total: 0, node: 0, browser: 0 };
        let samples = 0;
        let done = false;
        const imported = page
          .evaluate(async () => {
            const chosen = await window.carekeep.call('imports.choose', {});
            if (!chosen.ok) return chosen.error.code;
            await window.carekeep.call('imports.start', { importId: chosen.value.id });
            const report = await window.carekeep.call('imports.wait', { importId: chosen.value.id });
            return report.ok ? report.value.state : report.error.code;
          })
          .finally(() => {
            done = true;
          });
        while (!done) {
          const now = memoryBelow(process.pid);
          if (now.total > highest.total) highest = now;
          samples += 1;
          await pause(150);
        }
        const state = await imported;
        if (state !== 'done') throw new Error(`the import ended ${state}`);
        await page.keyboard.press('Control+k');
        await page.keyboard.type('a');
        await page.getByRole('option').first().waitFor();
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { level: 1 }).waitFor();
        await settle(3000);
        const working = memoryBelow(process.pid);
        return [
          figure('memory of all processes, in a chart', working, empty, 400, 1),
          figure('memory of all processes, highest while importing', highest, empty, 512, samples),
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
