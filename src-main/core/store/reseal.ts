/** Patient keys sealed anew under the newest epoch of the clinic key, in slices; a kill in between costs nothing. */
import { open, seal } from '../crypto/aead.ts';
import { wipe } from '../crypto/wipe.ts';
import { readMeta, writeMeta } from './meta.ts';
import type { Store } from './open.ts';
import { keyAad } from './patient.ts';
import { type Sliced, sliceClock } from './slices.ts';
import { withTransaction } from './transaction.ts';

/** Meta: the epoch under which every patient key is sealed at least. */
const sealedUnder = 'patient_keys_epoch';
const atATime = 100;

type Row = { readonly id: string; readonly epoch: number; readonly sealed: Buffer };

/** @throws OpenError when a key does not open under the epoch it names */
export function* resealPatientKeys(store: Store): Sliced<number> {
  const { clinicKeys, sql } = store;
  if (clinicKeys === undefined) return 0;
  const { epoch, key } = clinicKeys.current;
  const known = Number(readMeta(store.db, sealedUnder)?.toString('utf8') ?? 1);
  if (known >= epoch) return 0;
  const total = sql<[], { n: number }>('select count(*) n from patient_key').get()?.n ?? 0;
  let done = 0;
  let after = '';
  for (;;) {
    const over = sliceClock();
    const ended = withTransaction(store, () => {
      for (;;) {
        const rows = sql<[string, number, number], Row>(
          'select patient_id id, epoch, sealed from patient_key where patient_id > ? and epoch < ? order by patient_id limit ?',
        ).all(after, epoch, atATime);
        for (const { id, epoch: from, sealed } of rows) {
          const older = clinicKeys.of(from);
          if (older === undefined) throw new Error(`epoch ${from} of the clinic key is not here`);
          const patientKey = open(older, sealed, keyAad(id, from));
          const again = seal(key, patientKey, keyAad(id, epoch), store.random);
          wipe(patientKey);
          sql<[number, Buffer, string]>('update patient_key set epoch = ?, sealed = ? where patient_id = ?').run(
            epoch,
            again,
            id,
          );
        }
        done += rows.length;
        after = rows.at(-1)?.id ?? after;
        if (rows.length < atATime) return true;
        if (over()) return false;
      }
    });
    if (ended) break;
    yield { done, total };
  }
  writeMeta(store.db, sealedUnder, Buffer.from(`${epoch}`, 'utf8'));
  return done;
}
