/** Sessions and local users. */
import { z } from 'zod';
import { permissions } from './permissions.ts';
import {
  empty,
  instant,
  language,
  ok,
  password,
  requiredLine,
  roleId,
  rolesHeld,
  userId,
  userName,
} from './primitives.ts';
import { command, query, task } from './procedure.ts';

export const preferences = z.strictObject({
  language: language,
  theme: z.enum(['light', 'dark', 'system']),
});
export type Preferences = z.infer<typeof preferences>;

/** Where a user was when the screen locked: given back at the next sign-in. */
export const place = z.strictObject({
  page: z.enum(['patients', 'chart', 'audit', 'reviews', 'people', 'import', 'settings', 'account']),
  patientId: z.string().max(64).nullable(),
  tab: z.string().max(32).nullable(),
});
export type Place = z.infer<typeof place>;

/** Quick return: what the clinic allows and what this user has set. */
export const quickReturn = z.strictObject({
  allowed: z.boolean(),
  pinSet: z.boolean(),
  /** How long a PIN brings the session back, minutes. */
  minutes: z.number().int(),
});

/** Digits only: what a number pad types. Too simple ones are refused when a PIN is set. */
const pin = z.string().regex(/^[0-9]{6,12}$/);

export const session = z.strictObject({
  userId,
  userName: z.string(),
  displayName: z.string(),
  roles: z.array(roleId),
  /** Names of those among the roles that the clinic defined itself. */
  ownRoles: z.array(z.strictObject({ id: roleId, name: z.string() })),
  permissions: z.array(z.enum(permissions)),
  clinicName: z.string(),
  workstationName: z.string(),
  country: z.string(),
  idleMinutes: z.number().int(),
  quickReturn,
  preferences,
  place: place.nullable(),
});
export type Session = z.infer<typeof session>;

export const sessions = {
  signIn: task({
    summary: 'Sign in with user name and password.',
    input: z.strictObject({ userName: z.string().trim().toLowerCase().min(1).max(64), password }),
    output: session,
    needs: 'public',
    audits: 'user.signed-in',
  }),
  current: query({
    summary: 'Who is signed in on this channel.',
    input: empty,
    output: z.strictObject({ session: session.nullable() }),
    needs: 'public',
    audits: { none: 'tells a window about its own session only' },
  }),
  lock: task({
    summary: 'Lock this workstation now.',
    input: empty,
    output: ok,
    needs: 'session',
    audits: 'application.locked',
  }),
  touch: task({
    summary: 'A key or the pointer moved: the idle timer starts anew.',
    input: empty,
    output: ok,
    needs: 'session',
    audits: { none: 'input activity; nothing is read or written' },
  }),
  remember: command({
    summary: 'Remember where this user is, for the next sign-in.',
    input: place,
    output: ok,
    needs: 'session',
    audits: { none: "the user's own place on the screen; opening the chart left its own entry" },
  }),
  setPreferences: command({
    summary: 'Language and theme of the signed-in user.',
    input: preferences,
    output: ok,
    needs: 'session',
    audits: 'user.preferences-changed',
  }),
  changePassword: task({
    summary: "Change one's own password.",
    input: z.strictObject({ current: password, next: password }),
    output: ok,
    needs: 'session',
    audits: 'user.password-changed',
  }),
  setPin: task({
    summary: "Set or change one's own PIN for quick return; needs the password.",
    input: z.strictObject({ pin, password }),
    output: ok,
    needs: 'session',
    audits: 'user.pin-changed',
  }),
  removePin: task({
    summary: "Remove one's own PIN; needs the password.",
    input: z.strictObject({ password }),
    output: ok,
    needs: 'session',
    audits: 'user.pin-changed',
  }),
  veil: task({
    summary: 'Leave the screen for some minutes: the session waits for the PIN, the page is replaced.',
    input: empty,
    output: ok,
    needs: 'session',
    audits: 'session.veiled',
    channels: ['screen'],
  }),
  unveil: task({
    summary: 'Come back to the veiled session with its PIN. Five wrong ones in all lock.',
    input: z.strictObject({ pin }),
    output: session,
    needs: 'public',
    audits: 'session.unveiled',
    channels: ['screen'],
  }),
  lockVeiled: task({
    summary: 'Lock this workstation while a session is veiled.',
    input: empty,
    output: ok,
    needs: 'public',
    audits: 'application.locked',
    channels: ['screen'],
  }),
};

export const user = z.strictObject({
  id: userId,
  userName: z.string(),
  displayName: z.string(),
  roles: z.array(roleId),
  status: z.enum(['active', 'suspended']),
  createdAt: instant,
  lastSignIn: instant.nullable(),
});
export type User = z.infer<typeof user>;

export const users = {
  list: query({
    summary: 'All local users.',
    input: empty,
    output: z.strictObject({ users: z.array(user) }),
    needs: 'user:read',
    audits: 'user.listed',
  }),
  create: task({
    summary: 'Add a user with a first password.',
    input: z.strictObject({ userName, displayName: requiredLine(120), roles: rolesHeld, password }),
    output: user,
    needs: 'user:write',
    audits: 'user.created',
  }),
  setRoles: task({
    summary: 'Change what a user may do. Nobody edits their own roles; one active admin must remain.',
    input: z.strictObject({ userId, roles: rolesHeld }),
    output: user,
    needs: 'user:write',
    audits: 'user.roles-changed',
  }),
  suspend: task({
    summary: 'Suspend a user: no sign-in until reactivated.',
    input: z.strictObject({ userId }),
    output: user,
    needs: 'user:write',
    audits: 'user.suspended',
  }),
  reactivate: task({
    summary: 'Let a suspended user sign in again.',
    input: z.strictObject({ userId }),
    output: user,
    needs: 'user:write',
    audits: 'user.reactivated',
  }),
  resetPassword: task({
    summary: 'Give a user a new password; their old signing key is retired.',
    input: z.strictObject({ userId, password }),
    output: ok,
    needs: 'user:write',
    audits: 'user.password-reset',
  }),
};
