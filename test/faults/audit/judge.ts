/** Who notices: the application's verification, what it looks at when it opens, a witness, and the separate verifier. */

import { type Memory, verifyLines } from '../../../resources/verify/carekeep-verify.mjs';
import { originOf, parseCheckpoint, textHash } from '../../../src-main/core/audit/checkpoint-note.ts';
import { checkpointsFrom, lastCheckpoint } from '../../../src-main/core/audit/checkpoint-store.ts';
import { Checkpoints } from '../../../src-main/core/audit/checkpoints.ts';
import { bundleLines } from '../../../src-main/core/audit/export-bundle.ts';
import { checkHead, rootAt } from '../../../src-main/core/audit/log.ts';
import type { OneTimeFile } from '../../../src-main/core/audit/one-time-file.ts';
import { Found } from '../../../src-main/core/audit/problem.ts';
import { SessionSigners } from '../../../src-main/core/audit/session-signers.ts';
import { type LogTrust, verifyLog } from '../../../src-main/core/audit/verifylog.ts';
import { askWitness } from '../../../src-main/core/audit/witness.ts';
import { noteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import { failureCode } from '../../../src-main/core/store/failure.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import type { Made } from './made.ts';
import { monday } from './people.ts';
import type { OurWitness } from './witness.ts';

export type Named = { readonly code: string; readonly at: string };

export type Verdicts = {
  /** What the application's verification of the log finds first. */
  readonly log: Named | null;
  /** The keychain's head against the log: `ok`, `behind`, `forked`, or what keeps the database from opening. */
  readonly keychain: string;
  /** The one-time keys against the log: `fine`, `behind`, or that a new chain needs somebody's name. */
  readonly keys: string;
  /** What a witness says that signed up to the last checkpoint. */
  readonly witness: string;
  /** What `carekeep-verify` says of the export, by itself; null where it is asked with what it is told. */
  readonly verifier: Named | null;
  /** The same, told the head that keychain or witness know. */
  readonly informed: Named | null;
};

export type Judge = {
  readonly store: Store;
  readonly made: Made;
  readonly trust: LogTrust;
  readonly file: OneTimeFile;
  readonly witness: OurWitness;
  /** What the verifier found of the very same bytes before: it depends on nothing else. */
  readonly memory: Memory;
};

/** What a file that SQLite or we cannot make sense of is called. @throws what is no damage */
function damage(error: unknown): string {
  if (error instanceof Found) return `${error.problem.code} ${error.problem.at}`;
  const code = failureCode(error);
  if (code === undefined) throw error;
  return code;
}

function byLog({ store, trust }: Judge): Named | null {
  try {
    drain(verifyLog(store, trust));
    return null;
  } catch (error) {
    if (error instanceof Found) return error.problem;
    return { code: damage(error), at: '' };
  }
}

function byKeychain({ store, made }: Judge): string {
  try {
    return checkHead(store, made.head);
  } catch (error) {
    return damage(error);
  }
}

function byKeys({ store, made, file }: Judge): string {
  const origin = originOf(made.clinicId, made.deviceId);
  const { publicKey, privateKey } = made.device;
  const device = noteSigner(`${origin}/device`, publicKey, privateKey);
  try {
    const checkpoints = new Checkpoints({
      store,
      origin,
      file,
      device,
      now: () => monday,
      sessions: new SessionSigners(),
      report: () => undefined,
    });
    return checkpoints.standing().state;
  } catch (error) {
    return damage(error);
  }
}

async function byWitness({ store, witness }: Judge): Promise<string> {
  try {
    const last = lastCheckpoint(store)?.number ?? -1;
    if (last < witness.number) return 'behind';
    const root = rootAt(store, witness.size);
    const [same] = checkpointsFrom(store, witness.number, 1);
    const text = same === undefined ? undefined : parseCheckpoint(same.note)?.text;
    if (root === undefined || text === undefined || !witness.remembers(root, textHash(text))) return 'forked';
    const answer = await askWitness(store, {
      name: witness.name,
      cosign: async (request) => witness.answer(request, false),
    });
    // Nothing to ask: it has signed all there is.
    return answer?.kind ?? 'cosigned';
  } catch (error) {
    return damage(error);
  }
}

function exported({ store, made }: Judge): string[] {
  const { clinicId, clinicIdentity, roster } = made;
  const origin = originOf(clinicId, made.deviceId);
  const lines: string[] = [];
  for (const part of bundleLines(store, { clinicId, clinicIdentity, origin, roster, madeAt: monday }))
    lines.push(...part.lines);
  return lines;
}

function byVerifier({ made, witness, memory }: Judge, lines: readonly string[], informed: boolean): Named | null {
  const root = Buffer.from(made.head.root, 'hex').toString('base64');
  const { problem } = verifyLines(lines, {
    clinic: Buffer.from(made.clinicIdentity).toString('base64'),
    witnesses: [witness.vkey],
    ...(informed && { known: [{ size: made.head.size, root }] }),
    memory,
  });
  return problem === null ? null : { code: problem.code, at: problem.at };
}

/** @param informed whether the verifier is told the head that others know */
export async function judged(judge: Judge, informed: boolean): Promise<Verdicts> {
  const fresh = <T>(look: () => T): T => {
    // As a process that has just begun: nothing is known but what the file says.
    delete judge.store.held.head;
    return look();
  };
  const keychain = fresh(() => byKeychain(judge));
  const keys = fresh(() => byKeys(judge));
  const log = fresh(() => byLog(judge));
  const lines = fresh(() => exported(judge));
  return {
    log,
    keychain,
    keys,
    witness: await fresh(() => byWitness(judge)),
    verifier: informed ? null : byVerifier(judge, lines, false),
    informed: informed ? byVerifier(judge, lines, true) : null,
  };
}
