/** How old every key is, and when somebody should think of a new one. */
import type { KeyFilePayload } from './key-file-payload.ts';

const day = 86_400_000;
const year = 365 * day;

/**
 * Recommended ages, milliseconds. A year for what a copied disk, a lost backup or a departed colleague could have
 * learnt: the most such a find is worth is then a year of records. Two for identities: they sign, and each change is
 * one more entry in every roster. A year for the kit's drill: paper moves, and nobody notices.
 */
export const recommendedAge = {
  database: year,
  clinic: year,
  'device-secret': year,
  identity: 2 * year,
  recovery: year,
} as const;
/** The reminder comes this long before. */
const notice = 30 * day;

export type Reminder = 'fresh' | 'due' | 'overdue';

/** @param since when the age began to count */
export function reminderOf(kind: keyof typeof recommendedAge, since: number, now: number): Reminder {
  const left = since + recommendedAge[kind] - now;
  return left <= 0 ? 'overdue' : left <= notice ? 'due' : 'fresh';
}

export type KeyAge = {
  readonly kind: 'database' | 'clinic' | 'device-secret' | 'device' | 'identity' | 'recovery';
  /** Generation, epoch or number of the device secret. */
  readonly number: number | null;
  /** Whose identity. */
  readonly userId: string | null;
  readonly displayName: string | null;
  readonly createdAt: number;
  /** When it replaced another; null for the first of its kind. */
  readonly rotatedAt: number | null;
  /** Null where nothing is recommended: the roster's device keys go with the device. */
  readonly reminder: Reminder | null;
  /** Somebody who knew it is gone: it is replaced at the next chance. */
  readonly due: boolean;
  /** Identity: when the password was chosen. */
  readonly passwordSetAt: number | null;
  /** Identity: new keys are made at the next sign-in. */
  readonly asked: boolean;
  /** Kit: as a code or on sheets, and the last drill. */
  readonly form: 'code' | 'shares' | null;
  readonly lastDrill: { readonly at: number; readonly passed: boolean } | null;
};

const nothing = {
  number: null,
  userId: null,
  displayName: null,
  due: false,
  passwordSetAt: null,
  asked: false,
  form: null,
  lastDrill: null,
} as const;

/** Every kind of key. @param identities whose identities are shown */
export function keyAges(
  payload: KeyFilePayload,
  deviceSecretNumber: number,
  now: number,
  identities: (userId: string) => boolean,
): readonly KeyAge[] {
  const { databaseKey, clinicKeys, recovery, device, due } = payload;
  const clinic = clinicKeys.reduce((newest, one) => (one.epoch > newest.epoch ? one : newest));
  const { lastDrill } = recovery;
  const drilled = lastDrill?.passed === true ? lastDrill.at : (recovery.confirmedAt ?? recovery.createdAt);
  const since = payload.deviceSecretSince;
  return [
    {
      ...nothing,
      kind: 'database',
      number: databaseKey.generation,
      createdAt: databaseKey.createdAt,
      rotatedAt: databaseKey.generation > 1 ? databaseKey.createdAt : null,
      reminder: due.databaseKey ? 'overdue' : reminderOf('database', databaseKey.createdAt, now),
      due: due.databaseKey,
    },
    {
      ...nothing,
      kind: 'clinic',
      number: clinic.epoch,
      createdAt: clinic.createdAt,
      rotatedAt: clinic.epoch > 1 ? clinic.createdAt : null,
      reminder: due.clinicKey ? 'overdue' : reminderOf('clinic', clinic.createdAt, now),
      due: due.clinicKey,
    },
    {
      ...nothing,
      kind: 'device-secret',
      number: deviceSecretNumber,
      createdAt: since,
      rotatedAt: deviceSecretNumber > 1 ? since : null,
      reminder: reminderOf('device-secret', since, now),
    },
    { ...nothing, kind: 'device', createdAt: device.createdAt, rotatedAt: null, reminder: null },
    {
      ...nothing,
      kind: 'recovery',
      createdAt: recovery.createdAt,
      rotatedAt: null,
      reminder: lastDrill?.passed === false ? 'overdue' : reminderOf('recovery', drilled, now),
      form: recovery.form,
      lastDrill: lastDrill === null ? null : { at: lastDrill.at, passed: lastDrill.passed },
    },
    ...payload.users
      .filter(({ id, status }) => status === 'active' && identities(id))
      .map((user) => ({
        ...nothing,
        kind: 'identity' as const,
        userId: user.id,
        displayName: user.displayName,
        createdAt: user.keysSince,
        rotatedAt: user.keysSince > user.createdAt ? user.keysSince : null,
        reminder: reminderOf('identity', user.keysSince, now),
        passwordSetAt: user.passwordSetAt,
        asked: user.demands.newKeys,
      })),
  ];
}
