/**
 * The composition root: one profile, its vault, the database while it is open, who is signed in. State with a
 * lifetime lives here and is passed; nothing imports it.
 */
import { mkdirSync } from 'node:fs';
import type { StartState } from '../../src-shared/contract/app.ts';
import type { AuditCode } from '../../src-shared/contract/audit-events.ts';
import { CallError, type ErrorValue } from '../../src-shared/contract/errors.ts';
import type { CoreEvent } from '../../src-shared/contract/events.ts';
import type { Permission } from '../../src-shared/contract/permissions.ts';
import type { ReadPolicy } from '../../src-shared/policy/policy.ts';
import type { CoreToShell, LockReason } from '../../src-shared/wire.ts';
import { log } from '../logs/log.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { Pruning } from './audit/prune/pruning.ts';
import type { Witness } from './audit/witness.ts';
import type { EntryNotes } from './call.ts';
import { ClinicConnection } from './connection/clinic-connection.ts';
import type { Argon2Params } from './crypto/kdf.ts';
import { Diagnostics } from './diagnostics/diagnostics.ts';
import type { Dialogs } from './dialogs.ts';
import { newNotes, type Outcome, writeEntry } from './entry.ts';
import { AuditBundleExport } from './exchange/audit-bundle-export.ts';
import { AuditEventExport } from './exchange/audit-event-export.ts';
import { BulkExport } from './exchange/export-all.ts';
import { Imports } from './exchange/imports.ts';
import { drainJournal } from './journal-entries.ts';
import { DatabaseRotation } from './keys/database-rotation.ts';
import { openProved } from './keys/open-proved.ts';
import type { Opened } from './opened.ts';
import { recordPolicy } from './policies/applied.ts';
import { Presence } from './presence.ts';
import { reportError, type Where } from './report.ts';
import { reviewRecoveries } from './review/recoveries.ts';
import { Weeks } from './review/weeks.ts';
import { Scrub } from './scrub/scrub.ts';
import type { Connection, LiveSession } from './session.ts';
import { Signing } from './signing.ts';
import { Stops } from './start/stops.ts';
import { newestVersion } from './store/migrations/index.ts';
import { withTransaction } from './store/transaction.ts';
import type { Links } from './sync/engine/link.ts';
import { Sync } from './sync/engine/sync.ts';
import { Updates } from './updates/updates.ts';
import { type Clock, systemClock } from './vault/clock.ts';
import { openKeychain } from './vault/keychain.ts';
import { holdProfile } from './vault/profile-lock.ts';
import type { VaultSession } from './vault/session.ts';
import { openVault, type Vault } from './vault/vault.ts';
import { Verification } from './verification.ts';

/** Seconds that a copied identifier stays on the clipboard: enough to paste it, too short to be forgotten there. */
const copyStays = 30;

export type CoreOptions = {
  readonly profile: string;
  readonly dialogs: Dialogs;
  /** Ask the shell to lock: this process will be killed. */
  readonly lock: (reason: LockReason) => void;
  /** Ask the shell for a fresh renderer: a session is veiled, this process lives on. */
  readonly veil: () => void;
  readonly broadcast: (event: CoreEvent) => void;
  /** Main, where there is one: updates are its work. */
  readonly shell?: (message: CoreToShell) => void;
  /** The first starts of a new version, which has yet to prove itself. */
  readonly trial?: boolean;
  /** What IT set for this machine; read from its own places when absent. */
  readonly policy?: ReadPolicy;
  /** Who cosigns the log's checkpoints; nobody until the clinic is connected to a backend. */
  readonly witnesses?: readonly Witness[];
  /** For tests: the way to a backend, instead of the clinic's own connection. */
  readonly links?: Links;
  /** For tests; the system's otherwise. */
  readonly clocks?: Clock;
  /** Cost of passwords in a clinic made here; measured when absent. Tests ask for the floor. */
  readonly passwordCost?: Argon2Params;
};

export class Core {
  readonly profile: string;
  /** What IT set for this machine. Core lives until the next lock, and so does what was read. */
  readonly policy: ReadPolicy;
  readonly vault: Vault;
  readonly dialogs: Dialogs;
  readonly imports: Imports;
  readonly bulkExport: BulkExport;
  readonly auditEventExport: AuditEventExport;
  readonly auditBundleExport: AuditBundleExport;
  readonly verification: Verification;
  readonly scrub: Scrub;
  /** Draws each week's sample once the week is over. */
  readonly weeks: Weeks;
  readonly pruning: Pruning;
  readonly rotation: DatabaseRotation;
  /** To the clinic's backend, signed in or locked. */
  readonly connection: ClinicConnection;
  /** The exchange with the clinic's other workstations. */
  readonly sync: Sync;
  /** Another version: leaving the record ready for it, and proving it. */
  readonly updates: Updates;
  /** Who is here, and when that locks. */
  readonly presence: Presence;
  /** The file that support may be given. */
  readonly diagnostics: Diagnostics;
  /** What stopped, and who was told. */
  readonly stops: Stops;
  readonly broadcast: (event: CoreEvent) => void;
  readonly clocks: Clock;
  readonly clock = (): number => this.clocks.now();
  readonly #release: () => void;
  readonly #shell: (message: CoreToShell) => void;
  readonly #signing: Signing;
  readonly #witnesses: readonly Witness[];
  #opened: Opened | null = null;
  #opening: Promise<Opened> | null = null;
  /** What opening the database said last: the start screen shows it. */
  #trouble: StartState | null = null;
  #acceptRollback = false;
  #waitTold = Number.NEGATIVE_INFINITY;

  constructor(options: CoreOptions, vault: Vault, release: () => void) {
    this.profile = options.profile;
    this.policy = options.policy ?? readPolicy();
    this.#shell = options.shell ?? (() => undefined);
    this.dialogs = options.dialogs;
    this.broadcast = options.broadcast;
    this.clocks = options.clocks ?? systemClock;
    this.#witnesses = options.witnesses ?? [];
    this.vault = vault;
    this.#release = release;
    this.#signing = new Signing({
      vault,
      opened: () => this.#opened,
      now: this.clock,
      report: (where, error) => this.report(where, error),
    });
    this.imports = new Imports(this);
    this.bulkExport = new BulkExport(this);
    this.auditEventExport = new AuditEventExport(this);
    this.auditBundleExport = new AuditBundleExport(this);
    this.verification = new Verification(this);
    this.scrub = new Scrub(this);
    this.weeks = new Weeks(this);
    this.pruning = new Pruning(this);
    this.rotation = new DatabaseRotation(this);
    this.connection = new ClinicConnection(this);
    this.sync = new Sync(this, { links: options.links ?? this.connection });
    this.updates = new Updates(this, options.shell, options.trial ?? false);
    this.diagnostics = new Diagnostics(this);
    this.stops = new Stops(() => this.clocks.monotonic());
    this.presence = new Presence({
      monotonic: () => this.clocks.monotonic(),
      wall: this.clock,
      policy: this.policy.policy,
      store: () => this.#opened?.store ?? null,
      ended: (session) => this.#signing.ended(session),
      lock: options.lock,
      veil: options.veil,
      tell: (seconds) => this.broadcast({ event: 'locks-in', data: { seconds } }),
      journal: (kind, reason) => this.journal(kind, null, 'success', reason),
      report: (where, error) => this.report(where, error),
    });
  }

  /** The start-up state as the screens name it. */
  state(): StartState {
    return this.#trouble ?? this.vault.state;
  }

  /** Files and keychain are looked at again; what opening the database said is forgotten. */
  async look(): Promise<StartState> {
    this.#trouble = null;
    const state = await this.vault.refresh();
    // What the keychain has may be readable now.
    await this.updates.tellTrust();
    return state;
  }

  acceptRollback(): void {
    this.#acceptRollback = true;
    this.#trouble = null;
  }

  opened(): Opened | null {
    return this.#opened;
  }

  /** The database is being opened. */
  get opening(): boolean {
    return this.#opening !== null;
  }

  /** The open database. @throws CallError no-clinical-access */
  demandOpen(): Opened {
    if (this.#opened === null) throw new CallError('no-clinical-access');
    return this.#opened;
  }

  /** Opens the database with a user's keys, unless it is open. @throws CallError database-… */
  async open(keys: VaultSession): Promise<Opened> {
    if (this.#opened !== null) return this.#opened;
    const began = this.clocks.monotonic();
    this.#opening ??= openProved({
      vault: this.vault,
      keys,
      acceptRollback: this.#acceptRollback,
      proof: this.updates.proof,
      witnesses: () => [...this.#witnesses, ...this.sync.witnesses()],
      signers: this.#signing.signers,
      now: this.clock,
      report: (where, error) => this.report(where, error),
    });
    try {
      this.#opened = await this.#opening;
      this.#trouble = null;
      log('database-opened', { milliseconds: this.clocks.monotonic() - began, migrations: newestVersion });
      this.sync.begin(this.#opened);
      // IT staff may have been here before the database was.
      for (const session of this.presence.sessions()) this.#signing.certify(session);
      return this.#opened;
    } catch (error) {
      this.#trouble = troubleOf(error);
      throw error;
    } finally {
      this.#opening = null;
    }
  }

  /** A session began on a connection: the journal goes into the log. */
  begin(connection: Connection, session: LiveSession): void {
    this.presence.begin(connection, session);
    this.updates.begun();
    if (this.#opened === null) return;
    this.#signing.certify(session);
    this.#signing.answerForAnchor(session);
    drainJournal(this.vault, this.#opened.store, this.clock());
    recordPolicy(this.#opened.store, this.policy, this.clock());
    reviewRecoveries(this.vault, this.#opened.store, this.clock());
    if (this.#acceptRollback) this.#recordRollback(session);
  }

  #recordRollback(session: LiveSession): void {
    this.#acceptRollback = false;
    const notes = newNotes('recovery.used', session);
    notes.detail['reason'] = 'rollback-acknowledged';
    this.#write(session, notes, 'success');
    void this.#opened?.saveHead().catch((error: unknown) => this.report('audit-head', error));
  }

  disconnected(connection: Connection): void {
    this.presence.disconnected(connection);
  }

  /** Tells those who hold a permission, on whatever channel they are. */
  tell(permission: Permission, event: CoreEvent): void {
    this.presence.tell(permission, event);
  }

  endSessionsOf(userId: string): void {
    this.presence.endSessionsOf(userId);
  }

  /** The clinic's own help page, in the browser: main opens what its own reading of the policy names. */
  openHelp(): void {
    this.#shell({ kind: 'open-help' });
  }

  /** Something was copied on purpose: main takes it off the clipboard again. */
  clearClipboardSoon(): void {
    this.#shell({ kind: 'clipboard-clear', after: copyStays });
  }

  requestLock(reason: LockReason): void {
    this.presence.requestLock(reason);
  }

  /** Nobody with clinical access is left, IT staff works on: the database closes. */
  async standDown(): Promise<void> {
    const opened = this.#opened;
    if (this.presence.needsDatabase || opened === null) return;
    await this.#stopWork();
    await opened.saveHead();
    // Somebody with clinical access may have come meanwhile.
    if (this.presence.needsDatabase || this.#opened !== opened) {
      if (this.#opened === opened) this.sync.begin(opened);
      return;
    }
    opened.close();
    this.#opened = null;
    this.sync.begin(null);
  }

  /** For named maintenance: nobody has the database open. `open` brings it back. */
  async rest(): Promise<void> {
    await this.#stopWork();
    this.presence.endSearches();
    await this.#opened?.saveHead();
    this.#opened?.close();
    this.#opened = null;
  }

  /** Asks all long work to stop. @returns what is to be waited for where there is time */
  #cancelWork(): readonly { stopped(): Promise<void> }[] {
    const exports = [this.bulkExport, this.auditEventExport, this.auditBundleExport];
    for (const one of [...exports, this.verification, this.pruning]) one.cancel();
    for (const one of [this.imports, this.scrub, this.weeks, this.sync]) one.stop();
    return [this.sync, this.imports, ...exports, this.verification, this.pruning, this.scrub, this.weeks];
  }

  async #stopWork(): Promise<void> {
    await Promise.all(this.#cancelWork().map((one) => one.stopped()));
  }

  /** One line for the time when nobody has the database open; taken over at the next sign-in. */
  journal(kind: AuditCode, userId: string | null, outcome: 'success' | 'failure', reason?: string): void {
    try {
      const line = { kind, outcome, ...(userId !== null && { userId }), ...(reason !== undefined && { reason }) };
      if (!this.vault.journal().append(line)) this.report('journal', new Error('the journal is full'));
    } catch (error) {
      // Before set-up there is no key to seal a line under, and nothing yet that a line could be about.
      if (this.vault.state === 'locked') this.report('journal', error);
    }
  }

  /** A sign-in that failed. Being told to wait is no try: one line a minute says that somebody goes on asking. */
  signInFailed(userId: string | null, { code }: ErrorValue): void {
    if (code === 'wait-before-retry') {
      const now = this.clocks.monotonic();
      if (now - this.#waitTold < 60_000) return;
      this.#waitTold = now;
    }
    this.journal('user.sign-in-failed', userId, 'failure', code);
  }

  /**
   * Someone asked for what they may not have. Written down before it is told.
   * @param because what stood in the way, where it was not the role: a restriction of a chart, a policy of this machine
   */
  denied(
    session: LiveSession,
    procedure: string,
    because: { readonly reason: 'restricted' | 'policy'; readonly patientId?: string | null } | null = null,
  ): void {
    const notes = newNotes('access.denied', session);
    notes.detail['procedure'] = procedure;
    notes.patientId = because?.patientId ?? null;
    if (because !== null) notes.detail['reason'] = because.reason;
    this.#write(session, notes, 'denied');
  }

  /** A call was understood and refused: the entry says with which code. */
  refused(session: LiveSession, notes: EntryNotes, error: ErrorValue): void {
    this.#write(session, { ...notes, detail: { ...notes.detail, error: error.code } }, 'failure');
  }

  #write(session: LiveSession, notes: EntryNotes, outcome: Outcome): void {
    if (this.#opened === null) {
      this.journal(
        notes.event,
        session.userId,
        outcome === 'success' ? 'success' : 'failure',
        String(notes.detail['procedure'] ?? notes.detail['error'] ?? ''),
      );
      return;
    }
    withTransaction(this.#opened.store, (tx) => writeEntry(tx, session, notes, outcome), this.clock());
  }

  /** Lock is coming. Drafts are rows already; what is left is the head of the log. */
  async flush(): Promise<void> {
    this.presence.stopTimers();
    this.#cancelWork();
    this.presence.endSearches();
    // At once: there are 500 ms until the kill, and the keychain may take them all.
    this.#signing.checkpoint();
    await this.#opened?.saveHead();
    this.#opened?.store.db.pragma('wal_checkpoint(PASSIVE)');
  }

  /** Ends a core that no shell kills (command line, tests). */
  async close(): Promise<void> {
    await this.leave();
    this.vault.close();
    this.#release();
  }

  /** Everybody is signed out and everything is on the disk; from here on nothing writes to the profile. */
  async leave(): Promise<void> {
    this.scrub.close();
    this.weeks.close();
    this.sync.close();
    this.connection.close();
    await this.#stopWork();
    await this.flush();
    this.presence.close();
    this.#opened?.close();
    this.#opened = null;
    this.#signing.close();
    await this.vault.settle();
  }

  /** Something broke that nobody can be blamed for: name and place only, never a value. */
  report(where: Where, error: unknown): void {
    reportError(where, error);
  }
}

const troubles = {
  'database-missing': 'database-missing',
  'database-damaged': 'database-damaged',
  'database-foreign': 'database-foreign',
  'database-newer': 'database-newer',
  'database-rolled-back': 'database-rolled-back',
  'not-writable': 'not-writable',
} as const satisfies Partial<Record<ErrorValue['code'], StartState>>;

function troubleOf(error: unknown): StartState | null {
  if (!(error instanceof CallError)) return null;
  const { code } = error.value;
  return Object.hasOwn(troubles, code) ? (Object.entries(troubles).find(([name]) => name === code)?.[1] ?? null) : null;
}

/** Takes the profile and looks at it. @throws CallError busy when another core holds it */
export async function createCore(options: CoreOptions): Promise<Core> {
  // Whatever this process writes is its owner's alone, SQLite's files included.
  process.umask(0o077);
  mkdirSync(options.profile, { recursive: true, mode: 0o700 });
  const held = holdProfile(options.profile);
  if (held === undefined) throw new CallError('busy');
  const { clocks, passwordCost, trial = false } = options;
  const vault = await openVault({
    profileDir: options.profile,
    keychain: openKeychain(),
    ...(clocks !== undefined && { clock: clocks }),
    ...(passwordCost !== undefined && { passwordCost }),
    onTrial: trial,
  });
  const core = new Core(options, vault, () => held.release());
  // Locked: it hears of its own revocation, and of who may sign in. On trial it meets nobody: what the others hear of a
  // workstation is never taken back.
  if (!trial) core.sync.begin(null);
  return core;
}
