/**
 * Core's part of updates: what main says of them, for the screens; what is trusted, for the keychain; leaving the
 * record ready for another version, and proving it after. Looking for an update and installing it are main's.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { assertNever } from '../../../src-shared/assert-never.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { ProcedureName } from '../../../src-shared/contract/index.ts';
import {
  type SelfCheckFailure,
  type UpdateState,
  type UpdateTrust,
  unknownAfterDays,
} from '../../../src-shared/updates/state.ts';
import type { CoreToShell } from '../../../src-shared/wire.ts';
import type { Core } from '../core.ts';
import { wipe } from '../crypto/wipe.ts';
import { databaseName } from '../vault/layout.ts';
import { version } from '../version.ts';
import { type CopyRequest, copyRecord, removeOthers } from './copy.ts';
import { copyElsewhere } from './copy-elsewhere.ts';
import type { UpdateMessage } from './messages.ts';
import { checkAtStart } from './self-check.ts';
import { softwareText } from './software.ts';
import { type Proof, Trial } from './trial.ts';

const day = 86_400_000;

/** Until main has said something, and where there is no main. */
const nothingYet: UpdateState = {
  phase: 'off',
  off: 'not-packaged',
  offer: null,
  done: null,
  lastGood: null,
  lastTry: null,
  refusal: null,
  source: null,
  channel: 'stable',
  ring: 'everyone',
  fellBackFrom: null,
};

type Prepared = Extract<CoreToShell, { readonly kind: 'update-prepared' }>['failure'];

/** Asked while nothing may be written any more, or before a new version has proved itself. */
const looksOnly: ReadonlySet<ProcedureName> = new Set(['app.status', 'updates.status']);
/** These change what the keychain or others remember: none of it could be taken back with the rest. */
const notOnTrial = /^(?:recovery|devices|enrolment|backend)\./;

export class Updates {
  readonly #core: Core;
  readonly #trial: Trial | null;
  /** Everything is being left for another version. */
  #leaving = false;
  /** The unattended half has begun. */
  #proving = false;
  readonly #shell: ((message: CoreToShell) => void) | undefined;
  #state = nothingYet;
  /** The device id that main knows. */
  #told = '';
  /** Before a clinic is set up there is no name to keep it under. */
  #early: UpdateTrust | null = null;

  constructor(core: Core, shell: ((message: CoreToShell) => void) | undefined, trial: boolean) {
    this.#core = core;
    this.#shell = shell;
    this.#trial = trial
      ? new Trial((half, failure) => void this.#shell?.({ kind: 'self-check', half, failure }))
      : null;
  }

  /** What main says. */
  heed(message: UpdateMessage): void {
    const quietly = (work: Promise<void>): void =>
      void work.catch((error: unknown) => this.#core.report('updates', error));
    switch (message.kind) {
      case 'update-state':
        this.heard(message.state);
        return;
      case 'update-trusted':
        quietly(this.trusted(message.trust, message.anchored));
        return;
      case 'update-prepare':
        quietly(this.#prepare(message));
        return;
      case 'update-trial':
        quietly(this.#begin(message.failure));
        return;
      case 'update-ended':
        quietly(this.#ended(message.outcome, message.to));
        return;
      default:
        assertNever(message);
    }
  }

  /** Asked of the database when it opens, while this version is on trial. */
  get proof(): Proof | null {
    return this.#trial === null || this.#trial.over ? null : this.#trial.proof;
  }

  /** @throws CallError maintenance, busy, update-failed for what cannot be done while one version follows another */
  async demandAllowed(procedure: ProcedureName): Promise<void> {
    if (looksOnly.has(procedure)) return;
    if (this.#leaving) throw new CallError('maintenance');
    if (this.#trial === null || this.#trial.over) return;
    await this.#trial.begun;
    this.#trial.demandGood();
    if (notOnTrial.test(procedure) && !this.#trial.over) throw new CallError('busy');
  }

  /** The unattended half. Where there is no record yet it is all there is to prove. */
  async #begin(known: SelfCheckFailure | null): Promise<void> {
    const { vault, profile } = this.#core;
    const trial = this.#trial;
    if (trial === null || trial.over) return;
    if (known !== null) {
      trial.failed(known);
      return;
    }
    if (this.#proving) return;
    this.#proving = true;
    const folder = join(profile, 'update');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const failure = await checkAtStart(folder, vault.state);
    trial.started(failure);
    if (failure === null && vault.state === 'not-set-up') await trial.passed();
  }

  async #ended(outcome: 'kept' | 'fell-back', to: string): Promise<void> {
    this.#core.journal(outcome === 'kept' ? 'update.kept' : 'update.fell-back', null, 'success', to);
    if (this.#trial === null || outcome !== 'kept') return;
    this.#trial.kept();
    await this.#core.vault.keep();
    // Whoever opened the database meets the others by that.
    if (this.#core.opened() === null && !this.#core.opening) this.#core.sync.begin(null);
  }

  /** Everybody is signed out, everything is copied; whatever came of it, this core does nothing more. */
  async #prepare(versions: { readonly from: string; readonly to: string }): Promise<void> {
    let failure: Prepared;
    if (this.#leaving || this.#working() || this.#core.presence.locking) failure = 'busy';
    else failure = await this.#copied(versions);
    this.#shell?.({ kind: 'update-prepared', failure });
  }

  async #copied({ from, to }: { readonly from: string; readonly to: string }): Promise<Prepared> {
    const core = this.#core;
    const { profile, vault } = core;
    const held = core.presence.clinicalKeys()?.shared?.databaseKey;
    const key = held === undefined ? null : Buffer.from(held);
    this.#leaving = true;
    try {
      const name = vault.state === 'locked' ? databaseName(vault.database().generation) : null;
      await core.leave();
      const request: CopyRequest = {
        profile,
        to: join(profile, 'update', 'before', from),
        versions: { from, to },
        database: key === null || name === null ? null : { name, key },
        now: core.clock(),
      };
      await copyRecord(request);
      removeOthers(request.to);
      const targets = core.policy.policy.backupTargets ?? [];
      if (name !== null) {
        await copyElsewhere(request, targets, vault.ids().profileId, (error) => core.report('update-copy', error));
      }
      return null;
    } catch (error) {
      core.report('update-copy', error);
      const code = error instanceof CallError ? error.value.code : '';
      return code === 'disk-full' || code === 'not-writable' ? code : 'damaged';
    } finally {
      wipe(key ?? undefined);
    }
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** No check held for too long, where there should be some: whether there is an update is not known. */
  unknown(now: number): boolean {
    const { off, lastGood } = this.#state;
    // What nobody asked for is not missing.
    if (off === 'not-packaged' || off === 'policy' || off === 'managed') return false;
    return lastGood === null || now - lastGood > unknownAfterDays * day;
  }

  /** Updates are looked for here. */
  get looks(): boolean {
    return this.#state.phase !== 'off';
  }

  /** What this workstation says of its software. */
  software(): string {
    return softwareText(version, this.looks ? this.#state : null);
  }

  /** Main says how updates stand. */
  heard(state: UpdateState): void {
    this.#state = state;
    this.#core.broadcast({ event: 'update-changed', data: {} });
  }

  /** Somebody signed in: a workstation that was just set up has a name now. */
  begun(): void {
    const { deviceId } = this.#core.vault.ids();
    if (deviceId === this.#told) return;
    void this.tellTrust().catch((error: unknown) => this.#core.report('updates', error));
  }

  /** Tells main what the keychain has. */
  async tellTrust(): Promise<void> {
    if (this.#shell === undefined) return;
    const { vault } = this.#core;
    const read = await vault.readUpdateTrust();
    const deviceId = read.state === 'ok' ? vault.ids().deviceId : '';
    const trust = read.state === 'ok' ? read.trust : read.state === 'none-yet' ? this.#early : null;
    this.#told = deviceId;
    this.#shell({ kind: 'update-trust', trust, deviceId, readable: read.state !== 'unreadable' });
  }

  /** A check held: what it came to is kept, and main hears what the keychain has now. */
  async trusted(trust: UpdateTrust, anchored: boolean): Promise<void> {
    const { vault } = this.#core;
    if (vault.state === 'not-set-up') this.#early = trust;
    else if ((await vault.writeUpdateTrust(trust)) !== 'ok') this.#core.report('update-trust', new Error('keychain'));
    else if (anchored) this.#core.journal('update.anchored', null, 'success');
    await this.tellTrust();
  }

  /** Main is to look, or to look in a bundle. @throws CallError update-off */
  demand(message: CoreToShell & { kind: 'update-check' | 'update-bundle' }): void {
    const { phase } = this.#state;
    if (this.#shell === undefined) throw new CallError('update-off');
    // A bundle names its own source; everything else that switches updates off holds for it too.
    const sourceless = this.#state.off === 'no-source' && message.kind === 'update-bundle';
    if (phase === 'off' && !sourceless) throw new CallError('update-off');
    if (phase === 'installing' || phase === 'trial') throw new CallError('busy');
    this.#shell(message);
  }

  /** @throws CallError update-off, update-not-ready, busy */
  demandReady(version: string): void {
    const { phase, offer } = this.#state;
    if (this.#shell === undefined || phase === 'off') throw new CallError('update-off');
    if (phase !== 'ready' || offer?.version !== version) throw new CallError('update-not-ready');
    if (this.#working()) throw new CallError('busy');
  }

  /** Long work that must not be cut off. */
  #working(): boolean {
    const { imports, bulkExport, auditEventExport, auditBundleExport, verification, pruning, rotation } = this.#core;
    const works = [imports, bulkExport, auditEventExport, auditBundleExport, verification, pruning];
    return rotation.running || works.some(({ running }) => running);
  }

  /** Main prepares and installs. Who asked is in the log already. */
  install(version: string): void {
    this.#shell?.({ kind: 'update-install', version });
  }
}
