/**
 * Who is and who was here, read from the chain without verifying it again: that was done when the key file was read
 * and at each entry since.
 */
import type { RoleId } from '../../../src-shared/contract/permissions.ts';
import type { KeyFilePayload } from './key-file-payload.ts';

export type RemovedUser = {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly RoleId[];
  readonly createdAt: number;
  readonly removedAt: number;
};

/** Names of everybody whom the chain ever added, by id. */
export function namesEver({ roster }: Pick<KeyFilePayload, 'roster'>): ReadonlyMap<string, string> {
  const changes = roster.flatMap(({ body }) => body.changes);
  return new Map(changes.flatMap((one) => (one.kind === 'user-added' ? [[one.userId, one.displayName]] : [])));
}

/** Everybody whom the chain once added and later removed, in the order of their going. */
export function removedUsers({ roster }: Pick<KeyFilePayload, 'roster'>): readonly RemovedUser[] {
  const people = new Map<string, Omit<RemovedUser, 'removedAt'>>();
  const removed: RemovedUser[] = [];
  for (const { body } of roster) {
    for (const change of body.changes) {
      const person = 'userId' in change ? people.get(change.userId) : undefined;
      if (change.kind === 'user-added') {
        const { userId: id, userName, displayName, roles } = change;
        people.set(id, { id, userName, displayName, roles, createdAt: body.at });
      } else if (person !== undefined && change.kind === 'roles-set') {
        people.set(person.id, { ...person, roles: change.roles });
      } else if (person !== undefined && change.kind === 'status-set' && change.status === 'removed') {
        removed.push({ ...person, removedAt: body.at });
      }
    }
  }
  return removed;
}
