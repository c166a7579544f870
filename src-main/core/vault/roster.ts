/**
 * The roster: users, devices, roles and public keys as a chain of signed entries.
 *
 * Entry 0 is signed by the clinic identity, which after that signs only what recovery does. All others are signed
 * by admins, as the roster before the entry knows them; the verifier says how many it demands.
 */

import type { RoleId } from '../../../src-shared/contract/permissions.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { sign, verify } from '../crypto/ed25519.ts';
import { equalBytes, sha256 } from '../crypto/hash.ts';
import type { RosterBody, RosterChange, RosterEntry } from './roster-entry.ts';
import { fromBase64 } from './wrapped.ts';

export type RosterUser = {
  readonly userId: string;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly RoleId[];
  readonly status: 'active' | 'suspended';
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
};
export type RosterState = {
  readonly users: ReadonlyMap<string, RosterUser>;
  readonly devices: ReadonlyMap<string, RosterDevice>;
  /** X25519 public key of the recovery kit, base64. */
  readonly recovery: string | undefined;
  /** Hash of the last entry. */
  readonly head: Buffer;
  readonly size: number;
};

/** A chain that does not hold: names the entry and the rule. */
export class RosterError extends Error {
  constructor(seq: number, rule: string) {
    super(`roster entry ${seq}: ${rule}`);
    this.name = 'RosterError';
  }
}

const zeroHash = Buffer.alloc(32);

export function rosterEntryHash(body: RosterBody): Buffer {
  return sha256('carekeep/v1/roster/entry\0', canonicalBytes(body));
}

function signedBytes(body: RosterBody): Buffer {
  return Buffer.concat([Buffer.from('carekeep/v1/roster/signature\0', 'utf8'), canonicalBytes(body)]);
}

/** Who signs: a user's id or the clinic identity, with the raw private key. */
export type RosterSigner = { readonly by: string; readonly sign: (message: Buffer) => Buffer };

export function signerWith(by: string, privateKey: Uint8Array): RosterSigner {
  return { by, sign: (message) => sign(privateKey, message) };
}

/** The next entry of a chain (the first when `chain` is empty). */
export function nextEntry(
  chain: readonly RosterEntry[],
  clinicId: string,
  at: number,
  changes: readonly RosterChange[],
  signers: readonly RosterSigner[],
): RosterEntry {
  const last = chain.at(-1);
  const body: RosterBody = {
    version: 1,
    clinicId,
    seq: chain.length,
    previous: (last === undefined ? zeroHash : rosterEntryHash(last.body)).toString('base64'),
    at,
    changes: [...changes],
  };
  return {
    body,
    signatures: signers.map((signer) => ({
      by: signer.by,
      algorithm: 'ed25519',
      signature: signer.sign(signedBytes(body)).toString('base64'),
    })),
  };
}

function changedUser(state: RosterState, seq: number, userId: string, change: Partial<RosterUser>): RosterState {
  const user = state.users.get(userId);
  if (user === undefined) throw new RosterError(seq, 'changes a user that is not there');
  return { ...state, users: new Map(state.users).set(userId, { ...user, ...change }) };
}

function applied(state: RosterState, seq: number, change: RosterChange): RosterState {
  switch (change.kind) {
    case 'recovery-set':
      return { ...state, recovery: change.x25519 };
    case 'user-added': {
      if (state.users.has(change.userId)) throw new RosterError(seq, 'adds a user twice');
      const { kind: _kind, ...user } = change;
      return { ...state, users: new Map(state.users).set(user.userId, { ...user, status: 'active', retired: [] }) };
    }
    case 'roles-set':
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
      return { ...state, devices: new Map(state.devices).set(device.deviceId, device) };
    }
    case 'device-keys-replaced': {
      const device = state.devices.get(change.deviceId);
      if (device === undefined) throw new RosterError(seq, 'changes a device that is not there');
      const next = { ...device, ed25519: change.ed25519, tls: change.tls };
      return { ...state, devices: new Map(state.devices).set(device.deviceId, next) };
    }
    default: {
      const never: never = change;
      throw new Error(`unknown roster change ${String(never)}`);
    }
  }
}

const isActiveAdmin = (user: RosterUser) => user.status === 'active' && user.roles.includes('admin');

/** How many distinct active admins signed, as the state before the entry knows them. */
function adminsWhoSigned(state: RosterState, entry: RosterEntry, message: Buffer): number {
  const who = new Set<string>();
  for (const { by, signature } of entry.signatures) {
    const user = state.users.get(by);
    if (user === undefined || !isActiveAdmin(user)) continue;
    if (verify(fromBase64(user.ed25519), message, fromBase64(signature))) who.add(by);
  }
  return who.size;
}

/**
 * Checks a chain from its first entry and gives what it says.
 * @param demanded how many admins must have signed each entry after the first
 * @throws RosterError
 */
export function verifyRoster(
  entries: readonly RosterEntry[],
  clinicId: string,
  clinicIdentity: Uint8Array,
  demanded = 1,
): RosterState {
  let state: RosterState = { users: new Map(), devices: new Map(), recovery: undefined, head: zeroHash, size: 0 };
  for (const [seq, entry] of entries.entries()) {
    const { body } = entry;
    if (body.clinicId !== clinicId) throw new RosterError(seq, 'is of another clinic');
    if (body.seq !== seq) throw new RosterError(seq, 'is out of order');
    if (!equalBytes(fromBase64(body.previous), state.head))
      throw new RosterError(seq, 'does not follow the one before');
    const message = signedBytes(body);
    const byClinic = entry.signatures.some(
      ({ by, signature }) => by === 'clinic' && verify(clinicIdentity, message, fromBase64(signature)),
    );
    if (!byClinic && (seq === 0 || adminsWhoSigned(state, entry, message) < demanded))
      throw new RosterError(seq, 'lacks a valid signature');
    for (const change of body.changes) state = applied(state, seq, change);
    if (![...state.users.values()].some(isActiveAdmin)) throw new RosterError(seq, 'leaves no active admin');
    state = { ...state, head: rosterEntryHash(body), size: seq + 1 };
  }
  if (state.size === 0) throw new RosterError(0, 'is missing');
  return state;
}
