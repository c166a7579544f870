/** From the update that is ready to a version that has proved itself, or back: what main does, step by step. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Installing } from '../../src-shared/updates/journal.ts';
import type { SelfCheckFailure, UpdateRefusal } from '../../src-shared/updates/state.ts';
import type { ShellToCore } from '../../src-shared/wire.ts';
import type { CoreUpdateMessage } from '../bridge/update-messages.ts';
import { log } from '../logs/log.ts';
import { packagePathOf } from './journal.ts';
import { isPackage } from './package-file.ts';
import type { Standing } from './standing.ts';
import type { InstalledApp } from './updaters.ts';

/** The screen says that the version before comes back. */
const readFor = 3_000;

export type StepParts = {
  readonly app: InstalledApp;
  readonly send: (message: ShellToCore) => void;
  /** Core's process is gone when it resolves; this process goes on. */
  readonly leave: () => Promise<void>;
  /** A fresh core in place of one that has let go of everything. */
  readonly freshCore: () => void;
};

export type Prepared = Extract<CoreUpdateMessage, { readonly kind: 'update-prepared' }>['failure'];

const refusals: Readonly<Record<NonNullable<Prepared>, UpdateRefusal | null>> = {
  'disk-full': 'disk-full',
  'not-writable': 'not-writable',
  damaged: 'wrong-bytes',
  busy: null,
};

export class Steps {
  readonly #parts: StepParts;
  readonly #standing: Standing;
  #waiting: ((failure: Prepared) => void) | null = null;

  constructor(parts: StepParts, standing: Standing) {
    this.#parts = parts;
    this.#standing = standing;
  }

  /** Core has let go of the record and copied it, or not. */
  prepared(failure: Prepared): void {
    this.#waiting?.(failure);
  }

  async #isHere(staged: Installing['package']): Promise<boolean> {
    return isPackage(packagePathOf(this.#parts.app.profile, staged), staged);
  }

  async #handedOver(staged: Installing['package']): Promise<boolean> {
    try {
      const { installPackage } = await import('./hand-over.ts');
      return await installPackage(staged, this.#parts.app);
    } catch {
      return false;
    }
  }

  /** Somebody asked for the update that is ready. */
  async install(version: string): Promise<void> {
    const standing = this.#standing;
    const { app, send, leave, freshCore } = this.#parts;
    const { install } = standing.journal;
    if (install?.state !== 'staged' || install.to !== version || this.#waiting !== null) return;
    if (!(await this.#isHere(install.package))) {
      standing.write({ install: null });
      standing.say({ refusal: 'wrong-bytes' });
      standing.settle();
      return;
    }
    standing.say({ phase: 'installing', refusal: null });
    const failure = await new Promise<Prepared>((resolve) => {
      this.#waiting = resolve;
      send({ kind: 'update-prepare', from: install.from, to: install.to });
    });
    this.#waiting = null;
    if (failure !== null) {
      standing.say({ refusal: refusals[failure] });
      standing.settle();
      // It has let go of everything; one that was busy has not.
      if (failure !== 'busy') freshCore();
      return;
    }
    const prepared = standing.step(install, { state: 'prepared' });
    await leave();
    const begun = standing.step(prepared, { state: 'installing', tries: prepared.tries + 1 });
    if (!(await this.#handedOver(begun.package))) {
      standing.write({ install: { ...begun, state: 'staged' }, refusal: 'not-writable' });
      app.relaunch();
    }
    app.quit();
  }

  /** A part of the first half of the self-check is done. */
  firstHalf(of: 'core' | 'page'): void {
    const { trial, journal } = this.#standing;
    if (trial === null || journal.install === null) return;
    trial[of] = true;
    // From here on it is a person who decides when the second half runs: more starts are no sign of anything.
    if (trial.core && trial.page) this.#standing.step(journal.install, { starts: 0 });
  }

  /** The new version does not work here: the one before is installed again, where its package is here. */
  async fail(reason: SelfCheckFailure): Promise<void> {
    const standing = this.#standing;
    const { trial } = standing;
    const { install } = standing.journal;
    if (trial === null || install === null || install.state === 'kept') return;
    if (trial.failure === null) {
      trial.failure = reason;
      const { from, to } = standing.step(install, { state: 'failed', reason });
      log('update-step', { phase: 'failed', from, to });
      this.#parts.send({ kind: 'update-trial', from, to, failure: reason });
      standing.say({ fellBackFrom: to });
      standing.settle();
    }
    await this.goBack();
  }

  /** Hands over the package of the version before. Where there is none, IT staff install it by hand. */
  async goBack(): Promise<void> {
    const { app, leave } = this.#parts;
    const { trial, journal } = this.#standing;
    const { install } = journal;
    if (trial?.failure == null || install?.state !== 'failed' || install.back === null) return;
    if (!(await this.#isHere(install.back))) return;
    // Whoever just signed in reads why.
    await pause(readFor);
    await leave();
    if (!(await this.#handedOver(install.back))) app.relaunch();
    app.quit();
  }
}
