/** What an admin sets for this workstation, kept in the database. */
import { z } from 'zod';
import { type Policy, strictPolicy } from '../../../src-shared/policy/policy.ts';
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

export type ManagedSetting = 'idleMinutes' | 'pinAllowed';

/** What a policy of this machine decides, so that nobody here changes it. */
export function managedSettings({ idleMinutes, pinAllowed }: Policy): ManagedSetting[] {
  return [
    ...(idleMinutes === undefined ? [] : ['idleMinutes' as const]),
    ...(pinAllowed === false ? ['pinAllowed' as const] : []),
  ];
}

/** What counts on this workstation: the clinic's settings under the machine's policy. */
export function settingsUnder(policy: Policy, settings: ClinicSettings): ClinicSettings {
  const { idleMinutes } = policy;
  return {
    ...settings,
    // what stands in for a policy that cannot be read makes nothing looser than it was
    ...(idleMinutes !== undefined && {
      idleMinutes: policy === strictPolicy ? Math.min(idleMinutes, settings.idleMinutes) : idleMinutes,
    }),
    ...(policy.pinAllowed === false && { pinAllowed: false }),
  };
}

export function writeSettings(store: Store, next: ClinicSettings): void {
  writeMeta(store.db, 'settings', Buffer.from(JSON.stringify(settings.parse(next)), 'utf8'));
}
