/** A log whose first years may go: as it stands before the pruning, with what two admins agreed to, and after it. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { deletePruned } from '../../../src-main/core/audit/prune/execute.ts';
import { setHold } from '../../../src-main/core/audit/prune/holds.ts';
import { planPrune } from '../../../src-main/core/audit/prune/plan.ts';
import type { PruneSubject } from '../../../src-main/core/audit/prune/pruned.ts';
import { askWitness } from '../../../src-main/core/audit/witness.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { newRequest, requestBytes, signatureBy } from '../../../src-main/core/vault/request.ts';
import type { SignedRequest } from '../../../src-main/core/vault/roster-entry.ts';
import { uuid } from '../imports/samples.ts';
import { hold } from '../kind.ts';
import { createPrng, type Prng } from '../prng.ts';
import { Day } from './day.ts';
import { type Made, madeOf } from './made.ts';
import { type Clinic, makePeople, monday, openClinicStore, signingOf, trustOf } from './people.ts';
import { newWitness, type OurWitness } from './witness.ts';

const year = 365.25 * 24 * 3_600_000;
/** When admins prune: what is older than four years may go. */
const pruning = monday;
/** When the log began. */
const begun = Math.round(monday - 6 * year);
const before = pruning - 4 * year;

export type Prunable = {
  readonly clinic: Clinic;
  /** The profile before the pruning. */
  readonly ripe: string;
  readonly clock: number;
  /** The log before, and after it. */
  readonly whole: Made;
  readonly pruned: Made;
  /** What two admins signed and carried out. */
  readonly request: SignedRequest;
  readonly subject: PruneSubject;
  readonly keptBits: Uint8Array;
};

/** @throws Broken where nothing may go */
export function planned(store: Store): { readonly subject: PruneSubject; readonly plan: ReturnType<typeof planOf> } {
  const plan = planOf(store);
  hold(plan.below > 0, `nothing may go (${plan.stoppedBy})`);
  const { below, kept, keptSet } = plan;
  const keptDigest = keptSet.digest().toString('base64');
  return { plan, subject: { kind: 'audit-prune', deviceId: store.device, before, below, kept, keptDigest } };
}

const planOf = (store: Store) => drain(planPrune(store, { before, sentTo: null }));

/** What both admins sign. */
export function agreed({ eva, ida, vault }: Clinic, subject: PruneSubject, random: Prng, at = pruning): SignedRequest {
  const { clinicId } = vault.ids();
  const signer = (user: typeof eva) => ({ by: user.userId, sign: (message: Uint8Array) => user.sign(message) });
  const asked = newRequest({ clinicId, id: uuid(random), subject }, { at, expiresAt: at + 86_400_000 }, signer(eva));
  return { ...asked, signatures: [...asked.signatures, signatureBy(signer(ida), requestBytes(asked.body))] };
}

/** The log's writer, some of whose people are admins. */
export function writerOn(clinic: Clinic, store: Store, random: Prng, clock: number, admins: boolean): Day {
  const { clinicId, deviceId } = clinic.vault.ids();
  const { file, device } = signingOf(clinic.vault, originOf(clinicId, deviceId));
  const actors = admins ? [clinic.eva, clinic.ida] : [clinic.eva, clinic.ida, clinic.the];
  return new Day({ store, clinicId, file, device, actors, roster: clinic.vault.roster().length, random, clock });
}

export async function makePrunable(folder: string): Promise<Prunable> {
  const random = createPrng(13);
  const clinic = await makePeople(join(folder, 'profile'), begun);
  const store = openClinicStore(clinic);
  store.db.pragma('synchronous=OFF');
  const witness = newWitness(trustOf(clinic.vault));
  const old = writerOn(clinic, store, random, begun, false);
  while (old.size < 900) old.step();
  old.take();
  old.close();
  const day = writerOn(clinic, store, random, pruning - 3_600_000, true);
  while (day.size < 1000) day.step();
  day.take();
  const ripe = await saved(folder, 'ripe', clinic, store, witness);
  day.clock = pruning + 60_000;
  const { subject, plan } = planned(store);
  const request = agreed(clinic, subject, random);
  day.prune(request.body.id, request, subject, plan.keptSet);
  day.take();
  const gone = drain(deletePruned(store, request.body.id));
  hold(gone === plan.going && gone > 100, `${gone} entries went, not ${plan.going}`);
  for (let left = 0; left < 30; left += 1) day.step();
  day.take();
  const pruned = await saved(folder, 'pruned', clinic, store, witness);
  const { clock } = day;
  day.close();
  store.db.close();
  return { clinic, ripe: ripe.profile, clock, whole: ripe, pruned, request, subject, keptBits: plan.keptSet.bits };
}

/** The whole profile as it stands, and what is known of its log then. */
async function saved(folder: string, name: string, clinic: Clinic, store: Store, witness: OurWitness): Promise<Made> {
  await askWitness(store, witness);
  store.db.pragma('wal_checkpoint(TRUNCATE)');
  const profile = join(folder, name);
  cpSync(clinic.profile, profile, { recursive: true });
  const made = await madeOf(clinic, store, witness, { entries: [], checkpoints: [] });
  return { ...made, profile, database: join(profile, 'db', 'carekeep-1.db') };
}

/** A legal hold, placed as an admin places it. */
export function placeHold(store: Store, patientId: string | null, byUser: string): void {
  withTransaction(store, (tx) => setHold(tx, { patientId, reason: 'A court asked.', byUser }), pruning);
}
