/** Which of the clinic's workstations run an older version than others of them do. */
import gt from 'semver/functions/gt.js';
import valid from 'semver/functions/valid.js';
import type { Device } from '../../src-shared/contract/devices.ts';

/** The highest version that an active workstation runs; null where none says one. What is no version does not count. */
export function newestVersion(devices: readonly Pick<Device, 'status' | 'version'>[]): string | null {
  let newest: string | null = null;
  for (const { status, version } of devices) {
    if (status !== 'active' || version === null || valid(version) === null) continue;
    if (newest === null || gt(version, newest)) newest = version;
  }
  return newest;
}

export function isBehind(version: string | null, newest: string | null): boolean {
  return version !== null && newest !== null && valid(version) !== null && gt(newest, version);
}
