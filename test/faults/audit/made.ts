/** The log that is attacked, made once: what a process needs to open it, and what the clinic's outside knows of it. */
import { cpSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { type CheckpointRow, checkpointsFrom, lastCheckpoint } from '../../../src-main/core/audit/checkpoint-store.ts';
import { rootAt } from '../../../src-main/core/audit/log.ts';
import type { OneTimeFile, OneTimeKeys } from '../../../src-main/core/audit/one-time-file.ts';
import { askWitness } from '../../../src-main/core/audit/witness.ts';
import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { noteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import { closeStore, createStore, type Store } from '../../../src-main/core/store/open.ts';
import { profilePaths } from '../../../src-main/core/vault/layout.ts';
import { hold } from '../kind.ts';
import { createPrng, type Prng } from '../prng.ts';
import { type Actor, Day } from './day.ts';
import {
  type Clinic,
  closePeople,
  databaseKeys,
  keyFileOf,
  makePeople,
  openClinicStore,
  signingOf,
  trustOf,
} from './people.ts';
import { newWitness, type OurWitness, type WitnessKeys } from './witness.ts';

export type SavedCheckpoint = {
  readonly number: number;
  readonly size: number;
  readonly note: string;
  readonly actions: string;
};

/** A log's rows as they are. */
export type Rows = { readonly entries: readonly Uint8Array[]; readonly checkpoints: readonly SavedCheckpoint[] };

/** Crosses to other processes as it is. */
export type Made = {
  readonly database: string;
  readonly databaseKey: Uint8Array;
  readonly clinicKey: { readonly epoch: number; readonly key: Uint8Array };
  readonly profile: string;
  readonly profileId: string;
  readonly journalKey: Uint8Array;
  readonly clinicId: string;
  readonly clinicIdentity: Uint8Array;
  readonly roster: readonly unknown[];
  readonly deviceId: string;
  /** The workstation's own key: the insider has it. */
  readonly device: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  readonly users: readonly string[];
  /** What keychain and witness know: size and root at the last checkpoint. */
  readonly head: { readonly size: number; readonly root: string };
  readonly witness: WitnessKeys;
  /** The log of another workstation of the clinic, with the same people. */
  readonly other: Rows;
};

/** Entries behind the last checkpoint at the end: nobody has signed them yet. */
const tail = 40;

export function rowsOf(store: Store): Rows {
  const entries = store.sql<[], { entry: Buffer }>('select entry from audit_entry order by seq').all();
  const checkpoints = checkpointsFrom(store, 0, 1_000_000);
  return {
    entries: entries.map(({ entry }) => entry),
    checkpoints: checkpoints.map(({ number, size, note, actions }: CheckpointRow) => ({ number, size, note, actions })),
  };
}

/** One-time keys of a workstation that is not attacked. */
class MemoryKeys implements OneTimeFile {
  #keys: OneTimeKeys | undefined;
  read(): OneTimeKeys | undefined {
    if (this.#keys === undefined) return undefined;
    const [mine, next] = this.#keys.keys;
    return { number: this.#keys.number, keys: [Buffer.from(mine), Buffer.from(next)] };
  }
  write({ number, keys: [mine, next] }: OneTimeKeys): void {
    this.#keys = { number, keys: [Buffer.from(mine), Buffer.from(next)] };
  }
  fresh(): Buffer {
    return generateEd25519().privateKey;
  }
}

function otherLog(clinic: Clinic, folder: string, actors: readonly Actor[], random: Prng): Rows {
  const { clinicId } = clinic.vault.ids();
  const deviceId = '9d0a3c1e-5b0f-4f6a-8a3e-6f3a1c2b4d5e';
  const store = createStore({
    path: join(folder, 'other', 'carekeep-1.db'),
    ...databaseKeys(clinic),
    device: deviceId,
  });
  store.db.pragma('synchronous=OFF');
  const { publicKey, privateKey } = generateEd25519();
  const device = noteSigner(`${originOf(clinicId, deviceId)}/device`, publicKey, privateKey);
  const roster = clinic.vault.roster().length;
  const day = new Day({ store, clinicId, file: new MemoryKeys(), device, actors, roster, random });
  while (day.size < 300) day.step();
  day.take();
  const rows = rowsOf(store);
  day.close();
  closeStore(store);
  return rows;
}

/** @param size entries in the log, a few hundred at least */
export async function makeLog(folder: string, size: number): Promise<Made> {
  const random = createPrng(7);
  const clinic = await makePeople(join(folder, 'profile'));
  const { vault } = clinic;
  const { clinicId, deviceId } = vault.ids();
  const actors: readonly Actor[] = [clinic.eva, clinic.ida, clinic.the];
  const store = openClinicStore(clinic);
  // Made in a temporary folder and thrown away: nothing here has to survive a power cut.
  store.db.pragma('synchronous=OFF');
  const { file, device } = signingOf(vault, originOf(clinicId, deviceId));
  const roster = vault.roster().length;
  const day = new Day({ store, clinicId, file, device, actors, roster, random });
  const witness = newWitness(trustOf(vault));
  let asked = 0;
  while (day.size < size - tail) {
    day.step();
    if (asked === 0 && day.size > size * 0.62) {
      // The small file was lost, and somebody signed for the new chain of keys.
      loseKeys(clinic);
      day.restart();
      asked = await ask(store, witness);
    } else if (day.size - asked > 300) asked = await ask(store, witness);
  }
  day.take();
  await ask(store, witness);
  const signed = day.size;
  while (day.size < size) {
    day.clock -= 1200;
    day.step();
  }
  hold(signed === size - tail, 'the log was not made as it should be');
  const other = otherLog(clinic, folder, actors, random);
  const made = await madeOf(clinic, store, witness, other);
  day.close();
  closeStore(store);
  closePeople(clinic);
  return made;
}

/** What is known of a log that stands, its last checkpoint being what keychain and witness know. */
export async function madeOf(clinic: Clinic, store: Store, witness: OurWitness, other: Rows): Promise<Made> {
  const { vault } = clinic;
  const payload = await keyFileOf(clinic);
  const size = lastCheckpoint(store)?.size ?? 0;
  const root = rootAt(store, size);
  hold(root !== undefined, 'the log has no root');
  const { key, clinicKey } = databaseKeys(clinic);
  return {
    database: store.path,
    databaseKey: Buffer.from(key),
    clinicKey: { epoch: clinicKey.epoch, key: Buffer.from(clinicKey.key) },
    profile: clinic.profile,
    journalKey: Buffer.from(payload.journalKey, 'base64'),
    ...vault.ids(),
    clinicIdentity: vault.clinicIdentity(),
    roster: vault.roster(),
    device: {
      publicKey: Buffer.from(payload.device.ed25519.public, 'base64'),
      privateKey: Buffer.from(payload.device.ed25519.private, 'base64'),
    },
    users: [clinic.eva, clinic.ida, clinic.the].map(({ userId }) => userId),
    head: { size, root: root.toString('hex') },
    witness: witness.keys(),
    other,
  };
}

function loseKeys({ profile }: Clinic): void {
  writeFileSync(profilePaths(profile).auditKeys, '');
}

async function ask(store: Store, witness: OurWitness): Promise<number> {
  const answer = await askWitness(store, witness);
  hold(answer?.kind === 'cosigned', `the witness says ${answer?.kind ?? 'nothing'}`);
  return witness.size;
}

/** The database file beside its log, copied for one process. @returns its path */
export function copyDatabase({ database }: Made, folder: string): string {
  cpSync(dirname(database), folder, { recursive: true });
  return join(folder, 'carekeep-1.db');
}
