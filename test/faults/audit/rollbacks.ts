/** Older files under what is current: what the real opening says of them, and what comes after somebody goes on. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { lastCheckpoint } from '../../../src-main/core/audit/checkpoint-store.ts';
import { append, head } from '../../../src-main/core/audit/log.ts';
import { SessionSigners } from '../../../src-main/core/audit/session-signers.ts';
import { verifyLog } from '../../../src-main/core/audit/verifylog.ts';
import { askWitness } from '../../../src-main/core/audit/witness.ts';
import { type Opened, openDatabase } from '../../../src-main/core/opened.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { profilePaths } from '../../../src-main/core/vault/layout.ts';
import type { Vault } from '../../../src-main/core/vault/vault.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { MemoryKeychain, vaultOn } from '../keyfile/clinic.ts';
import { hold } from '../kind.ts';
import { createPrng, type Prng } from '../prng.ts';
import { Day } from './day.ts';
import { type Clinic, makePeople, openClinicStore, signingOf, trustOf } from './people.ts';
import { newWitness, OurWitness, type WitnessKeys } from './witness.ts';

/** The profile folder as it stood once, and how far the log was. */
type Snapshot = { readonly folder: string; readonly size: number; readonly checkpoint: number };

export type History = {
  readonly clinic: Clinic;
  readonly snapshots: readonly Snapshot[];
  readonly now: Snapshot;
  /** Items of the keychain at the end. */
  readonly items: ReadonlyMap<string, string>;
  /** Entries up to the head that the keychain knows. */
  readonly known: number;
  readonly witness: WitnessKeys;
  readonly clock: number;
};

/** A clinic's weeks with a copy of everything at every tenth checkpoint, and at every step of the last minute. */
export async function makeHistory(folder: string): Promise<History> {
  const random = createPrng(11);
  const clinic = await makePeople(join(folder, 'profile'));
  const { vault, profile } = clinic;
  const { clinicId, deviceId } = vault.ids();
  const store = openClinicStore(clinic);
  store.db.pragma('synchronous=OFF');
  const { file, device } = signingOf(vault, originOf(clinicId, deviceId));
  const actors = [clinic.eva, clinic.ida, clinic.the];
  const day = new Day({ store, clinicId, file, device, actors, roster: vault.roster().length, random });
  const witness = newWitness(trustOf(vault));
  const snapshots: Snapshot[] = [];
  const snap = (): Snapshot => {
    store.db.pragma('wal_checkpoint(TRUNCATE)');
    const copy = join(folder, `snapshot-${snapshots.length}`);
    cpSync(profile, copy, { recursive: true });
    const made = { folder: copy, size: day.size, checkpoint: lastCheckpoint(store)?.number ?? -1 };
    snapshots.push(made);
    return made;
  };
  const saveHead = async (): Promise<number> => {
    day.take();
    const { size, root } = head(store);
    await vault.writeAuditHead({ size, root: Buffer.from(root, 'hex') });
    await askWitness(store, witness);
    return size;
  };
  let known = 0;
  let heard = day.clock;
  while (day.size < 1500) {
    day.step();
    const number = lastCheckpoint(store)?.number ?? 0;
    if (number > 0 && number % 10 === 0 && snapshots.at(-1)?.checkpoint !== number) snap();
    if (day.clock - heard > 60_000) {
      known = await saveHead();
      heard = day.clock;
    }
  }
  // The last minute: nothing goes to the keychain any more, a checkpoint comes, and a few entries behind it.
  known = await saveHead();
  snap();
  for (let left = 0; left < 20; left += 1) day.step();
  snap();
  day.take();
  snap();
  for (let left = 0; left < 9; left += 1) day.step();
  const now = snap();
  const { clock } = day;
  day.close();
  store.db.close();
  return { clinic, snapshots, now, items: new Map(clinic.keychain.items), known, witness: witness.keys(), clock };
}

type Setting = { readonly vault: Vault; readonly signers: SessionSigners; readonly close: () => void };

/** The current profile in a folder of its own, with its keychain. */
async function settled(history: History, folder: string, replace: (profile: string) => void): Promise<Setting> {
  mkdirSync(folder, { recursive: true });
  const profile = join(folder, 'profile');
  cpSync(history.now.folder, profile, { recursive: true });
  replace(profile);
  const vault = await vaultOn(profile, new MemoryKeychain(history.items));
  return { vault, signers: new SessionSigners(), close: () => vault.close() };
}

async function opened(history: History, { vault, signers }: Setting, acceptRollback = false): Promise<Opened | string> {
  try {
    return await openDatabase({
      vault,
      keys: history.clinic.eva,
      acceptRollback,
      witnesses: () => [],
      signers,
      now: () => history.clock + 60_000,
      // What goes on behind an open database is not what is tried here.
      report: () => undefined,
    });
  } catch (error) {
    if (error instanceof CallError) return error.value.code;
    throw error;
  }
}

/** What is put back, how; and whether it has to be noticed. */
const puttingBack = {
  'the database': (from: string, to: string) => {
    rmSync(profilePaths(to).databases, { recursive: true });
    cpSync(profilePaths(from).databases, profilePaths(to).databases, { recursive: true });
  },
  'database and one-time keys': (from: string, to: string) => {
    puttingBack['the database'](from, to);
    cpSync(profilePaths(from).auditKeys, profilePaths(to).auditKeys);
  },
  'the whole profile': (from: string, to: string) => {
    rmSync(to, { recursive: true });
    cpSync(from, to, { recursive: true });
  },
} as const;
type PutBack = keyof typeof puttingBack;
export const putBacks: readonly PutBack[] = ['the database', 'database and one-time keys', 'the whole profile'];

/**
 * The one-time keys move with each checkpoint, the keychain's head once a minute: what is older than the one of them
 * that was not put back is noticed. What is older only within that is not promised.
 * @returns what was noticed
 */
export async function putBack(
  history: History,
  folder: string,
  what: PutBack,
  random: Prng,
  at: number,
): Promise<'noticed' | 'not promised'> {
  const snapshot = history.snapshots[at % history.snapshots.length];
  hold(snapshot !== undefined, 'no snapshot');
  const setting = await settled(history, folder, (profile) => puttingBack[what](snapshot.folder, profile));
  try {
    const must =
      snapshot.size < history.known || (what === 'the database' && snapshot.checkpoint < history.now.checkpoint);
    const said = await opened(history, setting);
    if (typeof said !== 'string') said.close();
    if (said !== 'database-rolled-back') {
      hold(
        !must,
        `an older one (${snapshot.size} of ${history.known}) opens: ${typeof said === 'string' ? said : 'quietly'}`,
      );
      hold(typeof said !== 'string', `a start within the last minute is refused: ${String(said)}`);
      return 'not promised';
    }
    hold(snapshot.size < history.now.size, 'a false alarm');
    if (random.chance(0.7)) await goOn(history, setting, snapshot);
    return 'noticed';
  } finally {
    setting.close();
  }
}

/** Somebody goes on with it: a chain of keys begins under their name, and the witness says what it thinks of it. */
async function goOn(history: History, setting: Setting, snapshot: Snapshot): Promise<void> {
  const open = await opened(history, setting, true);
  hold(typeof open !== 'string', `nobody may go on: ${String(open)}`);
  const { store, checkpoints } = open;
  try {
    const { clinicId, deviceId } = setting.vault.ids();
    const trust = trustOf(setting.vault);
    await signFor(history, setting, open, originOf(clinicId, deviceId));
    drain(verifyLog(store, trust));
    const note = lastCheckpoint(store)?.note ?? '';
    hold(note.includes('\nanchor rolled-back\n'), 'the log does not say that it was rolled back');
    hold(checkpoints.pendingAnchor() === null, 'nothing was signed for');
    const witness = new OurWitness(history.witness, trust);
    const answer = await askWitness(store, {
      name: witness.name,
      cosign: async (request) => witness.answer(request, false),
    });
    // What it has seen is the beginning of this one, or it is not: an older one that it never signed further is.
    const expected = snapshot.checkpoint < witness.number ? 'forked' : 'cosigned';
    hold(answer?.kind === expected, `the witness says ${answer?.kind ?? 'nothing'} and not ${expected}`);
  } finally {
    open.close();
  }
}

async function signFor(
  { clinic, clock }: History,
  { vault, signers }: Setting,
  { store, checkpoints }: Opened,
  origin: string,
): Promise<void> {
  const anchor = checkpoints.pendingAnchor();
  hold(anchor !== null, 'no new chain of keys begins');
  const roster = vault.roster().length;
  // As core does at a sign-in: the session is certified, the entry stands, then the chain begins.
  signers.begin(store, origin, { id: 'a0000000-0000-4000-8000-000000000001', keys: clinic.eva }, { at: clock, roster });
  withTransaction(
    store,
    (tx) =>
      append(tx, {
        type: 'audit.anchored',
        outcome: 0,
        agent: { user: clinic.eva.userId, roles: ['admin'], session: 'a0000000-0000-4000-8000-000000000001' },
        purpose: 'HOPERAT',
        origin: 'screen',
        detail: { number: anchor.number, reason: anchor.reason },
      }),
    clock + 60_000,
  );
  checkpoints.acknowledge();
  checkpoints.take();
}
