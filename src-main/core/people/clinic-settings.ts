/** What an admin sets for this workstation, kept in the database. */
import { z } from 'zod';
import { unseenDaysAtFirst } from '../connection/unseen.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import type { Store } from '../store/open.ts';

const settings = z.strictObject({
  idleMinutes: z.number().int().min(1).max(60),
  /** May users set a PIN for quick return? */
  pinAllowed: z.boolean().default(true),
  /** How long a veiled session waits for its PIN. */
  veilMinutes: z.number().int().min(1).max(15).default(5),
  /** So many days without contact with the backend, then only admins sign in. */
  unseenDays: z.number().int().min(7).max(365).default(unseenDaysAtFirst),
});
export type ClinicSettings = z.infer<typeof settings>;
const atFirst: ClinicSettings = { idleMinutes: 5, pinAllowed: true, veilMinutes: 5, unseenDays: unseenDaysAtFirst };

export function readSettings(store: Store): ClinicSettings {
  const bytes = readMeta(store.db, 'settings');
  return bytes === undefined ? atFirst : settings.parse(JSON.parse(bytes.toString('utf8')));
}

export function writeSettings(store: Store, next: ClinicSettings): void {
  writeMeta(store.db, 'settings', Buffer.from(JSON.stringify(settings.parse(next)), 'utf8'));
}
