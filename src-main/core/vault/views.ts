/** What the vault shows of itself, and what it demands of a new password. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Language } from '../../../src-shared/contract/primitives.ts';
import { passwordStrength } from '../crypto/password.ts';
import type { KeyFilePayload, UserRecord } from './key-file-payload.ts';

/** What a locked screen may show: no person's name. */
export type DisplayDirectory = {
  readonly clinicName: string;
  readonly workstationName: string;
  readonly language: Language;
  readonly country: string;
};

/** A user without anything secret. */
export type PublicUser = Pick<UserRecord, 'id' | 'userName' | 'displayName' | 'roles' | 'status' | 'createdAt'> & {
  /** Ed25519, base64. */
  readonly signingKey: string;
  /** The password is a one-time code until then. */
  readonly invitedUntil: number | null;
  readonly secondFactor: boolean;
};

export function publicUser(user: UserRecord): PublicUser {
  const { id, userName, displayName, roles, status, createdAt } = user;
  return {
    id,
    userName,
    displayName,
    roles,
    status,
    createdAt,
    signingKey: user.ed25519.public,
    invitedUntil: user.demands.newPassword ? user.passwordUntil : null,
    secondFactor: user.secondFactor !== null,
  };
}

export function displayDirectory(payload: KeyFilePayload): DisplayDirectory {
  const { name: clinicName, country, defaultLanguage: language } = payload.clinic;
  return { clinicName, workstationName: payload.workstationName, language, country };
}

/** @throws CallError password-too-short, password-too-long, password-too-common */
export function demandStrength(password: Buffer, about: readonly string[]): void {
  const { problem } = passwordStrength(password, about);
  if (problem !== undefined) throw new CallError(problem, { field: 'password' });
}

/** What others know of a user: it makes a bad password. */
export function aboutUser(payload: KeyFilePayload, userId: string): readonly string[] {
  const user = payload.users.find((candidate) => candidate.id === userId);
  return user === undefined ? [] : [user.userName, user.displayName, payload.clinic.name];
}
