/** Search among 100,000 patients with 2 million resources, beside PouchDB's own query over the same people. */
import type { Bench, Figure } from '../figure.ts';
import { median } from '../measure.ts';
import { pouchSearch } from '../pouch.ts';
import { measureSearch } from '../search.ts';

const bench: Bench = {
  name: 'search-100k',
  run: async (run) => {
    const patients = Math.round(100_000 * run.scale);
    const label = `search, ${patients.toLocaleString('en')} patients`;
    const { figures, typical, words } = measureSearch(run, patients, 20, { label, any: 1, twoByTwo: 10 });
    const samples = await pouchSearch(run, patients, words.filter((text) => text.length >= 3).slice(0, 5));
    const query = median(samples);
    const beside: Figure = {
      name: `${label}, median`,
      value: typical,
      unit: 'ms',
      samples: samples.length,
      peer: { name: 'PouchDB', value: query, ratio: query / typical },
      bound: { text: '≥ 20,000× PouchDB', holds: query / typical >= 20_000 },
      note: `PouchDB: pouchdb-find over leveldb by regular expression, as HospitalRun asked it; ${samples.length} samples.`,
    };
    return [...figures, beside];
  },
};
export default bench;
