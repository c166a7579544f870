/** What a roster says: the users, devices, roles and rules after some of its entries. */
import type { Permission, RoleId } from '../../../src-shared/contract/permissions.ts';
import { isBuiltIn } from '../../../src-shared/contract/permissions.ts';
import { neverOwn } from '../../../src-shared/contract/role-limits.ts';
import type { RosterChange } from './roster-entry.ts';

export type RosterUser = {
  readonly userId: string;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly RoleId[];
  readonly status: 'active' | 'suspended' | 'removed';
  /** Raw public keys, base64. */
  readonly ed25519: string;
  readonly x25519: string;
  /** Signing keys this user had before, oldest first: valid for what was signed then. */
  readonly retired: readonly string[];
};
export type RosterDevice = {
  readonly deviceId: string;
  readonly name: string;
  readonly ed25519: string;
  readonly tls: string;
  readonly status: 'active' | 'removed';
};
export type OwnRole = { readonly name: string; readonly permissions: readonly Permission[] };
export type RosterState = {
  readonly users: ReadonlyMap<string, RosterUser>;
  readonly devices: ReadonlyMap<string, RosterDevice>;
  readonly ownRoles: ReadonlyMap<string, OwnRole>;
  /** Epoch → id of the clinic key (docs/protocols/keys.md). */
  readonly clinicKeys: ReadonlyMap<number, string>;
  readonly policy: { readonly adminSecondFactor: boolean };
  /** X25519 public key of the recovery kit, base64. */
  readonly recovery: string | undefined;
  /** Hash of the last entry. */
  readonly head: Buffer;
  readonly size: number;
  /** Requests that entries used up. */
  readonly usedRequests: ReadonlySet<string>;
};

/** Who signs: a user's id or the clinic identity, with the raw private key. */
export type RosterSigner = { readonly by: string; readonly sign: (message: Buffer) => Buffer };

/** A chain that does not hold: names the entry and the rule. */
export class RosterError extends Error {
  readonly rule: string;
  constructor(seq: number, rule: string) {
    super(`roster entry ${seq}: ${rule}`);
    this.name = 'RosterError';
    this.rule = rule;
  }
}

export const noRoster: RosterState = {
  users: new Map(),
  devices: new Map(),
  ownRoles: new Map(),
  clinicKeys: new Map(),
  policy: { adminSecondFactor: false },
  recovery: undefined,
  head: Buffer.alloc(32),
  size: 0,
  usedRequests: new Set(),
};

export const isActiveAdmin = (user: Pick<RosterUser, 'status' | 'roles'>): boolean =>
  user.status === 'active' && user.roles.includes('admin');

/** Ids of the active admins. */
export function activeAdmins(state: RosterState): readonly string[] {
  return [...state.users.values()].filter(isActiveAdmin).map(({ userId }) => userId);
}

function changedUser(state: RosterState, seq: number, userId: string, change: Partial<RosterUser>): RosterState {
  const user = state.users.get(userId);
  if (user === undefined) throw new RosterError(seq, 'changes a user that is not there');
  if (user.status === 'removed') throw new RosterError(seq, 'changes a user that was removed');
  return { ...state, users: new Map(state.users).set(userId, { ...user, ...change }) };
}

function demandRoles(state: RosterState, seq: number, held: readonly RoleId[]): void {
  if (!held.every((role) => isBuiltIn(role) || state.ownRoles.has(role)))
    throw new RosterError(seq, 'gives a role that is not defined');
}

/** The state after one change. @throws RosterError */
export function applied(state: RosterState, seq: number, change: RosterChange): RosterState {
  switch (change.kind) {
    case 'recovery-set':
      return { ...state, recovery: change.x25519 };
    case 'user-added': {
      if (state.users.has(change.userId)) throw new RosterError(seq, 'adds a user twice');
      demandRoles(state, seq, change.roles);
      const { kind: _kind, ...user } = change;
      return { ...state, users: new Map(state.users).set(user.userId, { ...user, status: 'active', retired: [] }) };
    }
    case 'roles-set':
      demandRoles(state, seq, change.roles);
      return changedUser(state, seq, change.userId, { roles: change.roles });
    case 'status-set':
      return changedUser(state, seq, change.userId, { status: change.status });
    case 'user-keys-replaced': {
      const before = state.users.get(change.userId);
      const retired = before === undefined ? [] : [...before.retired, before.ed25519];
      return changedUser(state, seq, change.userId, { ed25519: change.ed25519, x25519: change.x25519, retired });
    }
    case 'device-added': {
      if (state.devices.has(change.deviceId)) throw new RosterError(seq, 'adds a device twice');
      const { kind: _kind, ...device } = change;
      return { ...state, devices: new Map(state.devices).set(device.deviceId, { ...device, status: 'active' }) };
    }
    case 'device-keys-replaced': {
      const device = activeDevice(state, seq, change.deviceId);
      const next = { ...device, ed25519: change.ed25519, tls: change.tls };
      return { ...state, devices: new Map(state.devices).set(device.deviceId, next) };
    }
    case 'device-removed': {
      const device = activeDevice(state, seq, change.deviceId);
      return { ...state, devices: new Map(state.devices).set(device.deviceId, { ...device, status: 'removed' }) };
    }
    case 'role-defined': {
      const { name, permissions } = change;
      // One admin's signature defines a role: it must not make admins.
      if (permissions.some((one) => neverOwn.has(one))) throw new RosterError(seq, 'defines a role beyond the limits');
      return { ...state, ownRoles: new Map(state.ownRoles).set(change.roleId, { name, permissions }) };
    }
    case 'role-removed': {
      const held = [...state.users.values()].some(
        (user) => user.status !== 'removed' && user.roles.includes(change.roleId),
      );
      if (held) throw new RosterError(seq, 'removes a role that somebody holds');
      const ownRoles = new Map(state.ownRoles);
      if (!ownRoles.delete(change.roleId)) throw new RosterError(seq, 'removes a role that is not there');
      return { ...state, ownRoles };
    }
    case 'clinic-key-set':
      if (change.epoch !== state.clinicKeys.size + 1) throw new RosterError(seq, 'sets an epoch out of order');
      return { ...state, clinicKeys: new Map(state.clinicKeys).set(change.epoch, change.id) };
    case 'policy-set':
      return { ...state, policy: { adminSecondFactor: change.adminSecondFactor } };
    default: {
      const never: never = change;
      throw new Error(`unknown roster change ${String(never)}`);
    }
  }
}

function activeDevice(state: RosterState, seq: number, deviceId: string): RosterDevice {
  const device = state.devices.get(deviceId);
  if (device === undefined || device.status === 'removed')
    throw new RosterError(seq, 'changes a device that is not there');
  return device;
}
