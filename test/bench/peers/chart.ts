/** All documents of one patient by the beginning of their ids, as relational-pouch and its kin keep them. */
import { z } from 'zod';
import { generateChart } from '../../fixtures/synthetic/chart.ts';
import { prng } from '../../fixtures/synthetic/prng.ts';
import { openPouch } from './open.ts';

const order = z.strictObject({ folder: z.string(), size: z.number().int(), seed: z.number().int() });

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => void measure(message));

async function measure(message: unknown): Promise<void> {
  const { folder, size, seed } = order.parse(message);
  const db = openPouch(folder);
  const random = prng(seed);
  for (let patient = 0; patient < 20; patient += 1) {
    const chart = generateChart(random, `p${patient}`, size);
    await db.bulkDocs(chart.map((resource) => ({ _id: `p${patient}/${resource.id}`, data: resource })));
  }
  const samples: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    const prefix = `p${round % 20}/`;
    const from = performance.now();
    await db.allDocs({ include_docs: true, startkey: prefix, endkey: `${prefix}\uffff` });
    samples.push(performance.now() - from);
  }
  process.send?.({ samples });
}
