/** Opening a chart of 500 resources in the core: one call, its audit entry and every row's check included. */
import { join } from 'node:path';
import { person } from '../../faults/core/clinic.ts';
import { benchClinicKey, openPlain } from '../clinic.ts';
import type { Bench } from '../figure.ts';
import { writeNdjson } from '../files.ts';
import { demand, openDesk } from '../headless.ts';
import { median, percentile, timed, timedAsync } from '../measure.ts';
import { plainCopy } from '../plain-copy.ts';
import { pouchChart } from '../pouch.ts';

const rounds = 200;
const size = 500;

const bench: Bench = {
  name: 'chart',
  run: async (run) => {
    const desk = await openDesk(run);
    const core = await desk.start();
    try {
      await demand(core, 'sessions.signIn', person);
      const path = join(run.scratch, 'charts.ndjson');
      writeNdjson(path, 20, size - 1, run.seed);
      const { id } = await demand(core, 'imports.choose', { paths: [path] });
      await demand(core, 'imports.start', { importId: id });
      await demand(core, 'imports.wait', { importId: id });
      const { patients } = await demand(core, 'patients.recent', {});
      const ids = patients.map((patient) => patient.id);
      const [first] = ids;
      if (first === undefined) throw new Error('nobody came in');
      const { rows } = await demand(core, 'chart.open', { patientId: first });
      if (rows.length < size) throw new Error(`a chart of ${rows.length}`);
      const plain = openPlain(await plainCopy(desk.profile, run.scratch), benchClinicKey);
      const bare = plain.sql<[string], { json: string }>('select * from resource where patient_id = ? order by row');
      const mine: number[] = [];
      const limit: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const patientId = ids[round % ids.length] ?? first;
        mine.push(await timedAsync(() => core.call('chart.open', { patientId })));
        limit.push(timed(() => bare.all(patientId)));
      }
      plain.db.close();
      const peer = await pouchChart(run, size);
      const p95 = percentile(mine, 0.95);
      return [
        {
          name: `chart of ${size} in the core, p50`,
          value: median(mine),
          unit: 'ms',
          samples: rounds,
          limit: { name: 'rows alone, unencrypted', value: median(limit), ratio: median(limit) / median(mine) },
          peer: { name: 'PouchDB allDocs', value: median(peer), ratio: median(peer) / median(mine) },
        },
        {
          name: `chart of ${size} in the core, p95`,
          value: p95,
          unit: 'ms',
          samples: rounds,
          limit: {
            name: 'rows alone, unencrypted',
            value: percentile(limit, 0.95),
            ratio: percentile(limit, 0.95) / p95,
          },
          bound: { text: '≤ 15 ms', holds: p95 <= 15 },
        },
      ];
    } finally {
      await core.close();
      await desk.stop();
    }
  },
};
export default bench;
