/** Where attempts are played: a copy of the made log, each attempt in a transaction that is undone. */
import { Memory } from '../../../resources/verify/carekeep-verify.mjs';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { openStore } from '../../../src-main/core/store/open.ts';
import { realDisk } from '../../../src-main/core/vault/disk.ts';
import { profilePaths } from '../../../src-main/core/vault/layout.ts';
import { oneTimeFile } from '../../../src-main/core/vault/one-time-keys.ts';
import { rosterEntry } from '../../../src-main/core/vault/roster-entry.ts';
import { RosterHistory } from '../../../src-main/core/vault/roster-history.ts';
import { Broken, hold } from '../kind.ts';
import { caseOf, createPrng } from '../prng.ts';
import { demanded, type Judged } from './demanded.ts';
import { edits } from './edits.ts';
import { Insider } from './insider.ts';
import { type Judge, judged } from './judge.ts';
import { copyDatabase, type Made, rowsOf } from './made.ts';
import { OurWitness } from './witness.ts';

/** Entries in the log: each kind is played at every one of them. */
export const logSize = 5000;
export const attempts: number = edits.length * logSize;

export type Played = Judged & {
  readonly seed: number;
  readonly kind: string;
  readonly how: string;
  /** Why a promise did not hold; null where all did. */
  readonly broken: string | null;
  /** Of the processor: others may be busy, too. */
  readonly milliseconds: number;
};

/** A copy of the log, and who judges it. */
export function judgeOf(made: Made, folder: string): Judge {
  const { databaseKey, clinicKey, clinicId, clinicIdentity, journalKey, profileId } = made;
  const store = openStore({
    path: copyDatabase(made, folder),
    key: Buffer.from(databaseKey),
    clinicKey: { epoch: clinicKey.epoch, key: Buffer.from(clinicKey.key) },
  });
  store.db.pragma('synchronous=OFF');
  const entries = made.roster.map((entry) => rosterEntry.parse(entry));
  const trust = { clinicId, book: new RosterHistory(entries, clinicId, clinicIdentity) };
  const path = profilePaths(made.profile).auditKeys;
  const file = oneTimeFile(realDisk, path, profileId, Buffer.from(journalKey), randomBytes);
  const witness = new OurWitness(made.witness, trust);
  return { store, made, trust, file, witness, memory: new Memory() };
}

/** The log as it was made must please everybody: else what follows would prove nothing. @throws Broken */
export async function demandSound(judge: Judge): Promise<void> {
  const { log, keychain, keys, witness, verifier, informed } = await judged(judge, true);
  const said = [log?.code ?? 'ok', keychain, keys, witness, verifier?.code ?? 'ok', informed?.code ?? 'ok'].join();
  hold(said === 'ok,ok,fine,cosigned,ok,ok', `the log is not sound as it was made: ${said}`);
}

export class Room {
  readonly #judge: Judge;
  readonly #insider: Insider;
  readonly #made: Made;

  constructor(made: Made, folder: string) {
    this.#judge = judgeOf(made, folder);
    const { store } = this.#judge;
    const rows = rowsOf(store);
    const own = { ...rows, entries: rows.entries.map((entry) => Buffer.from(entry)) };
    this.#insider = new Insider(store, made, own);
    this.#insider.dropTriggers();
    this.#made = made;
  }

  untouched(): Promise<void> {
    return demandSound(this.#judge);
  }

  async play(seed: number): Promise<Played> {
    const random = createPrng(seed);
    const number = caseOf(seed, attempts);
    const kind = edits[number % edits.length];
    hold(kind !== undefined, 'no such kind');
    const { store } = this.#judge;
    const began = process.cpuUsage();
    const milliseconds = () => {
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    };
    store.db.exec('begin immediate');
    let how = 'not made';
    try {
      const attempt = kind.play(this.#insider, Math.floor(number / edits.length), random);
      how = attempt.how;
      this.#insider.write(attempt.wanted);
      const verdicts = await judged(this.#judge, attempt.shows === 'heads');
      const found = demanded(attempt, verdicts, this.#made.head.size);
      return { ...found, seed, kind: kind.name, how, broken: null, milliseconds: milliseconds() };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const broken = error instanceof Broken ? error.message : `${error.name}: ${error.message} ${place(error)}`;
      return { class: 'signed', by: [], seed, kind: kind.name, how, broken, milliseconds: milliseconds() };
    } finally {
      store.db.exec('rollback');
      delete store.held.head;
    }
  }

  close(): void {
    this.#judge.store.db.close();
  }
}

/** The first line of ours in a stack. */
const place = ({ stack = '' }: Error): string => /\/((?:test|src-main|resources)\/[^\s)]+)/.exec(stack)?.[1] ?? '';
