/** How many years entries stay, as an admin chose or as is usual in the clinic's country. */
import { z } from 'zod';
import { fewestYears, mostYears, usualRetention } from '../../../src-shared/contract/retention-years.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import type { Store } from '../store/open.ts';

const kept = z.strictObject({ years: z.number().int().min(fewestYears).max(mostYears).nullable() });
const name = 'audit_retention';

/** Null: what is usual in the country. */
export function chosenYears(store: Store): number | null {
  const bytes = readMeta(store.db, name);
  return bytes === undefined ? null : kept.parse(JSON.parse(bytes.toString('utf8'))).years;
}

export function chooseYears(store: Store, years: number | null): void {
  writeMeta(store.db, name, Buffer.from(JSON.stringify(kept.parse({ years })), 'utf8'));
}

/** What counts now. */
export function retentionYears(store: Store, country: string): number {
  return chosenYears(store) ?? usualRetention(country).years;
}
