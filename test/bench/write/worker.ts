/** So many writes of one kind and no more, for counting what they ask of the disk: `worker.ts PATH full|bare COUNT`. */
import { createPrng } from '../../faults/prng.ts';
import { write } from '../../faults/record/writes.ts';
import { generateChart } from '../../fixtures/synthetic/chart.ts';
import { prng } from '../../fixtures/synthetic/prng.ts';
import { openEncrypted } from '../clinic.ts';
import { bareWrite } from './bare.ts';

const [path = '', mode, count = '0'] = process.argv.slice(2);
const store = openEncrypted(path);
const random = createPrng(1);
const [patient] = store.sql<[], { id: string }>('select id from patient order by ord').all();
const [resource] = generateChart(prng(1), 'patient', 1);
if (patient === undefined || resource === undefined) throw new Error('an empty clinic');
write(store, random, 'patient');
for (let done = 0; done < Number(count); done += 1) {
  if (mode === 'full') write(store, random, 'item');
  else bareWrite(store, patient.id, resource, false);
}
// Ended, not closed: a checkpoint at closing is no part of a write.
process.exit(0);
