/** The roster as people may see it. Names only, and short fingerprints of keys. */
import { permissionsOf } from '../../../src-shared/contract/permissions.ts';
import type { RosterPerson, RosterStep, RosterView } from '../../../src-shared/contract/roster.ts';
import type { Handlers } from '../call.ts';
import { sha256 } from '../crypto/hash.ts';
import { looked } from '../looked.ts';
import { agreedBy } from '../vault/request.ts';
import type { RosterChange, RosterEntry } from '../vault/roster-entry.ts';
import { RosterError, type RosterState, type RosterUser } from '../vault/roster-state.ts';
import { fromBase64 } from '../vault/wrapped.ts';

/** Of a base64 key: four groups of four hex digits. */
export function fingerprintOf(key: string): string {
  return (sha256(fromBase64(key)).toString('hex').slice(0, 16).match(/.{4}/g) ?? []).join(' ');
}

function personOf(user: RosterUser, state: RosterState): RosterPerson {
  const own = new Map([...state.ownRoles].map(([id, { permissions }]) => [id, permissions] as const));
  const { userId, userName, displayName, roles, status, ed25519, retired } = user;
  return {
    userId,
    userName,
    displayName,
    roles: [...roles],
    status,
    key: fingerprintOf(ed25519),
    retired: retired.map(fingerprintOf),
    signs: status === 'active' && permissionsOf(roles, own).has('note:sign'),
  };
}

function viewOf(state: RosterState): RosterView {
  return {
    size: state.size,
    head: state.head.toString('hex'),
    people: [...state.users.values()].map((user) => personOf(user, state)),
    devices: [...state.devices.values()].map(({ deviceId, name, status, ed25519 }) => ({
      deviceId,
      name,
      status,
      key: fingerprintOf(ed25519),
    })),
    ownRoles: [...state.ownRoles].map(([roleId, { name, permissions }]) => ({
      roleId,
      name,
      permissions: [...permissions],
    })),
    adminSecondFactor: state.policy.adminSecondFactor,
  };
}

/** Names as they were after the entry; of a role that it removes, as it was before. */
function aboutOf(change: RosterChange, before: RosterState | undefined, after: RosterState): string | null {
  switch (change.kind) {
    case 'user-added':
    case 'roles-set':
    case 'status-set':
    case 'user-keys-replaced':
      return after.users.get(change.userId)?.displayName ?? null;
    case 'device-added':
    case 'device-keys-replaced':
    case 'device-removed':
      return after.devices.get(change.deviceId)?.name ?? null;
    case 'role-defined':
      return change.name;
    case 'role-removed':
      return before?.ownRoles.get(change.roleId)?.name ?? null;
    case 'recovery-set':
    case 'clinic-key-set':
    case 'policy-set':
      return null;
    default: {
      const never: never = change;
      throw new Error(`unknown roster change ${String(never)}`);
    }
  }
}

function stepOf({ body, signatures }: RosterEntry, before: RosterState | undefined, after: RosterState): RosterStep {
  const signed = signatures.map(({ by }) => by);
  const agreed =
    body.version === 2 && body.request !== undefined && before !== undefined
      ? [...agreedBy(before, body.clinicId, body.request, body.at)]
      : [];
  const names = new Set(
    [...signed, ...agreed].flatMap((by) => (by === 'clinic' ? [] : [after.users.get(by)?.displayName ?? by])),
  );
  const [first] = body.changes;
  const byThemselves = first?.kind === 'user-keys-replaced' && body.changes.length === 1 && signed[0] === first.userId;
  return {
    seq: body.seq,
    at: body.at,
    changes: body.changes.map((change) => ({
      kind: change.kind,
      about: aboutOf(change, before, after),
      roles: change.kind === 'user-added' || change.kind === 'roles-set' ? change.roles : null,
      status: change.kind === 'status-set' ? change.status : null,
    })),
    signers: [...names],
    byKit: signed.includes('clinic'),
    byThemselves,
  };
}

export const rosterHandlers: Handlers<'roster'> = {
  state: async (context, { at }) => {
    looked(context, 'roster.read');
    try {
      return { view: viewOf(context.core.vault.rosterState(at ?? undefined)) };
    } catch (error) {
      // No entry is that old: there was no clinic yet.
      if (error instanceof RosterError) return { view: null };
      throw error;
    }
  },
  history: async (context) => {
    looked(context, 'roster.read');
    const { vault } = context.core;
    const states = vault.rosterHistory();
    const steps = vault.roster().flatMap((entry, at) => {
      const after = states.after(at + 1);
      return after === undefined ? [] : [stepOf(entry, states.after(at), after)];
    });
    return { steps: steps.reverse() };
  },
};
