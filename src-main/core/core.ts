/**
 * The composition root: one profile, its vault, the database while it is open, who is signed in. State with a
 * lifetime lives here and is passed; nothing imports it.
 */
import { mkdirSync } from 'node:fs';
import type { StartState } from '../../src-shared/contract/app.ts';
import type { AuditCode } from '../../src-shared/contract/audit-events.ts';
import { CallError, type ErrorValue } from '../../src-shared/contract/errors.ts';
import type { CoreEvent } from '../../src-shared/contract/events.ts';
import type { LockReason } from '../../src-shared/wire.ts';
import type { EntryNotes } from './call.ts';
import { writeEnd } from './chart/search-session.ts';
import type { Dialogs } from './dialogs.ts';
import { newNotes, type Outcome, writeEntry } from './entry.ts';
import { Imports } from './exchange/imports.ts';
import { drainJournal } from './journal-entries.ts';
import { type Opened, openDatabase } from './opened.ts';
import { readSettings } from './people/clinic-settings.ts';
import { type IdleTimer, startIdleTimer } from './people/idle.ts';
import { reportError } from './report.ts';
import type { Connection, LiveSession } from './session.ts';
import { withTransaction } from './store/transaction.ts';
import { openKeychain } from './vault/keychain.ts';
import { holdProfile } from './vault/profile-lock.ts';
import type { VaultSession } from './vault/session.ts';
import { openVault, type Vault } from './vault/vault.ts';
import { Verification } from './verification.ts';

export type CoreOptions = {
  readonly profile: string;
  readonly dialogs: Dialogs;
  /** Ask the shell to lock: this process will be killed. */
  readonly lock: (reason: LockReason) => void;
  readonly broadcast: (event: CoreEvent) => void;
};

export class Core {
  readonly profile: string;
  readonly vault: Vault;
  readonly dialogs: Dialogs;
  readonly imports: Imports;
  readonly verification: Verification;
  readonly broadcast: (event: CoreEvent) => void;
  readonly clock = (): number => Date.now();
  readonly #lock: (reason: LockReason) => void;
  readonly #release: () => void;
  #opened: Opened | null = null;
  #opening: Promise<Opened> | null = null;
  /** What opening the database said last: the start screen shows it. */
  #trouble: StartState | null = null;
  #acceptRollback = false;
  #idle: IdleTimer | null = null;
  #lockAsked = false;
  readonly #live = new Set<Connection>();

  constructor(options: CoreOptions, vault: Vault, release: () => void) {
    this.profile = options.profile;
    this.dialogs = options.dialogs;
    this.broadcast = options.broadcast;
    this.vault = vault;
    this.#lock = options.lock;
    this.#release = release;
    this.imports = new Imports(this);
    this.verification = new Verification(this);
  }

  /** The start-up state as the screens name it. */
  state(): StartState {
    return this.#trouble ?? this.vault.state;
  }

  /** Files and keychain are looked at again; what opening the database said is forgotten. */
  async look(): Promise<StartState> {
    this.#trouble = null;
    return this.vault.refresh();
  }

  acceptRollback(): void {
    this.#acceptRollback = true;
    this.#trouble = null;
  }

  opened(): Opened | null {
    return this.#opened;
  }

  /** The open database. @throws CallError no-clinical-access */
  demandOpen(): Opened {
    if (this.#opened === null) throw new CallError('no-clinical-access');
    return this.#opened;
  }

  /** Opens the database with a user's keys, unless it is open. @throws CallError database-… */
  async open(keys: VaultSession): Promise<Opened> {
    if (this.#opened !== null) return this.#opened;
    this.#opening ??= openDatabase({
      vault: this.vault,
      keys,
      acceptRollback: this.#acceptRollback,
      report: (where, error) => this.report(where, error),
    });
    try {
      this.#opened = await this.#opening;
      this.#trouble = null;
      return this.#opened;
    } catch (error) {
      this.#trouble = troubleOf(error);
      throw error;
    } finally {
      this.#opening = null;
    }
  }

  /** A session began on a connection: the journal goes into the log, the idle timer runs for the screen. */
  begin(connection: Connection, session: LiveSession): void {
    this.#leave(connection);
    connection.session = session;
    this.#live.add(connection);
    if (this.#opened !== null) {
      drainJournal(this.vault, this.#opened.store);
      if (this.#acceptRollback) this.#recordRollback(session);
    }
    if (connection.channel === 'screen') this.#startIdle();
  }

  #recordRollback(session: LiveSession): void {
    this.#acceptRollback = false;
    const notes = newNotes('recovery.used', session);
    notes.detail['reason'] = 'rollback-acknowledged';
    this.#write(session, notes, 'success');
    void this.#opened?.saveHead().catch((error: unknown) => this.report('audit-head', error));
  }

  /** A command line or a document went away. Its session ends; a core in which nobody is left locks. */
  disconnected(connection: Connection): void {
    this.#leave(connection);
    if (this.#live.size === 0 && this.#opened !== null) this.requestLock('user');
  }

  /** Who is suspended, or has other roles or a new password, has no session any more. Their screen locks: it shows a record. */
  endSessionsOf(userId: string): void {
    for (const connection of [...this.#live]) {
      if (connection.session?.userId !== userId) continue;
      this.#leave(connection);
      if (connection.channel === 'screen') this.requestLock('user');
    }
  }

  /** Nobody with clinical access is left, IT staff works on: the database closes. */
  async standDown(): Promise<void> {
    const needed = (): boolean => [...this.#live].some(({ session }) => session?.keys.shared !== undefined);
    const opened = this.#opened;
    if (needed() || opened === null) return;
    await this.#stopWork();
    await opened.saveHead();
    // Somebody with clinical access may have come meanwhile.
    if (needed() || this.#opened !== opened) return;
    opened.close();
    this.#opened = null;
  }

  async #stopWork(): Promise<void> {
    this.imports.stop();
    this.verification.cancel();
    await Promise.all([this.imports.stopped(), this.verification.stopped()]);
  }

  /** The session of a connection, if it has one, is over: its search ends, its keys are wiped. */
  #leave(connection: Connection): void {
    const { session } = connection;
    connection.session = null;
    this.#live.delete(connection);
    if (session === null) return;
    this.#endSearch(session);
    session.keys.close();
  }

  #endSearch(session: LiveSession): void {
    if (session.search === null || this.#opened === null) return;
    try {
      withTransaction(this.#opened.store, (tx) => writeEnd(tx, session), this.clock());
    } catch (error) {
      // The search is over whether or not its last line finds room; its first line stands.
      this.report('search-end', error);
    }
  }

  touch(): void {
    this.#idle?.touch();
  }

  systemIdle(seconds: number): void {
    this.#idle?.systemIdle(seconds);
  }

  setIdleMinutes(minutes: number): void {
    this.#idle?.setLimit(minutes);
  }

  #startIdle(): void {
    const limitMinutes = this.#opened === null ? 5 : readSettings(this.#opened.store).idleMinutes;
    this.#idle?.stop();
    this.#idle = startIdleTimer({
      limitMinutes,
      monotonic: () => performance.now(),
      lock: (reason) => this.requestLock(reason),
      tell: (seconds) => this.broadcast({ event: 'locks-in', data: { seconds } }),
    });
  }

  /** Writes down that the workstation locks, and asks the shell to do it. */
  requestLock(reason: LockReason): void {
    if (this.#lockAsked) return;
    this.#lockAsked = true;
    this.#idle?.stop();
    this.journal('application.locked', null, 'success', reason);
    this.#lock(reason);
  }

  /** Suspend and screen lock: the shell locks by itself; the journal says why. */
  journalPower(event: 'suspend' | 'lock-screen'): void {
    if (this.#live.size === 0 || this.#lockAsked) return;
    this.#lockAsked = true;
    this.journal('application.locked', null, 'success', event === 'suspend' ? 'suspend' : 'screen-lock');
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

  /** Someone asked for what they may not have. Written down before it is told. */
  denied(session: LiveSession, procedure: string): void {
    const notes = newNotes('access.denied', session);
    notes.detail['procedure'] = procedure;
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
    this.#idle?.stop();
    this.imports.stop();
    this.verification.cancel();
    for (const { session } of this.#live) if (session !== null) this.#endSearch(session);
    await this.#opened?.saveHead();
    this.#opened?.store.db.pragma('wal_checkpoint(PASSIVE)');
  }

  /** Ends a core that no shell kills (command line, tests). */
  async close(): Promise<void> {
    await this.#stopWork();
    await this.flush();
    for (const connection of [...this.#live]) this.#leave(connection);
    this.#opened?.close();
    this.#opened = null;
    this.vault.close();
    this.#release();
  }

  /** Something broke that nobody can be blamed for: name and place only, never a value. */
  report(where: string, error: unknown): void {
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
  const vault = await openVault({ profileDir: options.profile, keychain: openKeychain() });
  return new Core(options, vault, () => held.release());
}
