/** Users, device and kit of a key file must be the ones the signed roster names. */
import type { KeyFilePayload, RecoveryBundle } from './key-file-payload.ts';
import { verifyRoster } from './roster.ts';
import { RosterError, type RosterState } from './roster-state.ts';
import { fromBase64 } from './wrapped.ts';

type Rostered = Pick<RecoveryBundle, 'clinic' | 'clinicIdentity' | 'clinicKeys' | 'roster' | 'users' | 'deviceId'> & {
  readonly recovery: { readonly public: string };
};

function checkUsers(holder: Rostered, state: RosterState): void {
  const last = state.size - 1;
  const here = [...state.users.values()].filter(({ status }) => status !== 'removed');
  if (holder.users.length !== here.length) throw new RosterError(last, 'names other users');
  for (const user of holder.users) {
    const named = state.users.get(user.id);
    const same =
      named !== undefined &&
      named.userName === user.userName &&
      named.displayName === user.displayName &&
      named.status === user.status &&
      named.roles.join() === user.roles.join() &&
      named.ed25519 === user.ed25519.public &&
      named.x25519 === user.x25519.public;
    if (!same) throw new RosterError(last, 'says otherwise of a user');
  }
}

/** Every clinic key is one that an admin signed into the roster, and none of those is missing. @throws RosterError */
export function checkClinicKeys(
  state: RosterState,
  clinicKeys: readonly { readonly epoch: number; readonly id: string }[],
): void {
  const named = clinicKeys.every(({ epoch, id }) => state.clinicKeys.get(epoch) === id);
  if (!named || new Set(clinicKeys.map(({ epoch }) => epoch)).size !== state.clinicKeys.size)
    throw new RosterError(state.size - 1, 'says otherwise of the clinic key');
}

/** @throws RosterError */
export function checkBundleRoster(bundle: RecoveryBundle): RosterState {
  return check(bundle, bundle.device.ed25519, bundle.device.tls);
}

/** @throws RosterError */
export function checkRosterAgainst(payload: KeyFilePayload): RosterState {
  return check(payload, payload.device.ed25519.public, payload.device.tls.spki);
}

function check(holder: Rostered, deviceKey: string, tls: string): RosterState {
  const state = verifyRoster(holder.roster, holder.clinic.id, fromBase64(holder.clinicIdentity.public));
  checkUsers(holder, state);
  checkClinicKeys(state, holder.clinicKeys);
  const device = state.devices.get(holder.deviceId);
  if (device === undefined || device.status === 'removed' || device.ed25519 !== deviceKey || device.tls !== tls)
    throw new RosterError(state.size - 1, 'says otherwise of this device');
  if (state.recovery !== holder.recovery.public) throw new RosterError(state.size - 1, 'says otherwise of the kit');
  return state;
}
