/** Search among a million patients, names drawn from frequency lists. */
import type { Bench } from '../figure.ts';
import { measureSearch } from '../search.ts';

const bench: Bench = {
  name: 'search-1m',
  run: async (run) => {
    const patients = Math.round(1_000_000 * run.scale);
    return measureSearch(run, patients, 0, {
      label: `search, ${patients.toLocaleString('en')} patients`,
      any: 5,
      twoByTwo: 10,
    }).figures;
  },
};
export default bench;
