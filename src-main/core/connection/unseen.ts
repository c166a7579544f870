/** A workstation that met nobody for long: first it says so, then only admins come in. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { RoleId } from '../../../src-shared/contract/permissions.ts';
import type { BackendConnection } from '../vault/key-file-payload.ts';

const dayMs = 86_400_000;
export const unseenDaysAtFirst = 30;
/** Days before the end in which it is said. */
const warnDays = 7;

export type Unseen = 'no' | 'soon' | 'too-long';

/** @param days what the clinic allows */
export function unseen(lastContact: number | null, days: number, now: number): Unseen {
  if (lastContact === null) return 'no';
  const gone = (now - lastContact) / dayMs;
  if (gone > days) return 'too-long';
  return gone > Math.max(days - warnDays, days / 2) ? 'soon' : 'no';
}

/**
 * Only where a backend is connected. Who holds `it` alone opens nothing and may be needed to mend the line.
 * @throws CallError unseen-too-long
 */
export function demandSeen(
  backend: BackendConnection | null,
  roles: readonly RoleId[],
  days: number,
  now: number,
): void {
  const exempt = roles.includes('admin') || roles.every((role) => role === 'it');
  if (backend === null || exempt) return;
  if (unseen(backend.lastContact, days, now) === 'too-long') throw new CallError('unseen-too-long');
}
