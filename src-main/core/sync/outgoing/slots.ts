/** Patient keys at the backend, one replaceable place each (docs/protocols/sync.md, "Slots"). */
import { z } from 'zod';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import { base64Of, id } from '../../../../src-shared/sync-protocol/primitives.ts';
import { OpenError, open, seal } from '../../crypto/aead.ts';
import { canonicalBytes } from '../../crypto/canonical.ts';
import { equalBytes } from '../../crypto/hash.ts';
import { hkdf } from '../../crypto/kdf.ts';
import { wipe } from '../../crypto/wipe.ts';
import { isErased } from '../../store/erasures.ts';
import type { Store } from '../../store/open.ts';
import { keyAad, openPatientKey } from '../../store/patient.ts';
import { sliceClock } from '../../store/slices.ts';
import type { Tx } from '../../store/transaction.ts';
import type { SlotPut, SlotsAnswer } from '../backend.ts';

const nothing = Buffer.alloc(0);
/** `sync_slot.epoch` of what does not lie at the backend: to be put, or emptied there and nobody here knows why yet. */
const toPut = 0;
const emptied = -1;

/** Where a patient's key lies: 32 hex digits that only who has the key can compute. */
export function slotOf(patientKey: Uint8Array): string {
  return hkdf(patientKey, nothing, 'carekeep/v1/sync/slot', 16).toString('hex');
}

type SlotKey = { readonly clinic: string; readonly epoch: number; readonly clinicKey: Uint8Array };

function slotKey(clinicKey: Uint8Array): Buffer {
  return hkdf(clinicKey, nothing, 'carekeep/v1/sync/slot-key', 32);
}

function slotBinding(clinic: string, epoch: number, slot: string): Buffer {
  return Buffer.from(`carekeep/v1/sync/slot\0${JSON.stringify([clinic, epoch, slot])}`, 'utf8');
}

export function sealSlot({ clinic, epoch, clinicKey }: SlotKey, patient: string, patientKey: Buffer): SlotPut {
  const slot = slotOf(patientKey);
  const plain = canonicalBytes({ patient, key: patientKey.toString('base64') });
  const key = slotKey(clinicKey);
  const body = seal(key, plain, slotBinding(clinic, epoch, slot)).toString('base64');
  wipe(plain, key);
  return { slot, epoch, body };
}

const slotBody = z.strictObject({ patient: id, key: base64Of(32) });

/** The caller wipes the key. @throws OpenError for what was not sealed for this place */
export function openSlot(
  { clinic, epoch, clinicKey }: SlotKey,
  slot: string,
  body: string,
): { readonly patient: string; readonly key: Buffer } {
  const sealing = slotKey(clinicKey);
  let plain: Buffer = nothing;
  try {
    plain = open(sealing, Buffer.from(body, 'base64'), slotBinding(clinic, epoch, slot));
    const { patient, key: encoded } = slotBody.parse(JSON.parse(plain.toString('utf8')));
    const key = Buffer.from(encoded, 'base64');
    if (slotOf(key) !== slot) {
      wipe(key);
      throw new OpenError('a key in the place of another');
    }
    return { patient, key };
  } catch (error) {
    if (error instanceof OpenError) throw error;
    // JSON or schema: sealed by one of ours, and still no key.
    throw new OpenError('a slot without a key');
  } finally {
    wipe(sealing, plain);
  }
}

/** Which of them have no slot yet, neither at the backend nor waiting to be put there. */
export function withoutSlot(store: Store, patients: readonly string[]): ReadonlySet<string> {
  const found = store
    .sql<[string], { patient: string }>(
      `select value patient from json_each(?)
       where not exists (select 1 from sync_slot where patient_id = value and patient_id is not null)`,
    )
    .all(JSON.stringify(patients));
  return new Set(found.map(({ patient }) => patient));
}

/** What is made for them goes out only once their keys are there. */
export function needSlots(tx: Pick<Tx, 'store'>, slots: Iterable<readonly [patient: string, slot: string]>): void {
  const add = tx.store.sql<[string, string, number]>(
    'insert or ignore into sync_slot (slot, patient_id, epoch, change) values (?, ?, ?, 0)',
  );
  for (const [patient, slot] of slots) add.run(slot, patient, toPut);
}

/** Does anything that goes out still wait for a slot? */
export function slotsNeeded(store: Store): boolean {
  return (
    store
      .sql<[number], { slot: string }>('select slot from sync_slot where epoch = ? and patient_id is not null limit 1')
      .get(toPut) !== undefined
  );
}

/**
 * Keys to put now, sealed under the newest epoch: first those that something waits for, then those that lie there under
 * an older epoch. As many as fit into a slice of time; empty when there are none.
 * @throws OpenError for a key under an epoch that is not here
 */
export function slotsToPut(store: Store, clinic: string, most: number = limits.slots): SlotPut[] {
  const { clinicKeys } = store;
  if (clinicKeys === undefined) return [];
  const { epoch, key: clinicKey } = clinicKeys.current;
  const over = sliceClock();
  const waiting = store
    .sql<[number, number, number], { patient: string }>(
      `select patient_id patient from sync_slot where patient_id is not null and epoch >= ? and epoch < ?
       and patient_id not in (select patient_id from erasure) order by epoch limit ?`,
    )
    .all(toPut, epoch, most);
  const puts: SlotPut[] = [];
  for (const { patient } of waiting) {
    const patientKey = openPatientKey(store, patient);
    puts.push(sealSlot({ clinic, epoch, clinicKey }, patient, patientKey));
    wipe(patientKey);
    if (over()) break;
  }
  return puts;
}

/**
 * Slots of erased patients. They are emptied after the erasure itself went out: who sees a slot empty finds it in the
 * log.
 */
export function slotsToEmpty(store: Store, most: number = limits.slots): SlotPut[] {
  const epoch = store.clinicKeys?.current.epoch;
  if (epoch === undefined) return [];
  return store
    .sql<[number, number], { slot: string }>(
      `select s.slot from erasure e cross join sync_slot s on s.patient_id = e.patient_id where s.epoch <> ? limit ?`,
    )
    .all(emptied, most)
    .map(({ slot }) => ({ slot, epoch, body: null }));
}

/** The backend has them. @param change its counter after them */
export function slotsPut(tx: Pick<Tx, 'store'>, puts: readonly SlotPut[], change: number): void {
  const lies = tx.store.sql<[number, number, string]>('update sync_slot set epoch = ?, change = ? where slot = ?');
  const empty = tx.store.sql<[number, number, string]>(
    'update sync_slot set patient_id = null, epoch = ?, change = ? where slot = ?',
  );
  for (const { slot, epoch, body } of puts) {
    if (body === null) empty.run(emptied, change, slot);
    else lies.run(epoch, change, slot);
  }
}

export type Taken =
  | 'new' // a key that was not here: what waits for `patient` can go on
  | 'known'
  | 'emptied' // of whom, is not known here or in the erasure's op
  | 'erased' // of a patient who is erased here: to be emptied
  | 'no-clinic-key' // its epoch is not here: nothing was written, it is asked for again
  | 'differs' // we have another key of that patient, and keep it
  | 'refused'; // does not open

/** Takes a slot as the backend told of it. */
export function takeSlot(
  { store }: Pick<Tx, 'store'>,
  clinic: string,
  { slot, epoch, body, change }: SlotsAnswer['slots'][number],
): { readonly kind: Taken; readonly patient: string | null } {
  const { clinicKeys, sql } = store;
  if (body === null) {
    const known = sql<[string], { patient: string | null }>(
      'select patient_id patient from sync_slot where slot = ?',
    ).get(slot);
    sql<[string, number, number]>(
      `insert into sync_slot (slot, patient_id, epoch, change) values (?, null, ?, ?)
       on conflict (slot) do update set epoch = excluded.epoch, change = excluded.change`,
    ).run(slot, emptied, change);
    return { kind: 'emptied', patient: known?.patient ?? null };
  }
  const clinicKey = clinicKeys?.of(epoch);
  if (clinicKeys === undefined || clinicKey === undefined) return { kind: 'no-clinic-key', patient: null };
  let opened: ReturnType<typeof openSlot>;
  try {
    opened = openSlot({ clinic, epoch, clinicKey }, slot, body);
  } catch (error) {
    if (error instanceof OpenError) return { kind: 'refused', patient: null };
    throw error;
  }
  const { patient, key } = opened;
  try {
    const kind = isErased(store, patient) ? 'erased' : takeKey(store, patient, key);
    if (kind !== 'differs') {
      sql<[string, string, number, number]>(
        `insert into sync_slot (slot, patient_id, epoch, change) values (?, ?, ?, ?)
         on conflict (slot) do update set patient_id = excluded.patient_id, epoch = excluded.epoch, change = excluded.change`,
      ).run(slot, patient, epoch, change);
    }
    return { kind, patient };
  } finally {
    wipe(key);
  }
}

/** Keeps a patient's key under the newest epoch; one that is here stays. */
function takeKey(store: Store, patient: string, key: Buffer): 'new' | 'known' | 'differs' {
  const { clinicKeys, sql } = store;
  if (clinicKeys === undefined) throw new Error('the clinic key is needed to keep a patient key');
  const known = sql<[string], { epoch: number }>('select epoch from patient_key where patient_id = ?').get(patient);
  if (known !== undefined) {
    const own = openPatientKey(store, patient);
    const same = equalBytes(own, key);
    wipe(own);
    return same ? 'known' : 'differs';
  }
  const { epoch, key: clinicKey } = clinicKeys.current;
  const sealed = seal(clinicKey, key, keyAad(patient, epoch), store.random);
  sql<[string, number, Buffer]>('insert into patient_key (patient_id, epoch, sealed) values (?, ?, ?)').run(
    patient,
    epoch,
    sealed,
  );
  return 'new';
}

/**
 * Slots that were emptied there although nobody erased their patient are put again. To be asked only when the log is
 * taken as far as it went after the slots were: an erasure stands in it before its slot is emptied.
 * @returns how many
 */
export function putBackSlots({ store }: Pick<Tx, 'store'>): number {
  return store
    .sql<[number, number]>(
      `update sync_slot set epoch = ? where epoch = ? and patient_id is not null
       and patient_id not in (select patient_id from erasure)`,
    )
    .run(toPut, emptied).changes;
}
