/** What admins and users do to users, as the vault offers it: each is one turn and one new key file. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Permission, RoleId } from '../../../src-shared/contract/permissions.ts';
import { type NewUser, wipeIdentity } from './identity.ts';
import { demandNotCode, type Owed, owedBy } from './one-time.ts';
import { withOwnNewKeys } from './own-keys.ts';
import { userOf, withNewIdentity, withOwnPassword, withoutUser, withRoles, withStatus, withUser } from './people.ts';
import { namesEver, type RemovedUser, removedUsers } from './removed.ts';
import { withoutRole, withPolicy, withRole } from './roles.ts';
import type { VaultRoom } from './room.ts';
import type { VaultSession } from './session.ts';
import { authenticate } from './sign-in.ts';
import { aboutUser, demandStrength, type PublicUser } from './views.ts';

export class People {
  readonly #room: VaultRoom;

  constructor(room: VaultRoom) {
    this.#room = room;
  }

  /** @throws CallError forbidden, user-name-taken, password-…, second-admin-needed */
  async add(session: VaultSession, person: NewUser): Promise<PublicUser> {
    return this.#room.change(session, (payload, acting) => {
      demandStrength(person.password, [person.userName, person.displayName, payload.clinic.name]);
      return withUser(payload, acting, person);
    });
  }

  /** @throws CallError forbidden, own-account, last-admin, not-found, second-admin-needed */
  async setRoles(session: VaultSession, userId: string, roles: readonly RoleId[]): Promise<PublicUser> {
    return this.#room.change(session, (payload, acting) => withRoles(payload, acting, userId, roles));
  }

  /** @throws CallError forbidden, own-account, last-admin, not-found, second-admin-needed */
  async suspend(session: VaultSession, userId: string): Promise<PublicUser> {
    return this.#room.change(session, (payload, acting) => withStatus(payload, acting, userId, 'suspended'));
  }

  async reactivate(session: VaultSession, userId: string): Promise<PublicUser> {
    return this.#room.change(session, (payload, acting) => withStatus(payload, acting, userId, 'active'));
  }

  /**
   * An admin gives someone a new password: new keys, the old signing key is retired in the roster.
   * @param until it is a one-time code, good until then
   */
  async resetPassword(session: VaultSession, userId: string, password: Buffer, until?: number): Promise<PublicUser> {
    return this.#room.change(session, (payload, acting) => {
      demandStrength(password, aboutUser(payload, userId));
      return withNewIdentity(payload, acting, userId, password, until);
    });
  }

  /** For good. @throws CallError forbidden, own-account, last-admin, not-found, second-admin-needed */
  async remove(session: VaultSession, userId: string): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      file.commit(withoutUser(file.payload, this.#room.acting(session), userId));
    });
  }

  /** Names of everybody who is or was here, by id. */
  names(): ReadonlyMap<string, string> {
    return namesEver(this.#room.opened().payload);
  }

  /** Who was removed, by the names they had. */
  removed(): readonly RemovedUser[] {
    return removedUsers(this.#room.opened().payload);
  }

  /**
   * The first password of one's own after a one-time code, and new keys with it: nothing that anybody else has seen is
   * good any more. The session goes on with the new keys. @throws CallError password-…
   */
  async finishPassword(session: VaultSession, next: Buffer): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const before = userOf(file.payload, session.userId);
      if (!before.demands.newPassword) throw new CallError('not-found');
      if (before.status !== 'active') throw new CallError('account-suspended');
      demandStrength(next, aboutUser(file.payload, session.userId));
      await demandNotCode(file.payload, before, next);
      const { payload, keys } = await withOwnNewKeys(file.payload, this.#room.acting(session), next, true);
      try {
        file.commit(payload);
      } catch (error) {
        wipeIdentity(keys);
        throw error;
      }
      session.adoptIdentity(keys, []);
    });
  }

  /**
   * Does the key file still say of this session's user what it said at the sign-in? Another change may have come between
   * the password and the session, whose end it could not ask for: there was none yet.
   */
  stands(session: VaultSession): boolean {
    const user = this.#room.opened().payload.users.find(({ id }) => id === session.userId);
    return (
      !session.closed &&
      user?.status === 'active' &&
      user.roles.join() === session.user.roles.join() &&
      user.ed25519.public === session.publicKey.toString('base64')
    );
  }

  /** What must come before anything else in this session. */
  owedBy(session: VaultSession): Owed | null {
    const { payload } = this.#room.opened();
    return owedBy(payload, userOf(payload, session.userId));
  }

  /** One's own account: ages of password and keys. */
  account(session: VaultSession): { readonly passwordSetAt: number; readonly keysSince: number } {
    const { passwordSetAt, keysSince } = userOf(this.#room.opened().payload, session.userId);
    return { passwordSetAt, keysSince };
  }

  /** @throws CallError wrong-password for the current one, password-… for the next */
  async changeOwnPassword(session: VaultSession, current: Buffer, next: Buffer): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      if (userOf(file.payload, session.userId).demands.newPassword) throw new CallError('sign-in-unfinished');
      demandStrength(next, aboutUser(file.payload, session.userId));
      const proved = await authenticate(this.#room.counting(file), session.user.userName, current);
      wipeIdentity(proved.identity);
      if (proved.user.status !== 'active') throw new CallError('account-suspended');
      const { clock, random } = this.#room.place;
      file.commit(await withOwnPassword(file.payload, session, next, clock.now(), random));
    });
  }

  /** A role of the clinic's own, new (without `roleId`) or changed. @returns its id. @throws CallError forbidden, own-account, invalid-input */
  async defineRole(
    session: VaultSession,
    role: { readonly roleId?: string; readonly name: string; readonly permissions: readonly Permission[] },
  ): Promise<string> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { payload, roleId } = withRole(file.payload, this.#room.acting(session), role);
      file.commit(payload);
      return roleId;
    });
  }

  /** @throws CallError forbidden, role-in-use, not-found */
  async removeRole(session: VaultSession, roleId: string): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      file.commit(withoutRole(file.payload, this.#room.acting(session), roleId));
    });
  }

  /** Rules for everybody. @throws CallError forbidden */
  async setPolicy(session: VaultSession, policy: { readonly adminSecondFactor: boolean }): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      file.commit(withPolicy(file.payload, this.#room.acting(session), policy));
    });
  }
}
