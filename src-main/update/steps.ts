/** From the update that is ready to a version that has proved itself, or back: what main does, step by step. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Installing } from '../../src-shared/updates/journal.ts';
import type { SelfCheckFailure, UpdateRefusal } from '../../src-shared/updates/state.ts';
import type { ShellToCore } from '../../src-shared/wire.ts';
import type { CoreUpdateMessage } from '../bridge/update-messages.ts';
import { log } from '../logs/log.ts';
import { packagePathOf } from './journal.ts';
import { isPackage } from './package-file.ts';
import { Refused } from './refusals.ts';
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

/** Whether the signers vouch for a package that lies here: the journal is not asked, whoever writes the profile wrote it. */
export type Judge = {
  readonly newer: (staged: Installing['package']) => Promise<boolean>;
  /** Null while it cannot be said yet: core has not told what the keychain remembers. */
  readonly older: (staged: Installing['package']) => Promise<boolean> | null;
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
  readonly #judge: Judge;
  #waiting: ((failure: Prepared | 'gone') => void) | null = null;
  /** Somebody's click, or a failure, is being carried through. */
  #busy = false;

  constructor(parts: StepParts, standing: Standing, judge: Judge) {
    this.#parts = parts;
    this.#standing = standing;
    this.#judge = judge;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Core has let go of the record and copied it, or not. */
  prepared(failure: Prepared): void {
    this.#waiting?.(failure);
  }

  async #isHere(staged: Installing['package']): Promise<boolean> {
    return isPackage(packagePathOf(this.#parts.app.profile, staged), staged);
  }

  /** @returns why it was not begun; null where it was */
  async #handedOver(staged: Installing['package'], vouched: () => Promise<boolean>): Promise<UpdateRefusal | null> {
    try {
      const { installPackage } = await import('./hand-over.ts');
      return (await installPackage(staged, this.#parts.app, vouched)) ? null : 'not-writable';
    } catch (error) {
      return error instanceof Refused ? error.refusal : 'not-writable';
    }
  }

  /** Nothing of it is kept: the next check brings anew what is ours. */
  #dropped(refusal: UpdateRefusal): void {
    this.#standing.write({ install: null, refusal });
    this.#standing.say({ refusal });
    this.#standing.settle();
  }

  /** Somebody asked for the update that is ready. */
  async install(version: string): Promise<void> {
    const { install } = this.#standing.journal;
    if (install?.state !== 'staged' || install.to !== version || this.#busy) return;
    this.#busy = true;
    try {
      await this.#installed(install);
    } finally {
      this.#busy = false;
    }
  }

  async #installed(install: Installing): Promise<void> {
    const standing = this.#standing;
    const { app, send, leave, freshCore } = this.#parts;
    const vouched = (): Promise<boolean> => this.#judge.newer(install.package);
    if (!(await vouched())) return this.#dropped('signature');
    if (!(await this.#isHere(install.package))) return this.#dropped('wrong-bytes');
    standing.say({ phase: 'installing', refusal: null });
    const failure = await new Promise<Prepared | 'gone'>((resolve) => {
      this.#waiting = resolve;
      send({ kind: 'update-prepare', from: install.from, to: install.to });
    });
    this.#waiting = null;
    if (failure !== null) {
      standing.say({ refusal: failure === 'gone' ? null : refusals[failure] });
      standing.settle();
      // It has let go of everything; one that was busy has not.
      if (failure !== 'busy') freshCore();
      return;
    }
    const prepared = standing.step(install, { state: 'prepared' });
    await leave();
    const begun = standing.step(prepared, { state: 'installing', tries: prepared.tries + 1 });
    const refusal = await this.#handedOver(begun.package, vouched);
    if (refusal !== null) {
      const theirs = refusal === 'signature' || refusal === 'wrong-bytes';
      standing.write({ install: theirs ? null : { ...begun, state: 'staged' }, refusal });
      app.relaunch();
    }
    app.quit();
  }

  /** A core says what it knows: where another one was asked to prepare, that one is gone, by a lock or by itself. */
  coreBegins(): void {
    this.#waiting?.('gone');
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
    const { trial, journal } = this.#standing;
    const { install } = journal;
    if (trial?.failure == null || install?.state !== 'failed' || install.back === null || this.#busy) return;
    const { back } = install;
    const answer = this.#judge.older(back);
    if (answer === null) return;
    this.#busy = true;
    try {
      if (await answer) await this.#wentBack(back);
      else this.#withoutBack(install);
    } finally {
      this.#busy = false;
    }
  }

  /** What lies here is not the signers': somebody put it there. */
  #withoutBack(install: Installing): void {
    this.#standing.step(install, { back: null });
    this.#standing.write({ refusal: 'signature' });
    this.#standing.say({ refusal: 'signature' });
  }

  async #wentBack(back: Installing['package']): Promise<void> {
    const { app, leave } = this.#parts;
    if (!(await this.#isHere(back))) return;
    // Whoever just signed in reads why.
    await pause(readFor);
    await leave();
    const vouched = async (): Promise<boolean> => (await this.#judge.older(back)) === true;
    const refusal = await this.#handedOver(back, vouched);
    if (refusal !== null) app.relaunch();
    app.quit();
  }
}
