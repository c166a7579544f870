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
import { command, owed, query, task } from './procedure.ts';

export const preferences = z.strictObject({
  language: language,
  theme: z.enum(['light', 'dark', 'system']),
});
export type Preferences = z.infer<typeof preferences>;

/** Where a user was when the screen locked: given back at the next sign-in. */
export const place = z.strictObject({
  page: z.enum([
    'patients',
    'chart',
    'audit',
    'reviews',
    'people',
    'requests',
    'recovery',
    'roster',
    'workstations',
    'conflicts',
    'keys',
    'updates',
    'import',
    'settings',
    'account',
  ]),
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
  /** What comes before anything else: until then no permission is held. */
  owes: z.enum(owed).nullable(),
  clinicName: z.string(),
  workstationName: z.string(),
  country: z.string(),
  idleMinutes: z.number().int(),
  quickReturn,
  preferences,
  place: place.nullable(),
});
export type Session = z.infer<typeof session>;

/** Six digits of an authenticator app, or a recovery code. */
export const secondFactorCode = z.string().trim().min(6).max(24);

export const sessions = {
  signIn: task({
    summary: 'Sign in with user name and password, and a code where the user has a second factor.',
    input: z.strictObject({
      userName: z.string().trim().toLowerCase().min(1).max(64),
      password,
      code: secondFactorCode.optional(),
    }),
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
    whileOwing: owed,
  }),
  touch: task({
    summary: 'A key or the pointer moved: the idle timer starts anew.',
    input: empty,
    output: ok,
    needs: 'session',
    audits: { none: 'input activity; nothing is read or written' },
    whileOwing: owed,
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
  finishPassword: task({
    summary: "Choose one's own password after signing in with a one-time code; new keys are made with it.",
    input: z.strictObject({ next: password }),
    output: session,
    needs: 'session',
    audits: 'user.password-changed',
    whileOwing: ['own-password'],
  }),
  account: task({
    summary: "The security of one's own account: age of the password, second factor.",
    input: empty,
    output: z.strictObject({
      passwordSetAt: instant,
      keysSince: instant,
      secondFactor: z.strictObject({ enrolledAt: instant, codesLeft: z.number().int() }).nullable(),
      /** The clinic demands a second factor of this user. */
      secondFactorRequired: z.boolean(),
    }),
    needs: 'session',
    audits: { none: "dates of the user's own account" },
    whileOwing: ['second-factor'],
  }),
  beginSecondFactor: task({
    summary: 'Begin to set up an authenticator app; needs the password.',
    input: z.strictObject({ password }),
    output: z.strictObject({
      /** `otpauth://…`, for the QR code. */
      uri: z.string(),
      /** The same secret in base32, for typing. */
      secret: z.string(),
    }),
    needs: 'session',
    audits: 'user.second-factor-changed',
    whileOwing: ['second-factor'],
  }),
  confirmSecondFactor: task({
    summary: 'Prove the authenticator app with its first code. Answers the recovery codes, once.',
    input: z.strictObject({ code: secondFactorCode }),
    output: z.strictObject({ recoveryCodes: z.array(z.string()), session }),
    needs: 'session',
    audits: 'user.second-factor-changed',
    whileOwing: ['second-factor'],
  }),
  removeSecondFactor: task({
    summary: "Remove one's own second factor; needs the password and a code.",
    input: z.strictObject({ password, code: secondFactorCode }),
    output: session,
    needs: 'session',
    audits: 'user.second-factor-changed',
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
  /** Removed is for good; the name stays for what the person signed. */
  status: z.enum(['active', 'suspended', 'removed']),
  createdAt: instant,
  removedAt: instant.nullable(),
  /** The one-time code of an invitation or a reset is good until then; null once the user has a password of their own. */
  invitedUntil: instant.nullable(),
  secondFactor: z.boolean(),
  lastSignIn: instant.nullable(),
});
export type User = z.infer<typeof user>;

/** Shown once, to be handed over in person. */
export const invitation = z.strictObject({ code: z.string(), until: instant });
export type Invitation = z.infer<typeof invitation>;

export const users = {
  list: query({
    summary: 'All local users, and who was removed.',
    input: empty,
    output: z.strictObject({ users: z.array(user) }),
    needs: 'user:read',
    audits: 'user.listed',
  }),
  create: task({
    summary: 'Invite a user: they sign in once with the code answered here and choose a password of their own.',
    input: z.strictObject({ userName, displayName: requiredLine(120), roles: rolesHeld }),
    output: z.strictObject({ user, invitation }),
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
    summary: 'Give a user a one-time code in place of the password or of an expired code; their old keys are retired.',
    input: z.strictObject({ userId }),
    output: invitation,
    needs: 'user:write',
    audits: 'user.password-reset',
  }),
  remove: task({
    summary: 'Remove a user for good: no sign-in, no key, other keys for who stays. What they signed keeps their name.',
    input: z.strictObject({ userId }),
    output: ok,
    needs: 'user:write',
    audits: 'user.removed',
  }),
  clearSecondFactor: task({
    summary: 'Take the second factor from a user who lost phone and recovery codes.',
    input: z.strictObject({ userId }),
    output: user,
    needs: 'user:write',
    audits: 'user.second-factor-cleared',
  }),
  setPolicy: task({
    summary: 'Rules for everybody: must admins sign in with a second factor?',
    input: z.strictObject({ adminSecondFactor: z.boolean() }),
    output: ok,
    needs: 'user:write',
    audits: 'settings.changed',
  }),
};
