/**
 * Updates as main keeps them: looks for one when nobody is disturbed by it, says how they stand, and carries one through
 * from offer to a version that has proved itself, or back. What core has to do for it is asked of core.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Policy } from '../../src-shared/policy/policy.ts';
import type { Installing, UpdateJournal } from '../../src-shared/updates/journal.ts';
import type { SelfCheckFailure, UpdateRefusal, UpdateState, UpdateTrust } from '../../src-shared/updates/state.ts';
import type { PackageKind } from '../../src-shared/updates/target.ts';
import type { ShellToCore } from '../../src-shared/wire.ts';
import type { CoreUpdateMessage } from '../bridge/update-messages.ts';
import { log, logFault } from '../logs/log.ts';
import { anchorOf } from './anchor.ts';
import type { UpdateStart } from './at-start.ts';
import { lookForUpdate } from './feed.ts';
import { installPackage, packagePathOf } from './hand-over.ts';
import { writeJournal } from './journal.ts';
import { isPackage } from './package-file.ts';
import { Refused } from './refusals.ts';
import type { Anchor } from './seam.ts';
import type { InstalledApp } from './updaters.ts';

/** Nobody's start is slowed, and twenty workstations do not ask in the same second. Milliseconds. */
const firstAfter = 30_000;
const firstSpread = 60_000;
const every = 6 * 3_600_000;
/** The page of a new version must have come up by then. */
const pageWithin = 120_000;
/** The screen says that the version before comes back. */
const readFor = 3_000;

export type OfficeParts = {
  readonly app: InstalledApp;
  readonly start: UpdateStart;
  readonly policy: Policy;
  /** Folder of the package's own resources; null when started from its sources. */
  readonly resources: string | null;
  readonly kind: PackageKind | null;
  readonly send: (message: ShellToCore) => void;
  /** Core's process and the window are gone when it resolves; this process goes on. */
  readonly leave: () => Promise<void>;
  /** A fresh core in place of one that has let go of everything. */
  readonly freshCore: () => void;
  readonly resolveProxy: (url: string) => Promise<string>;
  readonly now?: () => number;
};

type Prepared = Extract<CoreUpdateMessage, { readonly kind: 'update-prepared' }>['failure'];

const preparedRefusals: Readonly<Record<'disk-full' | 'not-writable' | 'damaged' | 'busy', UpdateRefusal | null>> = {
  'disk-full': 'disk-full',
  'not-writable': 'not-writable',
  damaged: 'wrong-bytes',
  busy: null,
};

export class UpdateOffice {
  readonly #parts: OfficeParts;
  readonly #now: () => number;
  readonly #anchor: Anchor | null;
  readonly #closing = new AbortController();
  #journal: UpdateJournal;
  #state: UpdateState;
  #trust: UpdateTrust | null = null;
  #deviceId = '';
  #readable = false;
  #looking = false;
  /** How the last update ended, until the next start. */
  #told: 'kept' | 'fell-back' | null = null;
  #timer: NodeJS.Timeout | undefined;
  #prepared: ((failure: Prepared) => void) | null = null;
  /** The first half of the self-check, as far as it has come; null while no version is on trial. */
  #trial: { core: boolean; page: boolean; failure: SelfCheckFailure | null } | null = null;

  constructor(parts: OfficeParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    const { start, policy, resources } = parts;
    this.#journal = start.journal;
    this.#anchor = anchorOf(policy.updateRoot, resources);
    if (start.trial !== null) this.#trial = { core: false, page: false, failure: start.trial.failure };
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
    this.#told = start.fellBackFrom === null ? null : 'fell-back';
    this.#settle();
  }

  /** Why there are none here; `bundle`: one that brings its own source is looked at. */
  #off(bundle = false): UpdateState['off'] {
    const { policy, resources, kind } = this.#parts;
    if (policy.updateSource === 'off') return 'policy';
    if (resources === null) return 'not-packaged';
    if (kind === null) return 'managed';
    if (this.#anchor === null) return 'no-root';
    if (!this.#readable) return 'no-keychain';
    return policy.updateSource === undefined && !bundle ? 'no-source' : null;
  }

  /** The phase that things are in while nothing is under way. */
  #settle(): void {
    const { install } = this.#journal;
    const off = this.#off(install?.state === 'staged');
    const offer = install?.state === 'staged' ? install.offer : null;
    let phase: UpdateState['phase'] = offer === null ? 'idle' : 'ready';
    if (this.#trial !== null) phase = this.#trial.failure === null ? 'trial' : 'failed';
    else if (this.#told !== null && offer === null) phase = this.#told;
    else if (off !== null) phase = 'off';
    // What is new is told once more beside the news that it is here.
    const told = phase === 'kept' && install?.state === 'kept' ? install.offer : offer;
    this.#say({ phase, off: this.#trial === null ? off : null, offer: told, done: null });
  }

  #say(change: Partial<UpdateState>): void {
    const before = this.#state.phase;
    this.#state = { ...this.#state, ...change };
    const { phase } = this.#state;
    if (phase !== before) log('update-step', { phase });
    this.#parts.send({ kind: 'update-state', state: this.#state });
  }

  #write(change: Partial<UpdateJournal>): void {
    this.#journal = { ...this.#journal, ...change };
    writeJournal(this.#parts.app.profile, this.#journal);
  }

  #step(install: Installing, change: Partial<Installing>): Installing {
    const next = { ...install, ...change, at: this.#now() };
    this.#write({ install: next });
    return next;
  }

  /** This version has yet to prove itself. */
  get onTrial(): boolean {
    return this.#trial !== null;
  }

  /** What core says. */
  heard(message: CoreUpdateMessage): void {
    switch (message.kind) {
      case 'update-trust':
        this.#trusts(message);
        return;
      case 'update-check':
        this.#quietly(this.look());
        return;
      case 'update-bundle':
        this.#quietly(this.look(message.path));
        return;
      case 'update-install':
        this.#quietly(this.#install(message.version));
        return;
      case 'update-prepared':
        this.#prepared?.(message.failure);
        return;
      case 'self-check':
        if (this.#trial === null) return;
        if (message.failure !== null) this.#quietly(this.#fail(message.failure));
        else if (message.half === 'open') this.#keep();
        else this.#firstHalf('core');
        return;
    }
  }

  #quietly(work: Promise<void>): void {
    work.catch((error: unknown) => logFault('updates', error));
  }

  /** A core is there, or knows more of the keychain than before. */
  #trusts({ trust, deviceId, readable }: Extract<CoreUpdateMessage, { readonly kind: 'update-trust' }>): void {
    this.#trust = trust;
    this.#deviceId = deviceId;
    this.#readable = readable;
    const { send, start } = this.#parts;
    if (this.#trial !== null && start.trial !== null) {
      const { from, to } = start.trial;
      send({ kind: 'update-trial', from, to, failure: this.#trial.failure });
    }
    this.#tellEnded();
    const { phase } = this.#state;
    if (phase === 'off' || phase === 'idle' || phase === 'ready') this.#settle();
    else send({ kind: 'update-state', state: this.#state });
  }

  #tellEnded(): void {
    const { untold } = this.#journal;
    if (untold === null) return;
    this.#parts.send({ kind: 'update-ended', ...untold });
    this.#write({ untold: null });
  }

  /** The page is up. */
  pageUp(): void {
    if (this.#trial !== null) this.#firstHalf('page');
    else if (this.#timer === undefined) this.#next(firstAfter + Math.random() * firstSpread);
  }

  /** On trial: the page has so long to come up. */
  watchPage(): void {
    if (this.#trial === null || this.#trial.failure !== null) return;
    const timer = setTimeout(() => {
      if (this.#trial?.page === false) this.#quietly(this.#fail('page'));
    }, pageWithin);
    timer.unref();
  }

  /** Core ended again and again: on trial that is the new version's doing. @returns whether something is done about it */
  coreLost(): boolean {
    if (this.#trial === null || this.#trial.failure !== null) return false;
    this.#quietly(this.#fail('starts'));
    return true;
  }

  #next(after: number): void {
    if (this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#next(every + Math.random() * firstSpread);
      this.#quietly(this.look());
    }, after);
    this.#timer.unref();
  }

  /** Looks for an update, where the policy says or in a bundle. */
  async look(bundle?: string): Promise<void> {
    const { policy, app, kind, resolveProxy } = this.#parts;
    const address = bundle ?? policy.updateSource;
    const { phase } = this.#state;
    const busy = this.#looking || this.#trial !== null || phase === 'installing';
    if (busy || address === undefined || this.#off(bundle !== undefined) !== null) return;
    if (this.#anchor === null || kind === null) return;
    this.#looking = true;
    this.#say({ phase: 'checking', refusal: null });
    const began = performance.now();
    let refusal: UpdateRefusal | null = null;
    let lastGood = this.#journal.lastGood;
    let install = this.#journal.install;
    try {
      const brought = await lookForUpdate({
        app,
        address,
        ca: policy.updateCa,
        proxy: policy.updateProxy ?? resolveProxy,
        anchor: this.#anchor,
        trust: this.#trust,
        here: {
          version: app.version,
          platform: process.platform,
          arch: process.arch,
          channel: this.#state.channel,
          ring: this.#state.ring,
          package: kind,
          deviceId: this.#deviceId,
          failed: this.#journal.failed,
        },
        lastGood,
        now: this.#now,
        signal: this.#closing.signal,
        reached: (source) => this.#say({ source }),
        held: (trust, anchored) => {
          lastGood = this.#now();
          this.#trust = trust;
          this.#parts.send({ kind: 'update-trusted', trust, anchored });
        },
        downloading: (offer, done) => this.#say({ phase: 'downloading', offer, done }),
      });
      if (brought !== null) {
        const rest = { from: app.version, starts: 0, tries: 0, reason: null, at: this.#now() };
        install = { state: 'staged', to: brought.offer.version, ...brought, ...rest };
      } else if (install?.state === 'staged') install = null;
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      refusal = error instanceof Refused ? error.refusal : 'unreachable';
    } finally {
      this.#looking = false;
    }
    const lastTry = this.#now();
    this.#write({ install, lastGood, lastTry, refusal });
    const milliseconds = performance.now() - began;
    const { source } = this.#state;
    log('update-checked', {
      milliseconds,
      ...(source !== null && { source }),
      ...(refusal !== null && { refusal }),
      ...(install !== null && { found: install.to }),
    });
    this.#say({ lastGood, lastTry, refusal });
    this.#settle();
  }

  /** Somebody asked for the update that is ready. */
  async #install(version: string): Promise<void> {
    const { app, send, leave, freshCore } = this.#parts;
    const { install } = this.#journal;
    if (this.#looking || install?.state !== 'staged' || install.to !== version || this.#prepared !== null) return;
    if (!(await isPackage(packagePathOf(app.profile, install.package), install.package))) {
      this.#write({ install: null });
      this.#say({ refusal: 'wrong-bytes' });
      this.#settle();
      return;
    }
    this.#say({ phase: 'installing', refusal: null });
    const failure = await new Promise<Prepared>((resolve) => {
      this.#prepared = resolve;
      send({ kind: 'update-prepare', from: install.from, to: install.to });
    });
    this.#prepared = null;
    if (failure !== null) {
      this.#say({ refusal: preparedRefusals[failure] });
      this.#settle();
      // It has let go of everything; one that was busy has not.
      if (failure !== 'busy') freshCore();
      return;
    }
    const prepared = this.#step(install, { state: 'prepared' });
    await leave();
    const begun = this.#step(prepared, { state: 'installing', tries: prepared.tries + 1 });
    if (!(await this.#handedOver(begun.package))) {
      this.#write({ install: { ...begun, state: 'staged' }, refusal: 'not-writable' });
      app.relaunch();
    }
    app.quit();
  }

  async #handedOver(staged: Installing['package']): Promise<boolean> {
    try {
      return await installPackage(staged, this.#parts.app);
    } catch {
      return false;
    }
  }

  #firstHalf(of: 'core' | 'page'): void {
    const { install } = this.#journal;
    if (this.#trial === null || install === null) return;
    this.#trial[of] = true;
    // From here on it is a person who decides when the second half runs: more starts are no sign of anything.
    if (this.#trial.core && this.#trial.page) this.#step(install, { starts: 0 });
  }

  /** It works here. Core waits for this to be on the disk before anybody gets to work. */
  #keep(): void {
    const { install } = this.#journal;
    if (install === null || this.#trial === null || this.#trial.failure !== null) return;
    const { from, to } = install;
    this.#write({
      install: { ...install, state: 'kept', starts: 0, at: this.#now() },
      untold: { outcome: 'kept', from, to },
    });
    this.#trial = null;
    log('update-step', { phase: 'kept', from, to });
    if (this.#trust !== null) {
      this.#trust = { ...this.#trust, application: to };
      this.#parts.send({ kind: 'update-trusted', trust: this.#trust, anchored: false });
    }
    this.#tellEnded();
    this.#told = 'kept';
    this.#settle();
    this.#next(firstAfter + Math.random() * firstSpread);
  }

  /** It does not: the version before is installed again, where its package is here. */
  async #fail(reason: SelfCheckFailure): Promise<void> {
    const { install } = this.#journal;
    if (this.#trial === null || install === null || install.state === 'kept') return;
    if (this.#trial.failure === null) {
      this.#trial.failure = reason;
      const { from, to } = this.#step(install, { state: 'failed', reason });
      log('update-step', { phase: 'failed', from, to });
      this.#parts.send({ kind: 'update-trial', from, to, failure: reason });
      this.#say({ fellBackFrom: to });
      this.#settle();
    }
    await this.goBack();
  }

  /** Hands over the package of the version before. Where there is none, IT staff install it by hand. */
  async goBack(): Promise<void> {
    const { app, leave } = this.#parts;
    const { install } = this.#journal;
    if (this.#trial?.failure == null || install?.state !== 'failed' || install.back === null) return;
    if (!(await isPackage(packagePathOf(app.profile, install.back), install.back))) return;
    // Whoever just signed in reads why.
    await pause(readFor);
    await leave();
    if (!(await this.#handedOver(install.back))) app.relaunch();
    app.quit();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closing.abort();
  }
}
