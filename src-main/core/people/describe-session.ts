/** A session as its own window learns about it. */
import type { Session } from '../../../src-shared/contract/people.ts';
import { permissions } from '../../../src-shared/contract/permissions.ts';
import type { Core } from '../core.ts';
import type { LiveSession } from '../session.ts';
import { readSettings, settingsUnder } from './clinic-settings.ts';
import { readPinVerifier, readState } from './state.ts';

/** Names of those roles held that the clinic defined; their permissions are among the session's. */
function ownRolesOf(core: Core, { roles }: LiveSession): Session['ownRoles'] {
  const own = core.vault.ownRoles();
  return roles.flatMap((id) => {
    const role = own.get(id);
    return role === undefined ? [] : [{ id, name: role.name }];
  });
}

export function describe(core: Core, session: LiveSession): Session {
  const store = session.keys.shared === undefined ? undefined : core.opened()?.store;
  const shown = core.vault.displayDirectory();
  const remembered = store === undefined ? null : readState(store, session.userId);
  const settings = store === undefined ? undefined : settingsUnder(core.policy.policy, readSettings(store));
  return {
    userId: session.userId,
    userName: session.userName,
    displayName: session.displayName,
    roles: [...session.roles],
    ownRoles: ownRolesOf(core, session),
    permissions: permissions.filter((one) => session.permissions.has(one)),
    owes: session.owes,
    clinicName: shown?.clinicName ?? '',
    workstationName: shown?.workstationName ?? '',
    country: shown?.country ?? '',
    idleMinutes: settings?.idleMinutes ?? core.policy.policy.idleMinutes ?? 5,
    quickReturn: {
      allowed: settings?.pinAllowed ?? false,
      pinSet: store !== undefined && readPinVerifier(store, session.userId) !== null,
      minutes: settings?.veilMinutes ?? 0,
    },
    preferences: remembered?.preferences ?? { language: shown?.language ?? 'en', theme: 'system' },
    place: remembered?.place ?? null,
  };
}
