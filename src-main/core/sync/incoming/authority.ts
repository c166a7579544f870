/**
 * What an op may do only because people in the roster say so, whatever its workstation claims: an erasure carries the
 * request that two admins signed, a decision names an admin. Counted against the roster as it was then.
 */
import { type Permission, permissionsOf } from '../../../../src-shared/contract/permissions.ts';
import type { EraseOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { type SignedRequest, signedRequest } from '../../vault/roster-entry.ts';
import type { RosterHistory } from '../../vault/roster-history.ts';
import type { RosterState } from '../../vault/roster-state.ts';

export type Authority = {
  /** Did two admins agree that this patient is erased, or the only one there was? */
  readonly mayErase: (op: EraseOp) => boolean;
  /** Could this user, when the roster had so many entries, decide about what waits? */
  readonly mayDecide: (author: string, rosterSize: number) => boolean;
};

export function authorityOf(history: () => RosterHistory, clinicId: string): Authority {
  return {
    mayErase: ({ patient, roster, request }) => {
      const signed = requestOf(request);
      if (signed === undefined) return false;
      const { subject, at } = signed.body;
      if (subject.kind !== 'erase-patient' || subject.patientId !== patient) return false;
      // Counted at the request's own time: clocks decide nothing here, and who carried it out held its end.
      const agreed = history().agreed(signed, clinicId, roster, at);
      return agreed !== undefined && agreed.admins > 0 && agreed.signers.size >= Math.min(2, agreed.admins);
    },
    mayDecide: (author, rosterSize) => {
      const book = history();
      const state = book.after(Math.min(rosterSize, book.size));
      return state !== undefined && holds(state, author, 'user:write');
    },
  };
}

function requestOf(text: string): SignedRequest | undefined {
  try {
    return signedRequest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function holds({ users, ownRoles }: RosterState, userId: string, permission: Permission): boolean {
  const user = users.get(userId);
  if (user?.status !== 'active') return false;
  const own = new Map([...ownRoles].map(([id, { permissions }]) => [id, permissions]));
  return permissionsOf(user.roles, own).has(permission);
}
