/**
 * The backend's register of workstations and the clinic's roster: the roster says who is a member, the register who gets
 * certificates. They are compared at every contact, so that an act that reached only one of them is gone on with.
 */
import type { RegisteredDevice } from '../../../src-shared/sync-protocol/messages.ts';
import type { BackendHttp } from '../sync/http.ts';
import { fetchNonce, postDevice, postRevoke } from '../sync/open-calls.ts';
import { registrationOf } from '../sync/proof.ts';
import type { DevicePublic } from '../vault/backend-office.ts';
import type { RosterState } from '../vault/roster-state.ts';
import type { Vault } from '../vault/vault.ts';

export type Differences = {
  /** Members that the backend does not know. */
  readonly register: readonly DevicePublic[];
  /** Removed here, and still let in there. */
  readonly revoke: readonly string[];
  /** Let in there, and never members, or under other keys. */
  readonly strangers: readonly string[];
};

export function compare(roster: RosterState['devices'], register: readonly RegisteredDevice[]): Differences {
  const known = new Set(register.map(({ device }) => device));
  const letIn = register.filter(({ status }) => status === 'active');
  const members = [...roster.values()].filter(({ status }) => status === 'active');
  const missing = members.filter(({ deviceId }) => !known.has(deviceId));
  const stranger = ({ device, ed25519, spki }: RegisteredDevice): boolean => {
    const member = roster.get(device);
    if (member === undefined) return true;
    return member.status === 'active' && (member.ed25519 !== ed25519 || member.tls !== spki);
  };
  return {
    register: missing.map(({ deviceId, ed25519, tls }) => ({ device: deviceId, ed25519, spki: tls })),
    revoke: letIn.filter(({ device }) => roster.get(device)?.status === 'removed').map(({ device }) => device),
    strangers: letIn.filter(stranger).map(({ device }) => device),
  };
}

/** Signed by this workstation. */
export async function registerDevice(
  vault: Vault,
  http: BackendHttp,
  tenant: string,
  device: DevicePublic,
  signal: AbortSignal,
): Promise<void> {
  const nonce = await fetchNonce(http, signal);
  const subject = registrationOf(device);
  const signature = vault.backend.prove({ purpose: 'device', tenant, nonce, spki: device.spki, subject });
  await postDevice(http, { ...device, nonce, signature }, signal);
}

export async function revokeDevice(
  vault: Vault,
  http: BackendHttp,
  tenant: string,
  device: string,
  signal: AbortSignal,
): Promise<void> {
  const nonce = await fetchNonce(http, signal);
  const signature = vault.backend.prove({ purpose: 'revoke', tenant, nonce, spki: null, subject: device });
  await postRevoke(http, device, { nonce, signature }, signal);
}
