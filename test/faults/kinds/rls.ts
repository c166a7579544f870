/**
 * Transactions of several tenants on a few pooled connections of a real PostgreSQL, with errors, cancels and ended
 * connections in their middle, in seeded orders: not one foreign row is seen or written.
 */
import type { Kind } from '../kind.ts';
import { mishaps, play, type Tally } from '../rls/play.ts';
import { judge, openStage } from '../rls/stage.ts';

const kind: Kind = {
  name: 'rls',
  full: 50_000,
  async run(run) {
    // Shared by all trials, connections too: what one leaves behind on them is the next one's to find.
    const stage = await openStage(6);
    const tally: Tally = { transactions: 0, looks: 0, written: 0, mishaps: new Map() };
    let kept = 0;
    try {
      for (const seed of run.seeds) {
        await run.trial(seed, async (random) => {
          await play(stage, random, tally);
          kept += await judge(stage);
        });
      }
    } finally {
      await stage.end();
    }
    const counts = mishaps.map((name) => `${name} ${tally.mishaps.get(name) ?? 0}`).join(', ');
    run.note(
      `${tally.transactions} transactions, ${tally.looks} looks, ${kept} of ${tally.written} rows written stayed`,
    );
    run.note(counts);
  },
};
export default kind;
