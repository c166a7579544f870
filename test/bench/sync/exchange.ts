/** The product's own exchange between a benched store and the backend, without core around it: what it sends, what it takes. */
import { frontierRoot } from '../../../src-main/core/audit/merkle.ts';
import { closeStore, openStore } from '../../../src-main/core/store/open.ts';
import type { Backend } from '../../../src-main/core/sync/backend.ts';
import { type ReceiverParts, receive } from '../../../src-main/core/sync/engine/receiver.ts';
import { type SenderParts, send } from '../../../src-main/core/sync/engine/sender.ts';
import { Heads } from '../../../src-main/core/sync/incoming/heads.ts';
import { frontierOfLog, logSize } from '../../../src-main/core/sync/incoming/log.ts';
import { makeSnapshot } from '../../../src-main/core/sync/outgoing/snapshot.ts';
import { noRoster, type RosterState } from '../../../src-main/core/vault/roster-state.ts';
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import type { StateAnswer } from '../../../src-shared/sync-protocol/messages.ts';
import type { BackendProcess } from '../../faults/backend/process.ts';
import { benchClinicKey, benchKey } from '../clinic.ts';
import type { Joined } from './clinic.ts';
import type { Workstation } from './workstation.ts';

export type ExchangeOf = {
  readonly tenant: string;
  readonly clinic: string;
  /** Everybody the roster lists. */
  readonly stations: readonly Workstation[];
};

/** A roster that lists these workstations and nobody else. */
function rosterOf(stations: readonly Workstation[]): RosterState {
  const devices = stations.map(({ device, identity, tls }) => {
    const ed25519 = identity.publicKey.toString('base64');
    const listed = { deviceId: device, name: 'bench', ed25519, tls: tls.spki.toString('base64'), status: 'active' };
    return [device, { ...listed, status: 'active' as const }] as const;
  });
  return { ...noRoster, devices: new Map(devices), size: stations.length };
}

export class Exchange {
  readonly at: Workstation;
  readonly backend: Backend;
  readonly #sender: SenderParts;
  readonly #receiver: ReceiverParts;
  readonly #heads: Heads;

  constructor({ at, backend }: Joined, { tenant, clinic, stations }: ExchangeOf, facts: BackendProcess['facts']) {
    const { store } = at;
    const { signal } = new AbortController();
    const state = rosterOf(stations);
    const roster = () => state;
    this.at = at;
    this.backend = backend;
    this.#heads = new Heads(store, { clinic, name: facts.name, publicKey: Buffer.from(facts.logKey, 'base64') });
    const both = { store, backend, heads: this.#heads, signal, now: Date.now, roster };
    this.#sender = {
      ...both,
      author: {
        tenant,
        clinic,
        sign: at.sign,
        roster: () => stations.length,
        seen: () => ({ size: logSize(store), root: frontierRoot(frontierOfLog(store)) }),
      },
      sent: () => undefined,
    };
    const keys = new Map(stations.map(({ device, identity }) => [device, [identity.publicKey]] as const));
    this.#receiver = {
      ...both,
      member: { tenant, clinic, device: at.device, deviceKeys: (device) => keys.get(device) ?? [] },
      // Nothing is merged where one writes and the other takes.
      judge: async (merges) => new Map(merges.map(({ json }) => [json, true] as const)),
      rosterAfter: () => state,
      authority: { mayErase: () => true, mayDecide: () => true },
      meet: async () => undefined,
      changed: () => undefined,
      behind: () => undefined,
      busy: () => false,
    };
  }

  send(): Promise<void> {
    return send(this.#sender);
  }

  /** @param after an etag to wait for another one */
  async receive(after: string | null = null): Promise<StateAnswer> {
    const floor = this.#heads.size;
    const state = await this.backend.state(after, after === null ? 0 : limits.waitSeconds, this.#sender.signal);
    await receive(this.#receiver, state, floor);
    return state;
  }

  /** Everything as it stands, in pages, for a new workstation. */
  async snapshot(): Promise<void> {
    const { store } = this.at;
    const view = openStore({ path: store.path, key: benchKey, clinicKey: benchClinicKey, readOnly: true });
    try {
      const { author, backend, signal } = this.#sender;
      const made = await makeSnapshot(store, view, { author, sending: { backend, clinic: author.clinic, signal } });
      if (!made) throw new Error('not everything is in the log yet');
    } finally {
      closeStore(view);
    }
    await this.send();
  }
}
