/**
 * The database while it is open: store, trailing index, head for the keychain, long work. Opened by the first
 * sign-in, closed by lock, which kills the process.
 */

import { CallError } from '../../src-shared/contract/errors.ts';
import { originOf } from './audit/checkpoint-note.ts';
import { Checkpoints } from './audit/checkpoints.ts';
import { followLog } from './audit/indexer.ts';
import { checkHead, head, type LogHead } from './audit/log.ts';
import { finishPrunes, isPruning } from './audit/prune/execute.ts';
import { demandPrunesSigned, prunesThatHold } from './audit/prune/pruned.ts';
import type { SessionSigners } from './audit/session-signers.ts';
import { LogServerFeed } from './audit/syslog/feed.ts';
import type { Witness } from './audit/witness.ts';
import { WitnessRounds } from './audit/witness-rounds.ts';
import { removeUnfinished } from './exchange/unfinished-files.ts';
import type { Where } from './report.ts';
import { watchOver } from './review/watch.ts';
import { removeLeftovers } from './store/batch.ts';
import { closeStore, type OpenOptions, openStore, type Store } from './store/open.ts';
import { rankAnew, ranksAreStale } from './store/rank.ts';
import { resealPatientKeys } from './store/reseal.ts';
import { runSliced } from './store/slices.ts';
import { noteRestored } from './sync/incoming/restored.ts';
import type { Proof } from './updates/trial.ts';
import type { VaultSession } from './vault/session.ts';
import type { Vault } from './vault/vault.ts';

/** The head goes to the keychain at most this often, milliseconds. */
const headEvery = 60_000;
const indexEvery = 2_000;

export type Opened = {
  readonly store: Store;
  /** Stops background work; aborted at close. */
  readonly closing: AbortSignal;
  readonly checkpoints: Checkpoints;
  /** Delivers the log to the clinic's own log server, where there is one. */
  readonly logServer: LogServerFeed;
  /** Takes a checkpoint and writes its head to the keychain now. */
  saveHead(): Promise<void>;
  /** Somebody who vouches can be reached: shows what has been signed, the last session's end above all. */
  showWitnesses(): void;
  /** Told after each commit. @returns what ends it */
  onCommit(told: () => void): () => void;
  /** What killed imports left is gone. */
  readonly cleared: Promise<void>;
  /** A new epoch of the clinic key: what was sealed under older ones is sealed anew, in slices. */
  addClinicKeys(keys: VaultSession): void;
  close(): void;
};

export type OpeningOptions = {
  readonly vault: Vault;
  readonly keys: VaultSession;
  /** Go on although the log is behind the keychain's head: the person in charge has been told. */
  readonly acceptRollback: boolean;
  /** A new version on trial proves itself on the database before anything of it counts. */
  readonly proof?: Proof | null;
  /** Who is shown each new head of the log, asked anew each time. */
  readonly witnesses: () => readonly Witness[];
  /** Sign what their sessions did; they outlive the open database. */
  readonly signers: SessionSigners;
  readonly now: () => number;
  readonly report: (where: Where, error: unknown) => void;
};

/** @throws CallError no-clinical-access, database-…, database-rolled-back */
export async function openDatabase(options: OpeningOptions): Promise<Opened> {
  const { vault, keys } = options;
  const { shared } = keys;
  const clinicKey = shared?.clinicKeys.at(-1);
  const olderClinicKeys = shared?.clinicKeys.slice(0, -1) ?? [];
  if (shared === undefined || clinicKey === undefined) throw new CallError('no-clinical-access');
  const known = await vault.readAuditHead();
  const store = openFor(options, { key: shared.databaseKey, clinicKey, olderClinicKeys });
  const ending: (() => void)[] = [() => closeStore(store)];
  try {
    const { clinicId } = vault.ids();
    // Before the head is asked for: a log that a migration spoilt must not pass for one that was rolled back.
    await options.proof?.opened(store, headOf(known), { clinicId, book: vault.rosterHistory() });
    return await begin(store, known, options, ending);
  } catch (error) {
    // Whatever had begun by then ends: no open database is left behind that nobody holds.
    endAll(ending);
    throw error;
  }
}

type Keys = Pick<OpenOptions, 'key' | 'clinicKey' | 'olderClinicKeys'>;

function openFor({ vault, proof }: OpeningOptions, keys: Keys): Store {
  try {
    return openStore({ path: vault.database().path, ...keys });
  } catch (error) {
    proof?.failed(error);
    throw error;
  }
}

/** The last that began ends first. */
function endAll(ending: readonly (() => void)[]): void {
  for (const end of ending.toReversed()) end();
}

type KnownHead = Awaited<ReturnType<Vault['readAuditHead']>>;

const headOf = (known: KnownHead): LogHead | null =>
  known.state === 'ok' ? { size: known.head.size, root: known.head.root.toString('hex') } : null;

/** All that runs while the database is open. @param ending each beginning adds its end here */
async function begin(store: Store, known: KnownHead, options: OpeningOptions, ending: (() => void)[]): Promise<Opened> {
  const { vault, acceptRollback, report } = options;
  demandHead(store, known, acceptRollback);
  // Before anything is written: what was said after the copy that was put back is not said again in other words.
  if (acceptRollback) noteRestored(store, options.now());
  const listeners = new Set<() => void>();
  const checkpoints = beginCheckpoints(store, options, ending, listeners);
  // Once after an update that sorts names otherwise; until it is done, search could not promise their order.
  if (ranksAreStale(store)) rankAnew(store);
  const controller = new AbortController();
  ending.push(() => controller.abort());
  const { signal } = controller;
  const rounds = new WitnessRounds({ store, witnesses: options.witnesses, now: options.now, signal, report });
  let saved = known.state === 'ok' ? known.head.size : -1;
  let writing: Promise<void> = Promise.resolve();
  const saveHead = (): Promise<void> => {
    const write = async (): Promise<void> => {
      try {
        checkpoints.take();
      } catch (error) {
        // The head is worth keeping all the same; what comes is signed at the next chance.
        report('checkpoint', error);
      }
      const { size, root } = head(store);
      if (size === saved) return;
      void rounds.ask();
      const written = await vault.writeAuditHead({ size, root: Buffer.from(root, 'hex') });
      if (written === 'ok') saved = size;
      else report('audit-head', new Error(`keychain ${written}`));
    };
    // One after the other, and one that failed does not keep the next from trying.
    writing = writing.then(write, write);
    return writing;
  };
  // Without a head the next start could not tell a new log from one that was rolled back: it stands before any work.
  if (known.state !== 'ok') await saveHead();
  const watch = watchOver(store, { people: () => vault.users() });
  let watching = false;
  const look = async (): Promise<void> => {
    if (watching) return;
    watching = true;
    try {
      await runSliced(watch(), { signal });
    } finally {
      watching = false;
    }
  };
  const index = (): void => {
    if (signal.aborted) return;
    const indexed = runSliced(followLog(store), { signal });
    indexed.catch(quietly(signal, report, 'index'));
    // What stands out is looked for in what is indexed; an index that stopped is reported already.
    indexed.then(look, () => undefined).catch(quietly(signal, report, 'reviews'));
  };
  // One after the other: first what a killed import left, then the index follows the log.
  const cleared = runSliced(removeLeftovers(store), { signal });
  void cleared.then(index, quietly(signal, report, 'leftovers'));
  void removeUnfinished(store).catch(quietly(signal, report, 'leftovers'));
  // What two admins agreed to let go, and a kill left half gone.
  void cleared.then(() => goOnPruning(store, vault, signal)).catch(quietly(signal, report, 'prune'));
  // A rotation of the clinic key that was stopped goes on; one after the other.
  let resealing: Promise<unknown> = cleared.catch(() => undefined);
  const reseal = (): void => {
    resealing = resealing.then(() => runSliced(resealPatientKeys(store), { signal }));
    resealing = resealing.catch(quietly(signal, report, 'reseal'));
  };
  reseal();
  const logServer = new LogServerFeed(store, { clinic: vault.ids().clinicId, signal, now: options.now, report });
  logServer.start();
  const timers = [
    setInterval(() => void saveHead().catch((error: unknown) => report('audit-head', error)), headEvery),
    setInterval(index, indexEvery),
  ];
  for (const timer of timers) timer.unref();
  ending.push(() => {
    for (const timer of timers) clearInterval(timer);
  });
  return {
    store,
    closing: signal,
    checkpoints,
    logServer,
    saveHead,
    showWitnesses: () => void rounds.ask(),
    onCommit: (told) => {
      listeners.add(told);
      return () => void listeners.delete(told);
    },
    cleared: cleared.then(
      () => undefined,
      () => undefined,
    ),
    addClinicKeys: (session) => {
      for (const epoch of session.shared?.clinicKeys ?? []) store.clinicKeys?.add(epoch);
      reseal();
    },
    close: () => endAll(ending),
  };
}

/** @throws CallError database-rolled-back where the one-time keys are ahead of the log, or the log is not what they signed */
function beginCheckpoints(
  store: Store,
  { vault, signers, now, acceptRollback, report }: OpeningOptions,
  ending: (() => void)[],
  listeners: ReadonlySet<() => void>,
): Checkpoints {
  const { clinicId, deviceId } = vault.ids();
  const origin = originOf(clinicId, deviceId);
  const checkpoints = new Checkpoints({
    store,
    origin,
    file: vault.audit.oneTimeKeys(),
    device: vault.audit.device(`${origin}/device`),
    now,
    sessions: signers,
    report,
  });
  ending.push(() => {
    store.held.committed = () => undefined;
    checkpoints.close();
  });
  const standing = checkpoints.standing();
  if (standing.state === 'behind' && !acceptRollback) throw new CallError('database-rolled-back');
  const reason = standing.state === 'anchor' ? standing.reason : null;
  checkpoints.begin(acceptRollback ? 'rolled-back' : reason);
  store.held.committed = () => {
    checkpoints.afterCommit();
    for (const told of listeners) told();
  };
  return checkpoints;
}

/** The keychain's head must be an ancestor of the log's or equal; a log that is ahead is a crash between two writes. */
function demandHead(store: Store, known: KnownHead, acceptRollback: boolean): void {
  if (acceptRollback) return;
  if (known.state === 'ok') {
    const { size, root } = known.head;
    if (checkHead(store, { size, root: root.toString('hex') }) !== 'ok') throw new CallError('database-rolled-back');
    return;
  }
  if (known.state === 'absent') throw new CallError('keychain-absent');
  if (known.state === 'locked' || known.state === 'hang') throw new CallError('keychain-locked');
  // A keychain that lost the head of a log with entries is as much an alarm as a log behind its head.
  if (head(store).size > 1) throw new CallError('database-rolled-back');
}

/** Only what holds goes on: a row alone lets nothing go. */
async function goOnPruning(store: Store, vault: Vault, signal: AbortSignal): Promise<void> {
  if (!isPruning(store)) return;
  demandPrunesSigned(store, prunesThatHold(store, vault.ids().clinicId, vault.rosterHistory()));
  await runSliced(finishPrunes(store), { signal });
}

function quietly(signal: AbortSignal, report: (where: Where, error: unknown) => void, where: Where) {
  return (error: unknown): void => {
    if (!signal.aborted) report(where, error);
  };
}
