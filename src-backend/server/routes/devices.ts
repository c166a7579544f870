/** The backend's register of workstations: read, extended and struck from by those that are in it, each time signed. */

import type { CertifiedPeer } from '../../../src-main/core/crypto/tls-server.ts';
import { proofHolds, registrationOf } from '../../../src-main/core/sync/proof.ts';
import type { Proof } from '../../../src-shared/sync-protocol/messages.ts';
import {
  devicesAnswer,
  registerRequest,
  revokeRequest,
  witnessAnswer,
  witnessRequest,
} from '../../../src-shared/sync-protocol/messages.ts';
import { Refused } from '../../store/refused.ts';
import type { ClinicStore } from '../../store/types.ts';
import { fromBase64 } from '../bodies.ts';
import type { House } from '../house.ts';
import { type App, certified, place } from '../places.ts';
import { cosign } from '../witness.ts';
import { demandFresh, demandP256, spend } from './certificates.ts';
import { deviceParam, done, noParams, noQuery, nothing } from './shapes.ts';

const smallBody = 8 * 1024;

export function devicePlaces(app: App, house: House): void {
  place(app, house, {
    method: 'GET',
    url: '/v1/devices',
    who: 'active',
    params: noParams,
    query: noQuery,
    body: nothing,
    most: 0,
    answer: devicesAnswer,
    run: async (call) => {
      const rows = await house.store.withTenant(certified(call).tenant, (store) => store.devices.list());
      const devices = rows.map(({ ed25519, spki, ...row }) => ({
        ...row,
        ed25519: ed25519.toString('base64'),
        spki: spki.toString('base64'),
      }));
      return { devices };
    },
  });

  place(app, house, {
    method: 'POST',
    url: '/v1/devices',
    who: 'active',
    params: noParams,
    query: noQuery,
    body: registerRequest,
    most: smallBody,
    answer: done,
    run: async (call) => {
      const peer = certified(call);
      const { device, nonce, signature } = call.body;
      const keys = { ed25519: fromBase64(call.body.ed25519), spki: demandP256(fromBase64(call.body.spki)) };
      const said = { purpose: 'device', spki: call.body.spki, subject: registrationOf(call.body) } as const;
      await withProof(house, peer, said, { nonce, signature }, (store, at) =>
        store.devices.register({ device, ...keys, addedBy: peer.device, at, software: null }),
      );
      return {};
    },
  });

  place(app, house, {
    method: 'POST',
    url: '/v1/devices/:id/revoke',
    who: 'active',
    params: deviceParam,
    query: noQuery,
    body: revokeRequest,
    most: smallBody,
    answer: done,
    run: async (call) => {
      const peer = certified(call);
      const subject = call.params.id;
      await withProof(house, peer, { purpose: 'revoke', spki: null, subject }, call.body, (store, at) =>
        store.devices.revoke(subject, peer.device, at),
      );
      return {};
    },
  });

  place(app, house, {
    method: 'POST',
    url: '/v1/witness',
    who: 'active',
    params: noParams,
    query: noQuery,
    body: witnessRequest,
    most: 16 * 1024 * 1024,
    answer: witnessAnswer,
    // Thousands of signatures may have to be checked.
    guarded: true,
    run: async (call) => {
      const request = { ...call.body, proof: call.body.proof.map(fromBase64) };
      return house.store.withTenant(certified(call).tenant, (store) => cosign(house, store, request));
    },
  });
}

/** In one transaction: the acting workstation signed for this very act, and the nonce is used up with it. @throws Refused */
function withProof(
  house: House,
  { tenant, device }: CertifiedPeer,
  said: Pick<Proof, 'purpose' | 'spki' | 'subject'>,
  { nonce, signature }: { readonly nonce: string; readonly signature: string },
  act: (store: ClinicStore, at: number) => Promise<void>,
): Promise<void> {
  const ends = demandFresh(house, nonce);
  return house.store.withTenant(tenant, async (store) => {
    const acting = await store.devices.get(device);
    if (acting === null) throw new Refused('unknown-device');
    if (acting.status === 'revoked') throw new Refused('device-revoked');
    const proof: Proof = { ...said, tenant, device, nonce };
    if (!proofHolds(proof, acting.ed25519, fromBase64(signature))) throw new Refused('proof-wrong');
    await spend(store, nonce, ends);
    await act(store, house.now());
  });
}
