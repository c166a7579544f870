/** Real prunings by two admins, killed at each of their steps; every proof of before holds after them. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLines } from '../../../resources/verify/carekeep-verify.mjs';
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { checkpointsFrom } from '../../../src-main/core/audit/checkpoint-store.ts';
import { bundleLines } from '../../../src-main/core/audit/export-bundle.ts';
import { rootAt } from '../../../src-main/core/audit/log.ts';
import { deletePruned, finishPrunes, isPruning } from '../../../src-main/core/audit/prune/execute.ts';
import { planPrune } from '../../../src-main/core/audit/prune/plan.ts';
import { verifyLog } from '../../../src-main/core/audit/verifylog.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { patientRef } from '../../../src-main/core/store/patient.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { MemoryKeychain, vaultOn } from '../keyfile/clinic.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import type { Day } from './day.ts';
import { read } from './entries.ts';
import { type Clinic, monday, openClinicStore, trustOf } from './people.ts';
import { agreed, type Prunable, placeHold, planned, writerOn } from './prunable.ts';

/** Where the process dies. */
export const prunings = [
  'not',
  'before it is signed',
  'before a tile',
  'after a tile',
  'in a slice',
  'at the end',
] as const;
type Dies = (typeof prunings)[number];

/** Roots by the size of each checkpoint, so far. */
function rootsOf(store: Store): ReadonlyMap<number, string> {
  const sizes = checkpointsFrom(store, 0, 10_000).map(({ size }) => size);
  return new Map(sizes.map((size) => [size, rootAt(store, size)?.toString('hex') ?? 'none']));
}

const countBelow = (store: Store, below: number): number =>
  store.sql<[number], { n: number }>('select count(*) n from audit_entry where seq < ?').get(below)?.n ?? 0;

/** @throws Broken where a proof does not hold */
function demandProofs(clinic: Clinic, store: Store, roots: ReadonlyMap<number, string>, when: string): void {
  delete store.held.head;
  const { vault } = clinic;
  drain(verifyLog(store, trustOf(vault)));
  for (const [size, root] of roots)
    hold(rootAt(store, size)?.toString('hex') === root, `${when}: another root at ${size}`);
  const { clinicId, deviceId } = vault.ids();
  const of = {
    clinicId,
    clinicIdentity: vault.clinicIdentity(),
    origin: originOf(clinicId, deviceId),
    roster: vault.roster(),
    madeAt: monday,
  };
  const lines: string[] = [];
  for (const part of bundleLines(store, of)) lines.push(...part.lines);
  const known = [...roots].map(([size, root]) => ({ size, root: Buffer.from(root, 'hex').toString('base64') }));
  const { problem } = verifyLines(lines, { known });
  hold(problem === null, `${when}: carekeep-verify says ${problem?.code} ${problem?.at} ${problem?.more}`);
}

/** The first slices of it, until the process dies. */
function deleted(store: Store, id: string, dies: Dies, below: number, random: Prng): void {
  if (dies === 'before it is signed' || dies === 'before a tile') return;
  const doomed = random.between(257, below - 1);
  if (dies === 'in a slice')
    store.db.exec(
      `create trigger dies before delete on audit_entry when old.seq >= ${doomed} begin select raise(abort, 'killed'); end`,
    );
  const work = deletePruned(store, id);
  let slices = 0;
  try {
    for (let step = work.next(); !step.done; step = work.next()) {
      slices += 1;
      if (dies === 'after a tile' && slices === 1) return;
    }
  } catch (error) {
    hold(dies === 'in a slice', `it stopped: ${error instanceof Error ? error.message : 'unknown'}`);
  } finally {
    store.db.exec('drop trigger if exists dies');
  }
}

/** One patient with entries below, under a hold. @returns the pseudonym */
function heldPatient(store: Store, clinic: Clinic, random: Prng): string | null {
  const patients = store.sql<[], { id: string }>('select id from patient order by id').all();
  const { id } = random.pick(patients);
  placeHold(store, id, clinic.ida.userId);
  return patientRef(store, id);
}

const heldLeft = (store: Store, ref: string): number =>
  store
    .sql<[], { entry: Buffer }>('select entry from audit_entry')
    .all()
    .filter(({ entry }) => entry.includes(`"patient":"${ref}"`) && read(entry).patient === ref).length;

export async function realPrune(prunable: Prunable, folder: string, random: Prng, dies: Dies): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const profile = join(folder, 'profile');
  cpSync(prunable.ripe, profile, { recursive: true });
  const keychain = new MemoryKeychain(prunable.clinic.keychain.items);
  const clinic = { ...prunable.clinic, profile, keychain, vault: await vaultOn(profile, keychain) };
  let store = openClinicStore(clinic);
  store.db.pragma('synchronous=OFF');
  let day: Day = writerOn(clinic, store, random, monday, true);
  try {
    const ref = random.chance(0.5) ? heldPatient(store, clinic, random) : null;
    const held = ref === null ? 0 : heldLeft(store, ref);
    const { subject, plan } = planned(store);
    if (random.chance(0.3)) {
      placeHold(store, null, clinic.ida.userId);
      hold(
        drain(planPrune(store, { before: subject.before, sentTo: null })).onHold,
        'a hold on everything holds nothing',
      );
      store
        .sql<[number, string]>('update audit_hold set lifted_at = ?, lifted_by = ? where patient_id is null')
        .run(monday, clinic.eva.userId);
    }
    for (let left = random.between(0, 80); left > 0; left -= 1) day.step();
    day.take();
    const roots = rootsOf(store);
    const before = countBelow(store, plan.below);
    const request = agreed(clinic, subject, random, monday);
    const { id } = request.body;
    day.prune(id, request, subject, plan.keptSet);
    if (dies !== 'before it is signed') day.take();
    deleted(store, id, dies, plan.below, random);
    if (dies !== 'not') {
      const { clock } = day;
      day.close();
      store.db.close();
      store = openClinicStore(clinic);
      store.db.pragma('synchronous=OFF');
      demandProofs(clinic, store, roots, 'after the kill');
      day = writerOn(clinic, store, random, clock, true);
    }
    const began = dies !== 'before it is signed' && dies !== 'before a tile';
    hold(
      isPruning(store) === (dies === 'after a tile' || dies === 'in a slice'),
      'another standing than it was left in',
    );
    drain(finishPrunes(store));
    hold(countBelow(store, plan.below) === (began ? plan.kept : before), 'not just what was agreed to is gone');
    if (ref !== null) hold(heldLeft(store, ref) >= held, 'entries under a legal hold are gone');
    day.step();
    day.take();
    demandProofs(clinic, store, roots, 'at the end');
  } finally {
    day.close();
    store.db.close();
    clinic.vault.close();
  }
}
