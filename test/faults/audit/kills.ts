/**
 * A process that dies while it takes a checkpoint, at each of its steps, several times over: every start goes on without
 * an alarm, little stays unsigned, and the key that signed is in the file no more.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { checkpointsFrom, lastCheckpoint } from '../../../src-main/core/audit/checkpoint-store.ts';
import type { OneTimeFile, OneTimeKeys } from '../../../src-main/core/audit/one-time-file.ts';
import { verifyLog } from '../../../src-main/core/audit/verifylog.ts';
import { open } from '../../../src-main/core/crypto/aead.ts';
import { hkdf } from '../../../src-main/core/crypto/kdf.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { profilePaths } from '../../../src-main/core/vault/layout.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { Day } from './day.ts';
import { type Clinic, keyFileOf, openClinicStore, signingOf, trustOf } from './people.ts';

const slotLength = 512;

/** Where it dies: before the database has the checkpoint, or in what follows for the file. */
export const steps = ['commit', 'nothing written', 'half a slot', 'a slot', 'half wiped', 'wiped'] as const;
type Step = (typeof steps)[number];

class Killed extends Error {}

/** The real file, which stops at a step as a killed process leaves it; it remembers which keys ever were in it. */
class StoppingFile implements OneTimeFile {
  readonly #file: OneTimeFile;
  readonly #path: string;
  /** Number → private key. */
  readonly made = new Map<number, string>();
  stopAt: Step | null = null;

  constructor(file: OneTimeFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  read(): OneTimeKeys | undefined {
    return this.#file.read();
  }

  fresh(): Buffer {
    return this.#file.fresh();
  }

  write(keys: OneTimeKeys): void {
    for (const [at, key] of keys.keys.entries()) this.made.set(keys.number + at, key.toString('base64'));
    const step = this.stopAt;
    if (step === 'nothing written') throw new Killed(step);
    const before = this.#bytes();
    this.#file.write(keys);
    if (step === null || step === 'commit') return;
    const after = this.#bytes();
    // The new slot first, then random bytes over the other: a kill leaves a beginning of that.
    const mine = (keys.number % 2) * slotLength;
    const other = slotLength - mine;
    const left = Buffer.from(before);
    after.copy(left, mine, mine, mine + (step === 'half a slot' ? slotLength / 2 : slotLength));
    if (step === 'half wiped') after.copy(left, other, other, other + slotLength / 2);
    if (step === 'wiped') after.copy(left, other, other, other + slotLength);
    writeFileSync(this.#path, left);
    throw new Killed(step);
  }

  #bytes(): Buffer {
    const bytes = Buffer.alloc(2 * slotLength);
    try {
      readFileSync(this.#path).copy(bytes);
    } catch {
      // Not there yet: it was lost, and the first write makes it.
    }
    return bytes;
  }
}

/** Everything that opens in the file, slot by slot, as somebody with the key file's inner keys reads it. */
async function slotsOf(clinic: Clinic): Promise<string[]> {
  const { journalKey, profileId } = await keyFileOf(clinic);
  const key = hkdf(Buffer.from(journalKey, 'base64'), Buffer.alloc(0), 'carekeep/v1/audit/one-time', 32);
  const aad = Buffer.from(`carekeep/v1/audit/one-time/${profileId}`, 'utf8');
  const bytes = readFileSync(profilePaths(clinic.profile).auditKeys);
  return [0, slotLength].flatMap((from) => {
    const length = bytes.readUInt16BE(from);
    try {
      return [open(key, bytes.subarray(from + 2, from + 2 + length), aad).toString('utf8')];
    } catch {
      // Wiped, or half of it.
      return [];
    }
  });
}

function dieAtCommit(store: Store): void {
  store.db.exec(`create trigger dies before insert on audit_checkpoint begin select raise(abort, 'killed'); end`);
}

/** Checkpoints of a log that people work in until the process dies, several times. */
export async function killedCheckpoints(clinic: Clinic, random: Prng, first: Step): Promise<void> {
  const { vault, profile } = clinic;
  const { clinicId, deviceId } = vault.ids();
  const { file, device } = signingOf(vault, originOf(clinicId, deviceId));
  const stopping = new StoppingFile(file, profilePaths(profile).auditKeys);
  const actors = [clinic.eva, clinic.the];
  let store = openClinicStore(clinic);
  store.db.pragma('synchronous=OFF');
  const begin = (clock?: number): Day =>
    new Day({
      store,
      clinicId,
      file: stopping,
      device,
      actors,
      roster: vault.roster().length,
      random,
      ...(clock !== undefined && { clock }),
    });
  let kills = 0;
  let day = begin();
  try {
    for (let life = 0; life < 4; life += 1) {
      const anchored = life === 2 && random.chance(0.5);
      if (anchored) writeFileSync(profilePaths(profile).auditKeys, '');
      else for (let left = random.between(3, 150); left > 0; left -= 1) day.step();
      const step = life === 0 ? first : random.pick(steps);
      stopping.stopAt = step;
      if (step === 'commit') dieAtCommit(store);
      try {
        if (anchored) day.restart();
        else {
          day.step();
          day.take();
        }
      } catch {
        // Died there, or at the first checkpoint that became due: the next life finds what it left.
        kills += 1;
      }
      stopping.stopAt = null;
      store.db.exec('drop trigger if exists dies');
      const { clock } = day;
      day.close();
      store.db.close();
      store = openClinicStore(clinic);
      store.db.pragma('synchronous=OFF');
      // Throws where the file says that the log is an older one.
      day = begin(clock);
      day.acknowledge();
      await nothingUsed(clinic, store, stopping);
    }
    day.step();
    day.take();
    await nothingUsed(clinic, store, stopping);
    const { actions } = drain(verifyLog(store, trustOf(vault)));
    hold(
      actions !== null && actions.unsigned <= 64 * kills,
      `${actions?.unsigned} entries are unsigned after ${kills} kills`,
    );
    let from = 0;
    for (const { size } of checkpointsFrom(store, 0, 10_000)) {
      hold(size - from <= 64 + 2, `${size - from} entries without a checkpoint`);
      from = size;
    }
  } finally {
    day.close();
    store.db.close();
  }
}

/** No private key of a checkpoint that stands is in the file. @throws Broken */
async function nothingUsed(clinic: Clinic, store: Store, { made }: StoppingFile): Promise<void> {
  const last = lastCheckpoint(store)?.number ?? -1;
  const slots = await slotsOf(clinic);
  for (const [number, key] of made) {
    if (number > last) continue;
    hold(
      !slots.some((text) => text.includes(key)),
      `the key that signed checkpoint ${number} of ${last} is in the file`,
    );
  }
}
