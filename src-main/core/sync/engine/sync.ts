/**
 * The exchange with the clinic's other workstations, for as long as this process lives. With the database open: what is
 * new comes in and goes out, and edits wake it. Locked: the directory alone, so that it hears of its own revocation.
 */

import { CallError } from '../../../../src-shared/contract/errors.ts';
import type { SyncProblem, SyncStanding } from '../../../../src-shared/contract/sync.ts';
import type { StateAnswer } from '../../../../src-shared/sync-protocol/messages.ts';
import { append } from '../../audit/log.ts';
import type { Witness } from '../../audit/witness.ts';
import { problemOf as connectionProblem } from '../../connection/refusals.ts';
import type { Core } from '../../core.ts';
import type { Opened } from '../../opened.ts';
import { meet } from '../../people/devices.ts';
import { withTransaction } from '../../store/transaction.ts';
import { BackendRefusal, BackendUnreachable } from '../backend.ts';
import { SyncStop } from '../incoming/stop.ts';
import { byCore } from '../incoming/take.ts';
import { BackendMeeting } from './backend-meeting.ts';
import type { Link, Links } from './link.ts';
import { OpenExchange } from './open-exchange.ts';
import { Bell, backoff, type SyncTimes, syncTimes } from './schedule.ts';
import { atFirst, type Now, standingOf } from './standing.ts';

/** Patients named one by one in events; more are "the record". */
const namedAtMost = 20;

export type SyncOptions = { readonly links: Links; readonly times?: SyncTimes; readonly chance?: () => number };

export class Sync {
  readonly #core: Core;
  readonly #links: Links;
  readonly #times: SyncTimes;
  readonly #chance: () => number;
  readonly #bell = new Bell();
  #now: Now = atFirst;
  #told = '';
  #run: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;
  /** What was put down in the log of this session: once each. */
  readonly #noted = new Set<string>();
  #revision = -1;
  #rosterSize = -1;
  #register = -1;
  #tended = Number.NEGATIVE_INFINITY;
  #exchange: OpenExchange | null = null;
  #closed = false;
  /** Somebody asked for a try that has not begun. */
  #asked = false;
  /** Most that was behind since it last was nothing. */
  #mostBehind = 0;

  constructor(core: Core, { links, times = syncTimes, chance = Math.random }: SyncOptions) {
    this.#core = core;
    this.#links = links;
    this.#times = times;
    this.#chance = chance;
  }

  /** @param conflicts as many as who asks may see */
  standing(conflicts = 0): SyncStanding {
    const connected = this.#links.current() !== null;
    const problem = this.#now.problem ?? this.#links.problem;
    return standingOf(this.#core.opened()?.store ?? null, { ...this.#now, connected, problem }, conflicts);
  }

  /** Tries at once: the clinic was connected, people or keys changed. */
  wake(): void {
    this.#bell.ring();
  }

  /** Somebody asked: tries at once, and once more at once where a contact that fails is under way. */
  tryNow(): void {
    this.#asked = true;
    this.#bell.ring();
  }

  /** For what an admin decides; null while nobody is connected or the database is closed. */
  get exchange(): OpenExchange | null {
    return this.#exchange;
  }

  /** The backend as a witness of the audit log; none while the clinic has no backend. */
  witnesses(): readonly Witness[] {
    const link = this.#links.current();
    if (link === null) return [];
    const { name, logKey, backend } = link;
    const signal = this.#run?.abort.signal ?? AbortSignal.abort();
    return [{ name, publicKey: logKey, cosign: (request) => backend.cosign(request, signal) }];
  }

  /** Locked: begins to ask for the directory. Open: begins the whole exchange. Ends what ran before. */
  begin(opened: Opened | null): void {
    if (this.#closed) return;
    const before = this.#end();
    const abort = new AbortController();
    const { signal } = abort;
    const run = opened === null ? this.#locked(signal) : this.#open(opened, signal);
    const ended = Promise.all([before, run]).then(
      () => undefined,
      (error: unknown) => {
        if (!signal.aborted) this.#core.report('sync', error);
      },
    );
    this.#run = { abort, ended };
  }

  #end(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    this.#exchange = null;
    run?.abort.abort(new CallError('cancelled'));
    return run?.ended ?? Promise.resolve();
  }

  /** Lock or maintenance is coming: nothing waits for the network. */
  stop(): void {
    this.#run?.abort.abort(new CallError('cancelled'));
  }

  async stopped(): Promise<void> {
    await this.#end();
  }

  /** This process ends. */
  close(): void {
    this.#closed = true;
    this.stop();
  }

  async #open(opened: Opened, signal: AbortSignal): Promise<void> {
    const off = opened.onCommit(() => this.#bell.ring());
    try {
      // What a killed import left goes first: the same import may come again.
      await opened.cleared;
      await this.#loop(signal, (link, polled, first) => this.#contact(opened, link, { polled, first, signal }));
    } finally {
      off();
    }
  }

  async #locked(signal: AbortSignal): Promise<void> {
    await this.#loop(signal, async (link, polled, first) => {
      await this.#tend(polled?.state ?? null, signal);
      const state = polled?.state ?? (first ? await link.backend.state(null, 0, signal) : null);
      this.#contacted();
      if (state !== null && this.#directoryDue(state)) await this.#meet(link, signal);
      return state;
    });
  }

  /** Contacts, each when the state at the backend changes, somebody rings, or a failure's wait is over. */
  async #loop(
    signal: AbortSignal,
    contact: (link: Link, polled: Polled | null, first: boolean) => Promise<StateAnswer | null>,
  ): Promise<void> {
    let failures = 0;
    let etag: string | null = null;
    let poll: Poll | null = null;
    let of: Link | null = null;
    while (!signal.aborted) {
      this.#bell.hush();
      const link = this.#links.current();
      if (link === null) {
        this.#say({ ...atFirst });
        await this.#bell.wait(this.#times.locked, signal);
        continue;
      }
      if (of?.backend !== link.backend) [poll, etag, of] = [null, null, link];
      // A question may hang on a connection that is gone: who asks for a try gets a new one.
      if (this.#asked) [poll, etag] = [null, null];
      this.#asked = false;
      try {
        const polled = poll?.take() ?? null;
        if (polled !== null) poll = null;
        const state: StateAnswer | null = await contact(link, polled, etag === null);
        etag = state?.etag ?? etag;
        failures = 0;
        this.#say({ ...this.#now, connected: true, problem: null, offlineSince: null });
        poll ??= new Poll(link, etag, this.#exchange?.heads.size ?? 0, signal, this.#bell);
        await this.#bell.wait(this.#times.locked, signal);
        // Changes of one moment go out together.
        if (!poll.answered) await pause(this.#times.gather, signal);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        [etag, poll] = [null, null];
        this.#tended = Number.NEGATIVE_INFINITY;
        await this.#perhapsRevoked(link, error, signal);
        const wait = this.#failed(error, failures);
        // What a failure itself wrote is no reason to try again; a person is.
        if (!this.#asked) this.#bell.hush();
        await this.#bell.wait(wait, signal);
      }
    }
  }

  async #contact(
    opened: Opened,
    link: Link,
    {
      polled,
      first,
      signal,
    }: { readonly polled: Polled | null; readonly first: boolean; readonly signal: AbortSignal },
  ): Promise<StateAnswer | null> {
    await this.#tend(polled?.state ?? null, signal);
    if (this.#exchange?.link.backend !== link.backend) this.#exchange = this.#exchangeOf(opened, link, signal);
    const exchange = this.#exchange;
    const floor = exchange.heads.size;
    const state = polled?.state ?? (first ? await link.backend.state(null, 0, signal) : null);
    this.#contacted();
    const rosterSize = this.#core.vault.audit.rosterSize();
    if ((state !== null && this.#directoryDue(state)) || rosterSize !== this.#rosterSize)
      await this.#meet(link, signal);
    await exchange.turn(state, polled?.floor ?? floor);
    return state;
  }

  #exchangeOf(opened: Opened, link: Link, signal: AbortSignal): OpenExchange {
    return new OpenExchange({
      core: this.#core,
      opened,
      link,
      signal,
      times: this.#times,
      meet: () => this.#meet(link, signal),
      changed: (patients) => this.#changed(patients),
      behind: (behind) => this.#say({ ...this.#now, connected: true, behind }),
      moved: () => this.#say(this.#now),
    });
  }

  /** Certificate and register: when the register changed, and now and then. */
  async #tend(state: StateAnswer | null, signal: AbortSignal): Promise<void> {
    const now = this.#core.clocks.monotonic();
    const changed = state !== null && state.devices !== this.#register;
    if (!changed && now - this.#tended < this.#times.tend) return;
    await this.#links.tend(signal);
    this.#tended = now;
    if (state !== null) this.#register = state.devices;
  }

  #directoryDue({ directory }: StateAnswer): boolean {
    return directory !== this.#revision;
  }

  async #meet(link: Link, signal: AbortSignal): Promise<void> {
    const meeting = new BackendMeeting(link.backend, signal);
    await meet(this.#core, meeting);
    this.#revision = meeting.revision;
    this.#rosterSize = this.#core.vault.audit.rosterSize();
  }

  /** Who was removed reads it in the directory, which alone is still open to them. */
  async #perhapsRevoked(link: Link, error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof BackendRefusal) || error.value.code !== 'device-revoked') return;
    try {
      await this.#meet(link, signal);
    } catch (failure) {
      this.#core.report('sync-revoked', failure);
    }
  }

  #contacted(): void {
    this.#now = { ...this.#now, connected: true, lastContact: this.#core.clock(), offlineSince: null };
  }

  #changed(patients: ReadonlySet<string | null>): void {
    const named = patients.size > namedAtMost || patients.has(null) ? [null] : [...patients];
    for (const patientId of named) this.#core.broadcast({ event: 'record-changed', data: { patientId } });
  }

  /** @returns how long to wait, milliseconds */
  #failed(error: unknown, failures: number): number {
    const problem = problemOf(error);
    const retryAfter = error instanceof BackendRefusal ? (error.value.retryAfter ?? 0) * 1000 : 0;
    const wait = Math.max(backoff(this.#times.backoff, failures, this.#chance), retryAfter);
    if (problem === null) {
      if (!(error instanceof BackendUnreachable || error instanceof BackendRefusal)) this.#core.report('sync', error);
      const offlineSince = this.#now.offlineSince ?? this.#core.clock();
      this.#say({ ...this.#now, connected: true, problem: null, offlineSince });
      return wait;
    }
    this.#note(problem, error);
    this.#say({ ...this.#now, connected: true, problem });
    return Math.max(wait, this.#times.stopped);
  }

  /** Once in a session: the entry says where it did not hold. */
  #note(problem: SyncProblem, error: unknown): void {
    const detail = error instanceof SyncStop ? error.detail : problem;
    const key = `${problem}/${detail}`;
    const store = this.#core.opened()?.store;
    if (this.#noted.has(key) || store === undefined) return;
    this.#noted.add(key);
    const position = error instanceof SyncStop && error.position !== null ? { position: error.position } : {};
    try {
      withTransaction(
        store,
        (tx) =>
          append(tx, { ...byCore, type: 'sync.refused', outcome: 8, detail: { reason: problem, detail, ...position } }),
        this.#core.clock(),
      );
    } catch (failure) {
      this.#core.report('sync-entry', failure);
    }
  }

  /** Tells the windows when what they show is another. */
  #say(now: Now): void {
    this.#now = now;
    const { connected, problem, behind, offlineSince } = now;
    const waiting = this.#core.opened() === null ? 0 : this.standing().waiting;
    this.#mostBehind = behind === 0 ? 0 : Math.max(behind, this.#mostBehind);
    // A long catch-up is told in as many steps as a bar shows.
    const step = behind === 0 ? 0 : Math.ceil((behind * 50) / this.#mostBehind);
    const text = JSON.stringify([connected, problem, step, offlineSince !== null, Math.min(waiting, 1)]);
    if (text === this.#told) return;
    this.#told = text;
    this.#core.broadcast({ event: 'sync-changed', data: {} });
  }
}

/** A state, and how far the backend had vouched when it was asked. */
type Polled = { readonly state: StateAnswer; readonly floor: number };

/** One question held open at the backend; its answer rings. */
class Poll {
  #answer: Polled | null = null;
  #error: unknown = null;
  answered = false;

  constructor({ backend }: Link, etag: string | null, floor: number, signal: AbortSignal, bell: Bell) {
    const done = (): void => {
      this.answered = true;
      bell.ring();
    };
    backend.state(etag, 25, signal).then(
      (state) => {
        this.#answer = { state, floor };
        done();
      },
      (error: unknown) => {
        this.#error = error ?? new Error('no answer');
        done();
      },
    );
  }

  /** Null while there is none. @throws what the question was answered with */
  take(): Polled | null {
    if (this.#error !== null) throw this.#error;
    return this.#answer;
  }
}

/** Null: no way there just now, or not yet. */
function problemOf(error: unknown): SyncProblem | null {
  if (error instanceof SyncStop) return error.problem;
  if (error instanceof CallError && error.value.code.startsWith('directory-')) return 'directory-refused';
  return connectionProblem(error);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Bell().wait(ms, signal);
}
