/**
 * Who is here: connections with a session, the session that is parked behind the veil, and when all of it locks.
 * A session is in one place at a time: at its connection or in the veil. Where it is in neither, its keys are closed.
 */

import type { AuditCode } from '../../src-shared/contract/audit-events.ts';
import { CallError } from '../../src-shared/contract/errors.ts';
import type { CoreEvent } from '../../src-shared/contract/events.ts';
import type { Permission } from '../../src-shared/contract/permissions.ts';
import type { Policy } from '../../src-shared/policy/policy.ts';
import type { LockReason } from '../../src-shared/wire.ts';
import { writeEnd } from './chart/search-session.ts';
import { newNotes, writeEntry } from './entry.ts';
import { type ClinicSettings, readSettings, settingsUnder } from './people/clinic-settings.ts';
import type { Clocks } from './people/every-second.ts';
import { type IdleTimer, startIdleTimer } from './people/idle.ts';
import { readPinVerifier, readState } from './people/state.ts';
import { Veil } from './people/veil.ts';
import type { Where } from './report.ts';
import type { Connection, LiveSession } from './session.ts';
import type { Store } from './store/open.ts';
import { withTransaction } from './store/transaction.ts';
import type { VaultSession } from './vault/session.ts';

const idleMinutesBeforeOpening = 5;

export type PresenceParts = Clocks & {
  /** Of this machine; above what an admin sets. */
  readonly policy: Policy;
  /** The open database. */
  readonly store: () => Store | null;
  /** A session is over; its keys are still there. */
  readonly ended: (session: LiveSession) => void;
  /** Ask the shell to lock: this process will be killed. */
  readonly lock: (reason: LockReason) => void;
  /** Ask the shell for a fresh renderer; this process lives on. */
  readonly veil: () => void;
  /** Seconds until the screen locks or veils. */
  readonly tell: (seconds: number) => void;
  readonly journal: (kind: AuditCode, reason: string) => void;
  readonly report: (where: Where, error: unknown) => void;
};

/** @throws CallError policy-forbids, pin-not-allowed, pin-not-set when this user's session cannot be veiled */
export function demandPinSet(store: Store, policy: Policy, userId: string): void {
  if (policy.pinAllowed === false) throw new CallError('policy-forbids');
  if (!readSettings(store).pinAllowed) throw new CallError('pin-not-allowed');
  if (readPinVerifier(store, userId) === null) throw new CallError('pin-not-set');
}

export class Presence {
  readonly veil: Veil;
  readonly #parts: PresenceParts;
  readonly #live = new Set<Connection>();
  #idle: IdleTimer | null = null;
  #locking = false;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.veil = new Veil({ ...parts, over: (reason) => this.requestLock(reason) });
  }

  /** A lock was asked for: nothing begins or comes back any more. */
  get locking(): boolean {
    return this.#locking;
  }

  /** Does a session need the open database, at a connection or in the veil? */
  get needsDatabase(): boolean {
    return this.sessions().some(({ keys }) => keys.shared !== undefined);
  }

  /** Keys of somebody who has the database open; theirs, not to be kept. */
  clinicalKeys(): VaultSession | undefined {
    return this.sessions().find(({ keys }) => keys.shared !== undefined)?.keys;
  }

  /** Everybody who is here, the veiled one too. */
  sessions(): readonly LiveSession[] {
    const parked = this.veil.parked()?.session ?? null;
    return [parked, ...[...this.#live].map(({ session }) => session)].filter((session) => session !== null);
  }

  /** A session began. At the screen it takes over from whoever left the screen veiled. */
  begin(connection: Connection, session: LiveSession): void {
    this.#leave(connection);
    if (connection.channel === 'screen') this.#close(this.veil.take());
    this.#hold(connection, session);
  }

  #hold(connection: Connection, session: LiveSession): void {
    connection.session = session;
    this.#live.add(connection);
    if (connection.channel === 'screen') this.#startIdle();
  }

  /** A command line or a document went away. Its session ends; a core in which nobody is left locks. */
  disconnected(connection: Connection): void {
    this.#leave(connection);
    if (this.sessions().length === 0 && this.#parts.store() !== null) this.requestLock('user');
  }

  /** Sends an event to those who hold a permission. Who left the screen veiled hears nothing. */
  tell(permission: Permission, event: CoreEvent): void {
    for (const { session, send } of this.#live) if (session?.permissions.has(permission)) send(event);
  }

  /** Who is suspended, or has other roles or a new password, has no session any more. Their screen locks: it shows a record. */
  endSessionsOf(userId: string): void {
    for (const connection of [...this.#live]) {
      if (connection.session?.userId !== userId) continue;
      this.#leave(connection);
      if (connection.channel === 'screen') this.requestLock('user');
    }
    if (this.veil.parked()?.session.userId !== userId) return;
    this.#close(this.veil.take());
    this.requestLock('user');
  }

  /**
   * Takes the session from its document and keeps it for the PIN; the document is replaced. That it may be veiled and
   * that it is written down is the caller's.
   */
  park(connection: Connection): void {
    const { session } = connection;
    const store = this.#parts.store();
    if (session === null || store === null || this.#locking) throw new CallError('not-signed-in');
    this.endSearch(session);
    connection.session = null;
    this.#live.delete(connection);
    this.#idle?.stop();
    this.veil.park(session, readState(store, session.userId).preferences, readSettings(store).veilMinutes);
    this.#parts.veil();
  }

  /** Gives the parked session to the document that brought the PIN. @throws CallError not-signed-in when it ended */
  giveBack(connection: Connection): LiveSession {
    const session = this.#locking ? null : this.veil.take();
    if (session === null) throw new CallError('not-signed-in');
    this.#leave(connection);
    this.#hold(connection, session);
    return session;
  }

  /** The idle time is over: a screen whose user has a PIN is veiled, any other locks. */
  #idleOver(reason: 'idle' | 'suspend'): void {
    const screen = [...this.#live].find(({ channel }) => channel === 'screen');
    if (reason === 'suspend' || screen === undefined || !this.#veilIdle(screen)) this.requestLock(reason);
  }

  /** @returns whether the screen is veiled now; one that cannot be written down is not */
  #veilIdle(connection: Connection): boolean {
    const { session } = connection;
    const store = this.#parts.store();
    if (session?.keys.shared === undefined || session.owes !== null || store === null || this.#locking) return false;
    try {
      demandPinSet(store, this.#parts.policy, session.userId);
      const notes = newNotes('session.veiled', session);
      notes.detail['reason'] = 'idle';
      withTransaction(store, (tx) => writeEntry(tx, session, notes, 'success'), this.#parts.wall());
      this.park(connection);
      return true;
    } catch (error) {
      if (!(error instanceof CallError)) this.#parts.report('veil', error);
      return false;
    }
  }

  /** What an admin changed takes effect at once, for who is away too. */
  settingsChanged({ idleMinutes, pinAllowed }: ClinicSettings): void {
    this.#idle?.setLimit(idleMinutes);
    if (!pinAllowed && this.veil.parked() !== null) this.requestLock('user');
  }

  touch(): void {
    this.#idle?.touch();
  }

  systemIdle(seconds: number): void {
    this.#idle?.systemIdle(seconds);
  }

  #startIdle(): void {
    const store = this.#parts.store();
    this.#idle?.stop();
    this.#idle = startIdleTimer({
      monotonic: this.#parts.monotonic,
      wall: this.#parts.wall,
      limitMinutes:
        store === null
          ? (this.#parts.policy.idleMinutes ?? idleMinutesBeforeOpening)
          : settingsUnder(this.#parts.policy, readSettings(store)).idleMinutes,
      over: (reason) => this.#idleOver(reason),
      tell: this.#parts.tell,
    });
  }

  /** Writes down that the workstation locks, and asks the shell to do it. */
  requestLock(reason: LockReason): void {
    if (this.#locking) return;
    this.#beginLocking(reason);
    this.#parts.lock(reason);
  }

  /** Suspend and screen lock: the shell locks by itself; the journal says why. */
  journalPower(event: 'suspend' | 'lock-screen'): void {
    if (this.#locking || this.sessions().length === 0) return;
    this.#beginLocking(event === 'suspend' ? 'suspend' : 'screen-lock');
  }

  #beginLocking(reason: LockReason): void {
    this.#locking = true;
    this.stopTimers();
    this.#parts.journal('application.locked', reason);
  }

  stopTimers(): void {
    this.#idle?.stop();
    this.veil.stopTimer();
  }

  /** Lock is coming: running searches end while the database can still say so. */
  endSearches(): void {
    for (const session of this.sessions()) this.endSearch(session);
  }

  endSearch(session: LiveSession): void {
    const store = this.#parts.store();
    if (session.search === null || store === null) return;
    try {
      withTransaction(store, (tx) => writeEnd(tx, session), this.#parts.wall());
    } catch (error) {
      // The search is over whether or not its last line finds room; its first line stands.
      this.#parts.report('search-end', error);
    }
  }

  /** Everybody's session ends. */
  close(): void {
    this.stopTimers();
    for (const connection of [...this.#live]) this.#leave(connection);
    this.#close(this.veil.take());
  }

  /** The session of a connection, if it has one, is over. */
  #leave(connection: Connection): void {
    const { session } = connection;
    connection.session = null;
    this.#live.delete(connection);
    this.#close(session);
  }

  /** A session is over: its search ends, its keys are wiped. */
  #close(session: LiveSession | null): void {
    if (session === null) return;
    this.endSearch(session);
    this.#parts.ended(session);
    session.keys.close();
  }
}
