/** The clinic's workstations as the roster has them, and beside it what the backend's register says. */
import type { Device } from '../../../src-shared/contract/devices.ts';
import type { RegisteredDevice } from '../../../src-shared/sync-protocol/messages.ts';
import type { Core } from '../core.ts';
import { readCertificate } from '../crypto/certificate.ts';
import { readSettings } from '../people/clinic-settings.ts';
import { fingerprintOf } from '../people/roster.ts';
import { parseSoftware, updatesUnknown } from '../updates/software.ts';
import { compare } from './register.ts';
import { unseen, unseenDaysAtFirst } from './unseen.ts';

/** A person looks at an empty list meanwhile. Milliseconds. */
const patience = 5_000;

/** Null where there is no backend, or it cannot be asked now. */
async function registerOf(core: Core): Promise<readonly RegisteredDevice[] | null> {
  try {
    return (await core.connection.backend()?.devices(AbortSignal.timeout(patience))) ?? null;
  } catch (error) {
    core.report('backend', error);
    return null;
  }
}

export function unseenDays(core: Core): number {
  const opened = core.opened();
  return opened === null ? unseenDaysAtFirst : readSettings(opened.store).unseenDays;
}

export async function listedDevices(core: Core): Promise<Device[]> {
  const register = (await registerOf(core)) ?? [];
  const { vault } = core;
  const here = vault.ids().deviceId;
  const pinned = vault.backend.get();
  const own = pinned?.certificate == null ? undefined : readCertificate(pinned.certificate);
  const known = new Map(register.map((one) => [one.device, one]));
  const { devices } = vault.rosterState();
  const days = unseenDays(core);
  const now = core.clock();
  const seen = (deviceId: string) => {
    const entry = known.get(deviceId);
    const software = deviceId === here ? core.updates.software() : (entry?.software ?? null);
    const told = software === null ? null : parseSoftware(software);
    const lastContact = entry?.lastContact ?? (deviceId === here ? (pinned?.lastContact ?? null) : null);
    return {
      lastContact,
      version: told?.version ?? null,
      update: told?.updates == null ? null : { ...told.updates, unknown: updatesUnknown(told.updates, now) },
      certificateUntil: deviceId === here ? (own?.notAfter ?? null) : null,
      unseen: unseen(lastContact, days, now),
    };
  };
  const members = [...devices.values()].map(({ deviceId, name, status, ed25519 }) => ({
    deviceId,
    name,
    status,
    key: fingerprintOf(ed25519),
    here: deviceId === here,
    ...seen(deviceId),
  }));
  const strangers = compare(devices, register).strangers.map((deviceId) => ({
    deviceId,
    name: devices.get(deviceId)?.name ?? '',
    status: 'stranger' as const,
    key: fingerprintOf(known.get(deviceId)?.ed25519 ?? ''),
    here: false,
    ...seen(deviceId),
  }));
  return [...members, ...strangers];
}
