/** HospitalRun's way of finding a patient: a regular expression over the full name, in every document there is. */
import { z } from 'zod';
import { generatePatients } from '../../fixtures/synthetic/patients.ts';
import { openPouch } from './open.ts';

const order = z.strictObject({
  folder: z.string(),
  patients: z.number().int(),
  seed: z.number().int(),
  texts: z.array(z.string()),
});

const named = z.looseObject({ name: z.array(z.object({ family: z.string(), given: z.array(z.string()) })) });

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => void measure(message));

async function measure(message: unknown): Promise<void> {
  const { folder, patients, seed, texts } = order.parse(message);
  const db = openPouch(folder);
  if ((await db.info()).doc_count < patients) {
    let docs: object[] = [];
    for (const { id, resource } of generatePatients(patients, seed)) {
      const [name] = named.parse(resource).name;
      docs.push({ _id: id, fullName: `${name?.given.join(' ')} ${name?.family}`, data: resource });
      if (docs.length === 2000) {
        await db.bulkDocs(docs);
        docs = [];
      }
    }
    if (docs.length > 0) await db.bulkDocs(docs);
  }
  const samples: number[] = [];
  for (const text of texts) {
    const expression = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '.* ');
    const from = performance.now();
    await db.find({ selector: { fullName: { $regex: new RegExp(expression, 'i') } }, limit: 20 });
    samples.push(performance.now() - from);
  }
  process.send?.({ samples });
}
