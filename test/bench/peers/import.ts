/** The same resources into PouchDB in lots of 500, without looking at them. One sample: resources per second. */
import { z } from 'zod';
import { generateChart } from '../../fixtures/synthetic/chart.ts';
import { generatePatients } from '../../fixtures/synthetic/patients.ts';
import { prng } from '../../fixtures/synthetic/prng.ts';
import { openPouch } from './open.ts';

const order = z.strictObject({
  folder: z.string(),
  patients: z.number().int(),
  perPatient: z.number().int(),
  seed: z.number().int(),
});

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => void measure(message));

async function measure(message: unknown): Promise<void> {
  const { folder, patients, perPatient, seed } = order.parse(message);
  const random = prng(seed ^ 0x5eed);
  const texts = [...generatePatients(patients, seed)].flatMap(({ id, resource }) =>
    [resource, ...generateChart(random, id, perPatient)].map((one) => JSON.stringify({ _id: one.id, data: one })),
  );
  const db = openPouch(folder);
  const from = performance.now();
  for (let at = 0; at < texts.length; at += 500) {
    await db.bulkDocs(texts.slice(at, at + 500).map((text): object => JSON.parse(text)));
  }
  process.send?.({ samples: [texts.length / ((performance.now() - from) / 1000)] });
}
