/**
 * Updates as main keeps them: looks for one when nobody is disturbed by it, says how they stand, and has one carried
 * through. What core has to do for it is asked of core.
 */
import type { Policy } from '../../src-shared/policy/policy.ts';
import type { StagedPackage } from '../../src-shared/updates/journal.ts';
import type { UpdateRefusal, UpdateState, UpdateTrust } from '../../src-shared/updates/state.ts';
import type { PackageKind } from '../../src-shared/updates/target.ts';
import type { CoreUpdateMessage } from '../bridge/update-messages.ts';
import { log, logFault } from '../logs/log.ts';
import { anchorOf } from './anchor.ts';
import type { UpdateStart } from './at-start.ts';
import { metadataFolder } from './journal.ts';
import { Refused } from './refusals.ts';
import type { Anchor } from './seam.ts';
import { Standing } from './standing.ts';
import { type Judge, type StepParts, Steps } from './steps.ts';

/** Nobody's start is slowed, and twenty workstations do not ask in the same second. Milliseconds. */
const firstAfter = 30_000;
const spread = 60_000;
const every = 6 * 3_600_000;
/** The page of a new version must have come up by then. */
const pageWithin = 120_000;
/** Screens hear of a download this often. */
const sayEvery = 300;

export type OfficeParts = StepParts & {
  readonly start: UpdateStart;
  readonly policy: Policy;
  /** Folder of the package's own resources; null when started from its sources. */
  readonly resources: string | null;
  readonly kind: PackageKind | null;
  readonly resolveProxy: (url: string) => Promise<string>;
  readonly now?: () => number;
};

export class UpdateOffice {
  readonly #parts: OfficeParts;
  readonly #now: () => number;
  readonly #anchor: Anchor | null;
  readonly #standing: Standing;
  readonly #steps: Steps;
  readonly #closing = new AbortController();
  #trust: UpdateTrust | null = null;
  #deviceId = '';
  #readable = false;
  /** Core has said what the keychain remembers, or cannot be kept alive to be asked. */
  #told = false;
  #looking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: OfficeParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    const { app, start, policy, resources, send } = parts;
    this.#anchor = anchorOf(policy.updateRoot, resources);
    const off = (staged: boolean) => this.#off(staged);
    this.#standing = new Standing({ profile: app.profile, start, policy, send, now: this.#now, off });
    this.#steps = new Steps(parts, this.#standing, this.#judge);
    this.#standing.settle();
  }

  /** This version has yet to prove itself. */
  get onTrial(): boolean {
    return this.#standing.trial !== null;
  }

  readonly #judge: Judge = {
    newer: (staged) => this.#vouched(staged, 'newer'),
    older: (staged) => (this.#told ? this.#vouched(staged, 'older') : null),
  };

  /** Asked for right before a package is handed over. */
  async #vouched(staged: StagedPackage, than: 'newer' | 'older'): Promise<boolean> {
    const { app, kind } = this.#parts;
    if (this.#anchor === null || kind === null || (than === 'newer' && !this.#readable)) return false;
    const { isVouched } = await import('./vouched.ts');
    const { platform, arch } = process;
    const metadata = metadataFolder(app.profile);
    const vouching = { metadata, anchor: this.#anchor, trust: this.#trust, platform, arch, kind, version: app.version };
    return isVouched(staged, vouching, than === 'newer' ? this.#standing.state.channel : null);
  }

  /** Why there are none here; `own`: one that brings its own source is looked at. */
  #off(own: boolean): UpdateState['off'] {
    const { policy, resources, kind } = this.#parts;
    if (policy.updateSource === 'off') return 'policy';
    if (resources === null) return 'not-packaged';
    if (kind === null) return 'managed';
    if (this.#anchor === null) return 'no-root';
    if (!this.#readable) return 'no-keychain';
    return policy.updateSource === undefined && !own ? 'no-source' : null;
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
        if (!this.#looking) this.#quietly(this.#steps.install(message.version));
        return;
      case 'update-prepared':
        this.#steps.prepared(message.failure);
        return;
      case 'self-check':
        if (message.failure !== null) this.#quietly(this.#steps.fail(message.failure));
        else if (message.half === 'open') this.#keep();
        else this.#steps.firstHalf('core');
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
    this.#told = true;
    this.#steps.coreBegins();
    const { send, start } = this.#parts;
    const standing = this.#standing;
    if (standing.trial !== null && start.trial !== null) {
      const { from, to } = start.trial;
      send({ kind: 'update-trial', from, to, failure: standing.trial.failure });
    }
    standing.tellEnded();
    const { phase } = standing.state;
    if (phase === 'off' || phase === 'idle' || phase === 'ready') standing.settle();
    else standing.repeat();
    this.#quietly(this.#steps.goBack());
  }

  /** The page is up. */
  pageUp(): void {
    if (this.onTrial) this.#steps.firstHalf('page');
    else if (this.#timer === undefined) this.#next(firstAfter + Math.random() * spread);
  }

  /** On trial: the page has so long to come up. */
  watchPage(): void {
    const timer = setTimeout(() => {
      if (this.#standing.trial?.page === false) this.#quietly(this.#steps.fail('page'));
    }, pageWithin);
    timer.unref();
  }

  /** Core ended again and again: on trial that is the new version's doing. @returns whether something is done about it */
  coreLost(): boolean {
    const { trial, journal } = this.#standing;
    if (trial === null) return false;
    // Nobody is left to ask what the keychain remembers: the signers' word has to do.
    this.#told = true;
    this.#quietly(trial.failure === null ? this.#steps.fail('starts') : this.#steps.goBack());
    // With nothing to go back to, the screen that says so is all there is.
    return (journal.install?.back ?? null) !== null;
  }

  #next(after: number): void {
    if (this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#next(every + Math.random() * spread);
      this.#quietly(this.look());
    }, after);
    this.#timer.unref();
  }

  /** Looks for an update, where the policy says or in a bundle. */
  async look(bundle?: string): Promise<void> {
    const { policy, app, kind, resolveProxy, send } = this.#parts;
    const standing = this.#standing;
    const address = bundle ?? policy.updateSource;
    const busy = this.#looking || this.#steps.busy || this.onTrial || standing.state.phase === 'installing';
    if (busy || address === undefined || this.#off(bundle !== undefined) !== null) return;
    if (this.#anchor === null || kind === null) return;
    this.#looking = true;
    standing.say({ phase: 'checking', refusal: null });
    const began = performance.now();
    let said = 0;
    let refusal: UpdateRefusal | null = null;
    let { lastGood, install } = standing.journal;
    try {
      // What checks and downloads is loaded with the first look, not with the start.
      const { lookForUpdate } = await import('./feed.ts');
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
          channel: standing.state.channel,
          ring: standing.state.ring,
          package: kind,
          deviceId: this.#deviceId,
          failed: standing.journal.failed,
        },
        lastGood,
        now: this.#now,
        signal: this.#closing.signal,
        reached: (source) => standing.say({ source }),
        held: (trust, anchored) => {
          lastGood = this.#now();
          this.#trust = trust;
          send({ kind: 'update-trusted', trust, anchored });
        },
        downloading: (offer, done) => {
          if (done > 0 && performance.now() - said < sayEvery) return;
          said = performance.now();
          standing.say({ phase: 'downloading', offer, done });
        },
      });
      if (brought !== null) {
        const rest = { from: app.version, starts: 0, tries: 0, reason: null, at: this.#now() };
        install = { state: 'staged', to: brought.offer.version, ...brought, ...rest };
      } else if (install?.state === 'staged') install = null;
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      refusal = error instanceof Refused ? error.refusal : 'unreachable';
      if (!(error instanceof Refused)) logFault('updates', error);
    } finally {
      this.#looking = false;
    }
    const lastTry = this.#now();
    standing.write({ install, lastGood, lastTry, refusal });
    const { source } = standing.state;
    log('update-checked', {
      milliseconds: performance.now() - began,
      ...(source !== null && { source }),
      ...(refusal !== null && { refusal }),
      ...(install !== null && { found: install.to }),
    });
    standing.say({ lastGood, lastTry, refusal });
    standing.settle();
  }

  /** It works here. Core waits for this to be on the disk before anybody gets to work. */
  #keep(): void {
    const standing = this.#standing;
    const { install } = standing.journal;
    if (install === null || standing.trial === null || standing.trial.failure !== null) return;
    standing.keep(install);
    if (this.#trust !== null) {
      this.#trust = { ...this.#trust, application: install.to };
      this.#parts.send({ kind: 'update-trusted', trust: this.#trust, anchored: false });
    }
    standing.tellEnded();
    standing.settle();
    this.#next(firstAfter + Math.random() * spread);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closing.abort();
  }
}
