/** How updates stand: the journal on the disk, what the screens are told, and how far a version on trial has come. */
import type { Policy } from '../../src-shared/policy/policy.ts';
import type { Installing, UpdateJournal } from '../../src-shared/updates/journal.ts';
import type { SelfCheckFailure, UpdateState } from '../../src-shared/updates/state.ts';
import type { ShellToCore } from '../../src-shared/wire.ts';
import { log } from '../logs/log.ts';
import type { UpdateStart } from './at-start.ts';
import { writeJournal } from './journal.ts';

export type StandingParts = {
  readonly profile: string;
  readonly start: UpdateStart;
  readonly policy: Policy;
  readonly send: (message: ShellToCore) => void;
  readonly now: () => number;
  /** Why there are none here; `staged`: one lies here already, whatever the source says. */
  readonly off: (staged: boolean) => UpdateState['off'];
};

/** The first half of the self-check, as far as it has come. */
export type TrialStanding = { core: boolean; page: boolean; failure: SelfCheckFailure | null };

export class Standing {
  readonly #parts: StandingParts;
  #journal: UpdateJournal;
  #state: UpdateState;
  /** How the last update ended, until the next start. */
  #told: 'kept' | 'fell-back' | null;
  /** Null while no version is on trial. */
  trial: TrialStanding | null = null;

  constructor(parts: StandingParts) {
    this.#parts = parts;
    const { start, policy } = parts;
    this.#journal = start.journal;
    if (start.trial !== null) this.trial = { core: false, page: false, failure: start.trial.failure };
    this.#told = start.fellBackFrom === null ? null : 'fell-back';
    const { lastGood, lastTry, refusal } = start.journal;
    this.#state = {
      phase: 'off',
      off: null,
      offer: null,
      done: null,
      lastGood,
      lastTry,
      refusal,
      source: null,
      channel: policy.updateChannel ?? 'stable',
      ring: policy.updateRing ?? 'everyone',
      fellBackFrom: start.fellBackFrom,
    };
  }

  get journal(): UpdateJournal {
    return this.#journal;
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** A fresh core hears how things stand. */
  repeat(): void {
    this.#parts.send({ kind: 'update-state', state: this.#state });
  }

  say(change: Partial<UpdateState>): void {
    const before = this.#state.phase;
    this.#state = { ...this.#state, ...change };
    const { phase } = this.#state;
    if (phase !== before) log('update-step', { phase });
    this.repeat();
  }

  /** The phase that things are in while nothing is under way. */
  settle(): void {
    const { install } = this.#journal;
    const off = this.#parts.off(install?.state === 'staged');
    const offer = install?.state === 'staged' ? install.offer : null;
    let phase: UpdateState['phase'] = offer === null ? 'idle' : 'ready';
    if (this.trial !== null) phase = this.trial.failure === null ? 'trial' : 'failed';
    else if (this.#told !== null && offer === null) phase = this.#told;
    else if (off !== null) phase = 'off';
    // What is new is told once more beside the news that it is here.
    const told = phase === 'kept' && install?.state === 'kept' ? install.offer : offer;
    this.say({ phase, off: phase === 'off' ? off : null, offer: told, done: null });
  }

  /** On the disk when it returns. */
  write(change: Partial<UpdateJournal>): void {
    this.#journal = { ...this.#journal, ...change };
    writeJournal(this.#parts.profile, this.#journal);
  }

  step(install: Installing, change: Partial<Installing>): Installing {
    const next = { ...install, ...change, at: this.#parts.now() };
    this.write({ install: next });
    return next;
  }

  /** The version on trial works here: from now on it is the one. */
  keep(install: Installing): void {
    const { from, to } = install;
    const kept: Installing = { ...install, state: 'kept', starts: 0, at: this.#parts.now() };
    this.write({ install: kept, untold: { outcome: 'kept', from, to } });
    this.trial = null;
    this.#told = 'kept';
  }

  /** What the audit log has not heard: told again if an end comes between telling and writing that down. */
  tellEnded(): void {
    const { untold } = this.#journal;
    if (untold === null) return;
    this.#parts.send({ kind: 'update-ended', ...untold });
    this.write({ untold: null });
  }
}
