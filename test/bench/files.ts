/** Synthetic clinics as files to import. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { generateChart } from '../fixtures/synthetic/chart.ts';
import { generatePatients } from '../fixtures/synthetic/patients.ts';
import { prng } from '../fixtures/synthetic/prng.ts';

/** Writes NDJSON of `patients` people with `perPatient` resources each. @returns resources written */
export function writeNdjson(path: string, patients: number, perPatient: number, seed: number): number {
  const random = prng(seed ^ 0x5eed);
  const file = openSync(path, 'wx');
  let count = 0;
  try {
    for (const { id, resource } of generatePatients(patients, seed)) {
      const all = [resource, ...generateChart(random, id, perPatient)];
      count += all.length;
      writeSync(file, `${all.map((one) => JSON.stringify(one)).join('\n')}\n`);
    }
  } finally {
    closeSync(file);
  }
  return count;
}
