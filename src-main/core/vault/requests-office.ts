/**
 * The two-person rule as the vault offers it: one admin signs a request, another signs the same bytes, and who carries
 * it out counts the signatures once more. Open requests lie in the database; nothing here trusts what lies there.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { uuidFrom } from '../crypto/random.ts';
import type { KeyFilePayload, UserRecord } from './key-file-payload.ts';
import { changed, demandAdmin, userOf } from './people.ts';
import { agreedBy, newRequest, requestBytes, requestLife, signatureBy } from './request.ts';
import type { VaultRoom } from './room.ts';
import { adminsNeeded, verifyRoster } from './roster.ts';
import type { RequestSubject, RosterChange, SignedRequest } from './roster-entry.ts';
import { activeAdmins, applied, RosterError, type RosterState } from './roster-state.ts';
import type { VaultSession } from './session.ts';
import { fromBase64 } from './wrapped.ts';

export function rosterStateOf(payload: KeyFilePayload): RosterState {
  return verifyRoster(payload.roster, payload.clinic.id, fromBase64(payload.clinicIdentity.public));
}

/** The state that the changes would lead to. @throws CallError not-found, last-admin, invalid-input */
function stateAfter(state: RosterState, changes: readonly RosterChange[]): RosterState {
  try {
    const after = changes.reduce((next, change) => applied(next, state.size, change), state);
    if (activeAdmins(after).length === 0) throw new CallError('last-admin');
    return after;
  } catch (error) {
    if (error instanceof RosterError) throw new CallError('invalid-input');
    throw error;
  }
}

/** How many admins must sign: two, or all who could where there are fewer. */
export function signersNeeded(state: RosterState, subject: RequestSubject): number {
  if (subject.kind === 'roster') return adminsNeeded(state, stateAfter(state, subject.changes));
  const concerned = subject.kind === 'restore-access' ? subject.userId : undefined;
  return Math.min(2, activeAdmins(state).filter((userId) => userId !== concerned).length);
}

/** Roster changes to users, applied to their records. A removed user's record goes; the roster keeps the name. */
function recordsAfter(payload: KeyFilePayload, changes: readonly RosterChange[]): readonly UserRecord[] {
  return changes.reduce<readonly UserRecord[]>((users, change) => {
    if (change.kind !== 'roles-set' && change.kind !== 'status-set') throw new CallError('invalid-input');
    const before = userOf(payload, change.userId);
    if (change.kind === 'status-set' && change.status === 'removed') return users.filter(({ id }) => id !== before.id);
    return users.map((user) => {
      if (user.id !== before.id) return user;
      if (change.kind === 'roles-set') return { ...user, roles: change.roles };
      return { ...user, status: change.status === 'suspended' ? ('suspended' as const) : ('active' as const) };
    });
  }, payload.users);
}

export class Requests {
  readonly #room: VaultRoom;

  constructor(room: VaultRoom) {
    this.#room = room;
  }

  /** A request with the first signature, or nothing where one admin is enough. @throws CallError forbidden, own-account, not-found, last-admin, invalid-input */
  ask(session: VaultSession, subject: RequestSubject): SignedRequest | undefined {
    const { payload } = this.#room.opened();
    demandAdmin(payload, session);
    if (subject.kind === 'restore-access') {
      if (subject.userId === session.userId) throw new CallError('own-account');
      userOf(payload, subject.userId);
    }
    if (subject.kind === 'roster') recordsAfter(payload, subject.changes);
    if (signersNeeded(rosterStateOf(payload), subject) < 2) return undefined;
    return this.#signed(session, subject);
  }

  #signed(session: VaultSession, subject: RequestSubject): SignedRequest {
    const { clock, random } = this.#room.place;
    const at = clock.now();
    const signer = { by: session.userId, sign: (message: Buffer) => session.sign(message) };
    const clinicId = this.#room.opened().payload.clinic.id;
    const request = { clinicId, id: uuidFrom(random), subject };
    return newRequest(request, { at, expiresAt: at + requestLife }, signer);
  }

  /**
   * The request with one more signature, by who has just proved who they are.
   * @throws CallError forbidden, own-request, request-over
   */
  agree(proved: VaultSession, request: SignedRequest): SignedRequest {
    const { payload } = this.#room.opened();
    demandAdmin(payload, proved);
    const { subject, expiresAt } = request.body;
    if (this.#room.place.clock.now() > expiresAt) throw new CallError('request-over');
    if (request.signatures.some(({ by }) => by === proved.userId)) throw new CallError('own-request');
    if (subject.kind === 'restore-access' && subject.userId === proved.userId) throw new CallError('own-account');
    const signer = { by: proved.userId, sign: (message: Buffer) => proved.sign(message) };
    const agreed: SignedRequest = {
      body: request.body,
      signatures: [...request.signatures, signatureBy(signer, requestBytes(request.body))],
    };
    this.demandAgreed(agreed, proved.userId);
    return agreed;
  }

  /**
   * Counts the signatures now, against the roster as it is now.
   * @param userId must be one of those who signed
   * @throws CallError request-needed, request-over
   */
  demandAgreed(request: SignedRequest, userId: string): void {
    const { payload } = this.#room.opened();
    demandAgreed(payload, request, userId, this.#room.place.clock.now());
  }

  /** May one admin do this alone, because there is nobody else who could agree? */
  alone(subject: RequestSubject): boolean {
    return signersNeeded(rosterStateOf(this.#room.opened().payload), subject) < 2;
  }

  /**
   * What the only admin signs alone. It bears a request's form, so that whoever
   * verifies what came of it counts as for two. @throws CallError forbidden, request-needed
   */
  signAlone(proved: VaultSession, subject: RequestSubject): SignedRequest {
    const { payload } = this.#room.opened();
    demandAdmin(payload, proved);
    if (!this.alone(subject)) throw new CallError('request-needed');
    return this.#signed(proved, subject);
  }

  /** Did an entry of the roster carry this request out? */
  used(id: string): boolean {
    return rosterStateOf(this.#room.opened().payload).usedRequests.has(id);
  }

  /** Carries out what two admins agreed to about the roster. @returns the ids of the users concerned */
  async carryOut(session: VaultSession, request: SignedRequest): Promise<readonly string[]> {
    const { subject } = request.body;
    if (subject.kind !== 'roster') throw new CallError('invalid-input');
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      demandAdmin(file.payload, session);
      demandAgreed(file.payload, request, session.userId, this.#room.place.clock.now());
      const { payload } = file;
      const users = recordsAfter(payload, subject.changes);
      file.commit(changed(payload, this.#room.acting(session), users, subject.changes, request));
      return [...new Set(subject.changes.flatMap((change) => ('userId' in change ? [change.userId] : [])))];
    });
  }
}

/** @throws CallError request-needed, request-over */
export function demandAgreed(payload: KeyFilePayload, request: SignedRequest, userId: string, now: number): void {
  const state = rosterStateOf(payload);
  if (now > request.body.expiresAt || state.usedRequests.has(request.body.id)) throw new CallError('request-over');
  const agreed = agreedBy(state, payload.clinic.id, request, now);
  if (agreed.size < 2 || !agreed.has(userId)) throw new CallError('request-needed');
}
