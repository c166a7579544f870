/** What a session owes before anything else: a password of one's own, a second factor where the clinic demands it. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Owed } from '../../../src-shared/contract/procedure.ts';
import { invitationBytes, looksLikeCode } from '../crypto/invitation.ts';
import { wipe } from '../crypto/wipe.ts';
import { unlockIdentity, wipeIdentity } from './identity.ts';
import type { KeyFilePayload, UserRecord } from './key-file-payload.ts';

export type { Owed };

/** How long a one-time code is good. */
export const invitationLasts = 7 * 24 * 3_600_000;

export function owedBy(payload: KeyFilePayload, user: UserRecord): Owed | null {
  if (user.demands.newPassword) return 'own-password';
  if (user.secondFactor !== null || !user.roles.includes('admin')) return null;
  // The chain was verified when the key file was read: its last word counts.
  const changes = payload.roster.flatMap(({ body }) => body.changes);
  const policy = changes.findLast((change) => change.kind === 'policy-set');
  return policy?.kind === 'policy-set' && policy.adminSecondFactor ? 'second-factor' : null;
}

/** Whoever made the code knows it: it must not become the password. @throws CallError password-is-code */
export async function demandNotCode(payload: KeyFilePayload, user: UserRecord, next: Buffer): Promise<void> {
  if (!looksLikeCode(next)) return;
  const code = invitationBytes(next);
  const opened = await unlockIdentity(payload.clinic.id, user, code);
  wipe(code);
  if (opened === undefined) return;
  wipeIdentity(opened);
  throw new CallError('password-is-code', { field: 'password' });
}
