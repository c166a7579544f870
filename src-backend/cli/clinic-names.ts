/** What the operator calls the clinics: a note on this machine, which the service and its database never see. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../ca/folder.ts';

const names = z.record(z.uuid(), z.string());

export function clinicNames(folder: string): ReadonlyMap<string, string> {
  const file = join(folder, 'clinics.json');
  if (!existsSync(file)) return new Map();
  return new Map(Object.entries(names.parse(JSON.parse(readFileSync(file, 'utf8')))));
}

/** @param name null: it is gone */
export function noteClinic(folder: string, tenant: string, name: string | null): void {
  const all = new Map(clinicNames(folder));
  if (name === null) all.delete(tenant);
  else all.set(tenant, name);
  writeWhole(join(folder, 'clinics.json'), `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}
