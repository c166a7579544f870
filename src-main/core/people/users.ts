/**
 * Local users. The key file commits first, then the entry: a kill between the two leaves a change without an entry
 * of its own, but never without a trace, because the roster's chain inside the key file names it and who signed it.
 */
import { z } from 'zod';
import { type User, user as userSchema } from '../../../src-shared/contract/people.ts';
import { lastSignIns } from '../audit/last-sign-ins.ts';
import type { Handlers, TaskContext } from '../call.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Store } from '../store/open.ts';
import type { PublicUser } from '../vault/vault.ts';

const shown = userSchema.extend({ lastSignIn: z.number().nullable() });

function toUser(user: PublicUser, lastSignIn: number | null): User {
  const { id, userName, displayName, roles, status, createdAt } = user;
  return shown.parse({ id, userName, displayName, roles, status, createdAt, lastSignIn });
}

function recorded({ record }: TaskContext, user: PublicUser, detail: Record<string, string> = {}): User {
  return record(({ tx, entry }) => {
    entry.entity.push(user.id);
    Object.assign(entry.detail, detail);
    return toUser(user, lastSignInOf(tx.store, user.id));
  });
}

function lastSignInOf(store: Store, userId: string): number | null {
  return lastSignIns(store, [userId]).get(userId) ?? null;
}

async function withPassword<T>(password: string, work: (bytes: Buffer) => Promise<T>): Promise<T> {
  const bytes = passwordBytes(password);
  try {
    return await work(bytes);
  } finally {
    wipe(bytes);
  }
}

export const userHandlers: Handlers<'users'> = {
  list: ({ core, tx, entry }) => {
    const users = core.vault.users();
    const last = lastSignIns(
      tx.store,
      users.map(({ id }) => id),
    );
    entry.detail['count'] = users.length;
    return { users: users.map((user) => toUser(user, last.get(user.id) ?? null)) };
  },
  create: async (context, input) => {
    const { userName, displayName, roles } = input;
    const user = await withPassword(input.password, (password) =>
      context.core.vault.people.add(context.session.keys, { userName, displayName, roles, password }),
    );
    return recorded(context, user, { roles: roles.join(' ') });
  },
  setRoles: async (context, { userId, roles }) => {
    const before = context.core.vault.users().find(({ id }) => id === userId)?.roles ?? [];
    const user = await context.core.vault.people.setRoles(context.session.keys, userId, roles);
    // A session holds the permissions of its beginning.
    context.core.endSessionsOf(userId);
    return recorded(context, user, { before: before.join(' '), after: user.roles.join(' ') });
  },
  suspend: async (context, { userId }) => {
    const user = await context.core.vault.people.suspend(context.session.keys, userId);
    context.core.endSessionsOf(userId);
    return recorded(context, user);
  },
  reactivate: async (context, { userId }) =>
    recorded(context, await context.core.vault.people.reactivate(context.session.keys, userId)),
  resetPassword: async (context, { userId, password }) => {
    const user = await withPassword(password, (bytes) =>
      context.core.vault.people.resetPassword(context.session.keys, userId, bytes),
    );
    context.core.endSessionsOf(userId);
    recorded(context, user);
    return { ok: true };
  },
};
