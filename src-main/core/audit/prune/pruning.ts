/** Looking at what could be pruned, and doing it: one at a time, in slices, with progress. */
import { CallError } from '../../../../src-shared/contract/errors.ts';
import type { HandlerInput, Output } from '../../../../src-shared/contract/index.ts';
import type { RequestSubject } from '../../../../src-shared/contract/requests.ts';
import type { PrunePlan } from '../../../../src-shared/contract/retention.ts';
import { olderThan } from '../../../../src-shared/contract/retention-years.ts';
import type { CallContext, TaskContext } from '../../call.ts';
import type { Core } from '../../core.ts';
import { passwordBytes } from '../../crypto/password.ts';
import { wipe } from '../../crypto/wipe.ts';
import { demandUsable } from '../../requests/standing.ts';
import { Findings } from '../../review/findings.ts';
import { syncPosition } from '../../store/indexed.ts';
import type { Store } from '../../store/open.ts';
import { endRequest } from '../../store/request.ts';
import { type Progress, runSliced, type Sliced } from '../../store/slices.ts';
import { Found } from '../problem.ts';
import { retentionYears } from '../retention.ts';
import { syslogPosition } from '../syslog/standing.ts';
import { beginPrune, deletePruned, isPruning } from './execute.ts';
import { standingHolds } from './holds.ts';
import { type Plan, planPrune } from './plan.ts';
import { isSigned, prunesOf } from './pruned.ts';

type PruneSubject = Extract<RequestSubject, { kind: 'audit-prune' }>;
type Agreed = {
  readonly id: string;
  readonly request: unknown;
  readonly subject: PruneSubject;
  readonly alone: boolean;
};

const tellEvery = 200;

export class Pruning {
  readonly #core: Core;
  #abort: AbortController | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  /** What was last shown: who asks for a pruning asks for this. */
  #shown: PrunePlan | null = null;
  /** The prune whose entries go now. */
  #deleting: string | null = null;
  #looking: Promise<PrunePlan> | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Entries older than this may go; a whole day, so that looking twice shows the same. */
  #before(store: Store): number {
    const country = this.#core.vault.displayDirectory()?.country ?? '';
    const before = olderThan(this.#core.clock(), retentionYears(store, country));
    return Math.max(0, new Date(before).setHours(0, 0, 0, 0));
  }

  /** @throws CallError busy, record-damaged */
  async preview(): Promise<PrunePlan> {
    // A screen that is drawn twice asks twice.
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<PrunePlan> {
    const { store } = this.#core.demandOpen();
    const { keptSet, ...plan } = await this.#alone((signal) =>
      this.#plan(store, { before: this.#before(store) }, signal),
    );
    this.#shown = { ...plan, keptDigest: keptSet.digest().toString('base64') };
    return this.#shown;
  }

  #plan(store: Store, of: { before: number; below?: number }, signal: AbortSignal): Promise<Plan> {
    return this.#sliced(
      planPrune(store, { ...of, sentTo: syslogPosition(store), syncedTo: syncPosition(store) }),
      signal,
    );
  }

  /** What is asked for must be what was shown here, and nothing may stand in its way. @throws CallError on-hold, prune-changed */
  demandShown(store: Store, subject: PruneSubject): void {
    if (standingHolds(store).everything) throw new CallError('on-hold');
    const shown = this.#shown;
    if (shown === null || shown.below === 0 || !isSame(subject, shown, store.device))
      throw new CallError('prune-changed');
  }

  /**
   * @throws CallError busy, request-needed, request-over, on-hold, prune-changed, wrong-password, record-damaged,
   * not-writable, cancelled
   */
  async run(context: TaskContext, input: HandlerInput<'retention.prune'>): Promise<Output<'retention.prune'>> {
    return this.#alone(async (signal) => {
      const { store, checkpoints } = this.#core.demandOpen();
      // Who verifies must not find entries gone that were there when it began.
      if (isPruning(store) || this.#core.verification.running) throw new CallError('busy');
      // The weekly check keeps for hours what it knows of prunes; it begins its reading of the log anew.
      this.#core.scrub.stop();
      await this.#core.scrub.stopped();
      const agreed = await this.#agreed(context, store, input);
      const { subject } = agreed;
      if (subject.deviceId !== store.device || subject.before > this.#before(store))
        throw new CallError('prune-changed');
      const { keptSet, ...plan } = await this.#plan(store, subject, signal);
      if (plan.onHold) throw new CallError('on-hold');
      const keptDigest = keptSet.digest().toString('base64');
      if (!isSame(subject, { ...plan, keptDigest }, store.device)) throw new CallError('prune-changed');
      const holds = holdsInWords(store);
      const seq = context.record((call) => {
        // Once more: a verification may have begun, the request been withdrawn, a hold placed, while the log was read.
        if (this.#core.verification.running) throw new CallError('busy');
        if (holdsInWords(store) !== holds) throw new CallError('prune-changed');
        this.#demand(call, agreed);
        return this.#begin(call, agreed, () => beginPrune(call.tx, agreed.id, agreed.request, keptSet));
      });
      this.#shown = null;
      // What is deleted is signed for first: with the session's key, while it is here.
      checkpoints.take();
      // Without the session's signature no verifier would take what goes.
      const signed = prunesOf(store).some((one) => one.id === agreed.id && isSigned(store, one));
      if (checkpoints.size <= seq || !signed) throw new CallError('not-writable');
      this.#deleting = agreed.id;
      try {
        return { deleted: await this.#sliced(deletePruned(store, agreed.id), signal) };
      } finally {
        this.#deleting = null;
      }
    });
  }

  /** The request with its signatures. @throws CallError */
  async #agreed({ session, now }: TaskContext, store: Store, input: HandlerInput<'retention.prune'>): Promise<Agreed> {
    const core = this.#core;
    if ('requestId' in input) {
      const request = demandUsable(core, store, session, input.requestId, 'audit-prune', now);
      const { id, subject } = request.body;
      if (subject.kind !== 'audit-prune') throw new CallError('request-needed');
      return { id, request, subject, alone: false };
    }
    const shown = this.#shown;
    if (shown === null || shown.below === 0 || shown.keptDigest !== input.keptDigest)
      throw new CallError('prune-changed');
    const { before, below, kept, keptDigest } = shown;
    const subject = { kind: 'audit-prune' as const, deviceId: store.device, before, below, kept, keptDigest };
    const password = passwordBytes(input.password);
    try {
      const proved = await core.vault.verifyPassword(session.userId, password);
      try {
        const request = core.vault.requests.signAlone(proved, subject);
        return { id: request.body.id, request, subject, alone: true };
      } finally {
        proved.close();
      }
    } finally {
      wipe(password);
    }
  }

  #demand({ tx, session, now }: CallContext, { id, subject, alone }: Agreed): void {
    const core = this.#core;
    if (!alone) demandUsable(core, tx.store, session, id, 'audit-prune', now);
    else if (!core.vault.requests.alone(subject)) throw new CallError('request-needed');
  }

  /** @returns the number of the entry that is written for this */
  #begin({ tx, session, entry, now }: CallContext, { id, subject, alone }: Agreed, write: () => void): number {
    const { below, kept, keptDigest } = subject;
    entry.entity.push(id);
    Object.assign(entry.detail, { request: id, below, kept, keptDigest });
    entry.detail['roster'] = this.#core.vault.rosterState().size;
    if (alone) {
      // Before the row, which names the entry that comes next.
      new Findings(tx).open({
        kind: 'prune-alone',
        userId: session.userId,
        patientId: null,
        at: now,
        until: now,
        entries: [tx.head.frontier.size + 1],
        detail: { below, kept },
        same: id,
      });
    } else endRequest(tx, id, 'done', session.userId);
    write();
    return tx.head.frontier.size;
  }

  /** One piece of work at a time. @throws CallError busy */
  async #alone<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#abort !== null) throw new CallError('busy');
    const abort = new AbortController();
    this.#abort = abort;
    const signal = AbortSignal.any([abort.signal, this.#core.demandOpen().closing]);
    const running = work(signal).finally(() => {
      this.#abort = null;
    });
    this.#ended = running.then(
      () => undefined,
      // Its caller has the failure.
      () => undefined,
    );
    return running;
  }

  /** @throws CallError record-damaged where an entry cannot be read */
  async #sliced<T>(work: Sliced<T>, signal: AbortSignal): Promise<T> {
    const core = this.#core;
    const tell = (state: 'running' | 'done' | 'failed' | 'cancelled', done: number, total: number): void =>
      core.broadcast({ event: 'progress', data: { task: 'prune', kind: 'prune', done, total, state } });
    let told = 0;
    const onProgress = ({ done, total }: Progress): void => {
      if (core.clock() - told < tellEvery) return;
      told = core.clock();
      tell('running', done, total);
    };
    try {
      const result = await runSliced(work, { signal, onProgress });
      tell('done', 1, 1);
      return result;
    } catch (error) {
      tell(signal.aborted ? 'cancelled' : 'failed', 0, 1);
      if (error instanceof Found) throw new CallError('record-damaged');
      throw error;
    }
  }

  /** Does anything run: looking or deleting? */
  get running(): boolean {
    return this.#abort !== null;
  }

  isDeleting(id: string): boolean {
    return this.#deleting === id;
  }

  /** What has begun goes on at the next opening. */
  cancel(): void {
    this.#abort?.abort(new CallError('cancelled'));
  }

  /** Resolves when nothing runs any more. */
  async stopped(): Promise<void> {
    await this.#ended;
  }
}

function isSame(
  subject: PruneSubject,
  plan: Pick<PrunePlan, 'before' | 'below' | 'kept' | 'keptDigest'>,
  device: string,
): boolean {
  return (
    subject.deviceId === device &&
    subject.before === plan.before &&
    subject.below === plan.below &&
    subject.kept === plan.kept &&
    subject.keptDigest === plan.keptDigest
  );
}

/** All holds that stand, to see whether one came or went. */
function holdsInWords(store: Store): string {
  const { everything, patients } = standingHolds(store);
  return JSON.stringify([everything, ...[...patients].sort()]);
}
