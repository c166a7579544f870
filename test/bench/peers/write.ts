/** One document per write, as an app saves one observation. leveldb does not wait for the disk. */
import { z } from 'zod';
import { generateChart } from '../../fixtures/synthetic/chart.ts';
import { prng } from '../../fixtures/synthetic/prng.ts';
import { openPouch } from './open.ts';

const order = z.strictObject({ folder: z.string(), count: z.number().int(), seed: z.number().int() });

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => void measure(message));

async function measure(message: unknown): Promise<void> {
  const { folder, count, seed } = order.parse(message);
  const db = openPouch(folder);
  const samples: number[] = [];
  for (const resource of generateChart(prng(seed), 'patient', count)) {
    const from = performance.now();
    await db.put({ _id: resource.id, data: resource });
    samples.push(performance.now() - from);
  }
  process.send?.({ samples });
}
