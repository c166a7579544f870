/**
 * The roster as it was after each of its entries. What a signature proves depends on who its key belonged to when it
 * was made; the audit log says how far the roster had come then, so no clock is asked.
 */
import { agreedBy } from './request.ts';
import { followed } from './roster.ts';
import { type RosterEntry, signedRequest } from './roster-entry.ts';
import { activeAdmins, noRoster, type RosterState } from './roster-state.ts';
import { fromBase64 } from './wrapped.ts';

export class RosterHistory {
  readonly #states: readonly RosterState[];

  /** @throws RosterError when the chain does not hold */
  constructor(entries: readonly RosterEntry[], clinicId: string, clinicIdentity: Uint8Array) {
    let state = noRoster;
    this.#states = entries.map((entry) => {
      state = followed(state, entry, clinicId, clinicIdentity);
      return state;
    });
  }

  get size(): number {
    return this.#states.length;
  }

  /** What the first `size` entries say; undefined when there are not so many. */
  after(size: number): RosterState | undefined {
    return this.#states[size - 1];
  }

  /** The Ed25519 key with which a user could sign then; undefined for who was not there, suspended or removed. */
  signingKey(userId: string, size: number): Buffer | undefined {
    const user = this.after(size)?.users.get(userId);
    return user?.status === 'active' ? fromBase64(user.ed25519) : undefined;
  }

  /** Every Ed25519 key that a workstation ever had, oldest first. */
  deviceKeys(deviceId: string): readonly Buffer[] {
    const keys = this.#states.flatMap(({ devices }) => devices.get(deviceId)?.ed25519 ?? []);
    return [...new Set(keys)].map(fromBase64);
  }

  /** How many admins there were then, and which of them agreed to a request, counted at an instant. */
  agreed(
    request: unknown,
    clinicId: string,
    size: number,
    at: number,
  ): { readonly admins: number; readonly signers: ReadonlySet<string> } | undefined {
    const state = this.after(size);
    const parsed = signedRequest.safeParse(request);
    if (state === undefined || !parsed.success) return undefined;
    return { admins: activeAdmins(state).length, signers: agreedBy(state, clinicId, parsed.data, at) };
  }
}
