/**
 * Local users. The key file commits first, then the entry: a kill between the two leaves a change without an entry
 * of its own, but never without a trace, because the roster's chain inside the key file names it and who signed it.
 */
import { z } from 'zod';
import { type Invitation, type User, user as userSchema } from '../../../src-shared/contract/people.ts';
import { lastSignIns } from '../audit/last-sign-ins.ts';
import type { Handlers, TaskContext } from '../call.ts';
import { newInvitationCode } from '../crypto/invitation.ts';
import { passwordBytes } from '../crypto/password.ts';
import { randomBytes } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { runDue } from '../keys/rotate.ts';
import type { Store } from '../store/open.ts';
import type { Tx } from '../store/transaction.ts';
import { invitationLasts } from '../vault/one-time.ts';
import type { RemovedUser } from '../vault/removed.ts';
import type { PublicUser } from '../vault/vault.ts';
import { forgetPin } from './state.ts';

const shown = userSchema.extend({ lastSignIn: z.number().nullable() });

function toUser(user: PublicUser, lastSignIn: number | null): User {
  const { signingKey: _key, ...rest } = user;
  return shown.parse({ ...rest, removedAt: null, lastSignIn });
}

/** The name is the roster's; a key file holds nothing of who was removed. */
function toRemoved(user: RemovedUser, lastSignIn: number | null): User {
  return shown.parse({ ...user, status: 'removed', invitedUntil: null, secondFactor: false, lastSignIn });
}

function recorded(
  { record }: TaskContext,
  user: PublicUser,
  detail: Record<string, string> = {},
  more: (tx: Tx) => void = () => undefined,
): User {
  return record(({ tx, entry }) => {
    more(tx);
    entry.entity.push(user.id);
    Object.assign(entry.detail, detail);
    return toUser(user, lastSignInOf(tx.store, user.id));
  });
}

function lastSignInOf(store: Store, userId: string): number | null {
  return lastSignIns(store, [userId]).get(userId) ?? null;
}

/** A one-time code and what it is used for, as long as it is used. */
async function withCode<T>(
  { now }: TaskContext,
  work: (password: Buffer, until: number) => Promise<T>,
): Promise<{ readonly done: T; readonly invitation: Invitation }> {
  const code = newInvitationCode(randomBytes);
  const until = now + invitationLasts;
  const bytes = passwordBytes(code);
  try {
    return { done: await work(bytes, until), invitation: { code, until } };
  } finally {
    wipe(bytes);
  }
}

export const userHandlers: Handlers<'users'> = {
  list: ({ core, tx, entry }) => {
    const users = core.vault.users();
    const removed = core.vault.people.removed();
    const last = lastSignIns(
      tx.store,
      [...users, ...removed].map(({ id }) => id),
    );
    entry.detail['count'] = users.length;
    return {
      users: [
        ...users.map((user) => toUser(user, last.get(user.id) ?? null)),
        ...removed.map((user) => toRemoved(user, last.get(user.id) ?? null)),
      ],
    };
  },
  create: async (context, input) => {
    const { userName, displayName, roles } = input;
    const { people } = context.core.vault;
    const { done, invitation } = await withCode(context, (password, passwordUntil) =>
      people.add(context.session.keys, { userName, displayName, roles, password, passwordUntil }),
    );
    return { user: recorded(context, done, { roles: roles.join(' ') }), invitation };
  },
  setRoles: async (context, { userId, roles }) => {
    const before = context.core.vault.users().find(({ id }) => id === userId)?.roles ?? [];
    const user = await context.core.vault.people.setRoles(context.session.keys, userId, roles);
    // A session holds the permissions of its beginning.
    context.core.endSessionsOf(userId);
    const changed = recorded(context, user, { before: before.join(' '), after: user.roles.join(' ') });
    // Who opens nothing clinical any more knew the keys.
    await runDue(context.core, context.session);
    return changed;
  },
  suspend: async (context, { userId }) => {
    const user = await context.core.vault.people.suspend(context.session.keys, userId);
    context.core.endSessionsOf(userId);
    return recorded(context, user);
  },
  reactivate: async (context, { userId }) =>
    recorded(context, await context.core.vault.people.reactivate(context.session.keys, userId)),
  resetPassword: async (context, { userId }) => {
    const { people } = context.core.vault;
    const { done, invitation } = await withCode(context, (password, until) =>
      people.resetPassword(context.session.keys, userId, password, until),
    );
    context.core.endSessionsOf(userId);
    // The PIN was set with a password that is no more.
    recorded(context, done, {}, (tx) => forgetPin(tx, userId));
    return invitation;
  },
  remove: async ({ core, session, record }, { userId }) => {
    await core.vault.people.remove(session.keys, userId);
    core.endSessionsOf(userId);
    record(({ entry }) => entry.entity.push(userId));
    await runDue(core, session);
    return { ok: true };
  },
  clearSecondFactor: async (context, { userId }) =>
    recorded(context, await context.core.vault.secondFactor.clear(context.session.keys, userId)),
  setPolicy: async ({ core, session, record }, policy) => {
    const before = core.vault.rosterState().policy;
    await core.vault.people.setPolicy(session.keys, policy);
    record(({ entry }) => {
      entry.detail['before'] = `adminSecondFactor ${before.adminSecondFactor}`;
      entry.detail['after'] = `adminSecondFactor ${policy.adminSecondFactor}`;
    });
    return { ok: true };
  },
};
