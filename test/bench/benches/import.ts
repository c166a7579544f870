/** Import through both validators, and what the screen waits for its answers meanwhile. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { person } from '../../faults/core/clinic.ts';
import { startCore } from '../../faults/core/process.ts';
import type { Bench } from '../figure.ts';
import { writeNdjson } from '../files.ts';
import { openDesk } from '../headless.ts';
import { median, percentile } from '../measure.ts';
import { pouchImport } from '../pouch.ts';

const bench: Bench = {
  name: 'import',
  run: async (run) => {
    const desk = await openDesk(run);
    const core = await startCore(desk.profile, desk.env);
    try {
      await core.demand('sessions.signIn', person);
      const path = join(run.scratch, 'clinic.ndjson');
      const patients = Math.max(20, Math.round(2000 * run.scale));
      const resources = writeNdjson(path, patients, 20, run.seed);
      const { id } = await core.demand('imports.choose', { paths: [path] });
      const from = performance.now();
      await core.demand('imports.start', { importId: id });
      let done = false;
      const ended = core.demand('imports.wait', { importId: id }).then((report) => {
        done = true;
        return report;
      });
      const waits: number[] = [];
      for (let turn = 0; !done; turn += 1) {
        const asked = performance.now();
        await core.demand('patients.search', { text: ['gar', 'mül', 'mar jo', 'smi'][turn % 4] ?? 'gar' });
        waits.push(performance.now() - asked);
        await pause(20);
      }
      const report = await ended;
      const seconds = (performance.now() - from) / 1000;
      if (report.accepted !== resources) throw new Error(`${report.accepted} of ${resources} came in`);
      const rate = resources / seconds;
      const peer = await pouchImport(run, patients, 20);
      return [
        {
          name: `import of ${resources.toLocaleString('en')} resources`,
          value: rate,
          unit: 'per s',
          samples: resources,
          peer: { name: 'PouchDB bulkDocs, unchecked', value: peer, ratio: rate / peer },
          bound: { text: '≥ 3,000 per s', holds: rate >= 3000 },
        },
        { name: 'a search while importing, p50', value: median(waits), unit: 'ms', samples: waits.length },
        {
          name: 'a search while importing, p95',
          value: percentile(waits, 0.95),
          unit: 'ms',
          samples: waits.length,
          bound: { text: '≤ 50 ms', holds: percentile(waits, 0.95) <= 50 },
          note: `longest ${Math.round(Math.max(...waits))} ms; core in a process of its own, one call every 20 ms, the way there and back included.`,
        },
      ];
    } finally {
      await core.kill();
      await desk.stop();
    }
  },
};
export default bench;
