/** Who is not here any more. The roster keeps their names for what they signed; the key file keeps nothing of them. */
import type { RoleId } from '../../../src-shared/contract/permissions.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import { verifyRoster } from './roster.ts';
import { fromBase64 } from './wrapped.ts';

export type RemovedUser = {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly RoleId[];
  readonly createdAt: number;
  readonly removedAt: number;
};

/** Everybody whom the chain once added and later removed, in the order of their coming. */
export function removedUsers(payload: KeyFilePayload): readonly RemovedUser[] {
  const { roster, clinic } = payload;
  const state = verifyRoster(roster, clinic.id, fromBase64(payload.clinicIdentity.public));
  const added = new Map<string, number>();
  const removed = new Map<string, number>();
  for (const { body } of roster) {
    for (const change of body.changes) {
      if (change.kind === 'user-added') added.set(change.userId, body.at);
      if (change.kind === 'status-set' && change.status === 'removed') removed.set(change.userId, body.at);
    }
  }
  return [...state.users.values()]
    .filter(({ status }) => status === 'removed')
    .map(({ userId: id, userName, displayName, roles }) => ({
      id,
      userName,
      displayName,
      roles,
      createdAt: added.get(id) ?? 0,
      removedAt: removed.get(id) ?? 0,
    }));
}
