/** The audit log at 5 million entries: writing, verifying, finding, and what an entry takes. */
import { benchLog } from '../audit/log.ts';
import { measureOutside } from '../audit/outside.ts';
import { measurePages } from '../audit/pages.ts';
import { measureSizes } from '../audit/sizes.ts';
import { measureVerification } from '../audit/verification.ts';
import { measureWriting } from '../audit/writing.ts';
import type { Bench } from '../figure.ts';

const bench: Bench = {
  name: 'audit',
  run: async (run) => {
    const entries = Math.max(20_000, Math.round(5_000_000 * run.scale));
    const log = benchLog(run, entries, Math.max(500, Math.round(20_000 * run.scale)));
    return [
      ...measureWriting(run, log),
      ...(await measureVerification(run, log)),
      ...measurePages(run, log),
      ...measureSizes(run, log),
      ...(await measureOutside(run, log)),
    ];
  },
};
export default bench;
