/** Places without a certificate: who the backend is, a nonce, the first connection, and certificates (again). */

import { issueDeviceCertificate } from '../../../src-main/core/crypto/certificate-issuing.ts';
import { equalBytes, sha256 } from '../../../src-main/core/crypto/hash.ts';
import { serialOf } from '../../../src-main/core/crypto/tls-server.ts';
import { proofHolds } from '../../../src-main/core/sync/proof.ts';
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import {
  certificateAnswer,
  certificateRequest,
  connectRequest,
  descriptor,
  nonceAnswer,
} from '../../../src-shared/sync-protocol/messages.ts';
import { Refused } from '../../store/refused.ts';
import type { ClinicStore } from '../../store/types.ts';
import { fromBase64 } from '../bodies.ts';
import type { House } from '../house.ts';
import { type App, place } from '../places.ts';
import { noParams, noQuery, nothing } from './shapes.ts';

const smallBody = 8 * 1024;
const dayMs = 86_400_000;
const p256Spki = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

export function certificatePlaces(app: App, house: House): void {
  place(app, house, {
    method: 'GET',
    url: '/v1/descriptor',
    who: 'open',
    params: noParams,
    query: noQuery,
    body: nothing,
    most: 0,
    answer: descriptor,
    run: async () => house.descriptor,
  });

  place(app, house, {
    method: 'GET',
    url: '/v1/nonce',
    who: 'open',
    params: noParams,
    query: noQuery,
    body: nothing,
    most: 0,
    answer: nonceAnswer,
    run: async () => ({ nonce: house.nonces.make().toString('base64') }),
  });

  place(app, house, {
    method: 'POST',
    url: '/v1/connect',
    who: 'open',
    params: noParams,
    query: noQuery,
    body: connectRequest,
    most: smallBody,
    answer: certificateAnswer,
    guarded: true,
    run: async ({ body, peer }) => {
      const { token, clinic, device, software, nonce } = body;
      const keys = { ed25519: fromBase64(body.ed25519), spki: demandP256(fromBase64(body.spki)) };
      const proof = { purpose: 'connect', tenant: null, device, nonce, spki: body.spki, subject: null } as const;
      const ends = demandFresh(house, nonce);
      if (!proofHolds(proof, keys.ed25519, fromBase64(body.signature))) throw new Refused('proof-wrong');
      const hash = tokenHash(token);
      const tenant = await house.store.tenantOfToken(hash);
      if (tenant === null) throw new Refused('token-wrong');
      if (peer !== null && peer.tenant !== tenant) throw new Refused('wrong-tenant');
      const at = house.now();
      return house.store.withTenant(tenant, async (store) => {
        await spend(store, nonce, ends);
        // Who was connected by this token and never heard of it may ask once more; nobody else, and nothing new.
        const before = await store.devices.get(device);
        const again =
          before?.status === 'active' &&
          equalBytes(before.ed25519, keys.ed25519) &&
          equalBytes(before.spki, keys.spki) &&
          (await store.state())?.clinic === clinic;
        if (!again) {
          // biome-ignore lint/correctness/useHookAtTopLevel: a token is used up here, and React is far away
          await store.useToken(hash, at);
          await store.bindClinic(clinic);
          // A workstation that came back by the recovery kit has new keys under its old id: the token vouches for them.
          if (before === null) await store.devices.register({ device, ...keys, addedBy: device, at, software });
          else await store.devices.rekey({ device, ...keys, software });
        }
        return certificateFor(house, store, { tenant, device, spki: keys.spki });
      });
    },
  });

  place(app, house, {
    method: 'POST',
    url: '/v1/certificates',
    who: 'open',
    params: noParams,
    query: noQuery,
    body: certificateRequest,
    most: smallBody,
    answer: certificateAnswer,
    guarded: true,
    run: async ({ body, peer }) => {
      const { tenant, device, software, nonce } = body;
      const spki = fromBase64(body.spki);
      const proof = { purpose: 'certificate', tenant, device, nonce, spki: body.spki, subject: null } as const;
      const ends = demandFresh(house, nonce);
      if (peer !== null && peer.tenant !== tenant) throw new Refused('wrong-tenant');
      return house.store.withTenant(tenant, async (store) => {
        const row = await store.devices.get(device);
        if (row === null) throw new Refused('unknown-device');
        if (!equalBytes(row.spki, spki) || !proofHolds(proof, row.ed25519, fromBase64(body.signature))) {
          throw new Refused('proof-wrong');
        }
        // Only who holds the key is told that it is revoked. For a while it still gets a certificate, which opens the
        // directory alone: a workstation that was away for weeks reads there that it is to destroy its keys.
        const gone = row.status === 'revoked' ? house.now() - (row.revokedAt ?? 0) : 0;
        if (gone > limits.revokedDays * dayMs) throw new Refused('device-revoked');
        await spend(store, nonce, ends);
        await store.devices.contact(device, house.now(), software);
        return certificateFor(house, store, { tenant, device, spki });
      });
    },
  });
}

/** Tokens are typed in by people. */
export const tokenHash = (token: string): Buffer => sha256(token.replaceAll(/[\s-]/g, '').toUpperCase());

/** @returns when the nonce ends @throws Refused proof-wrong where it is none of ours, or too old */
export function demandFresh(house: House, nonce: string): number {
  const ends = house.nonces.endOf(fromBase64(nonce));
  if (ends === undefined) throw new Refused('proof-wrong');
  return ends;
}

/** @throws Refused proof-wrong where it was used before */
export async function spend(store: ClinicStore, nonce: string, ends: number): Promise<void> {
  if (!(await store.spendNonce(fromBase64(nonce), ends))) throw new Refused('proof-wrong');
}

/** SubjectPublicKeyInfo of an uncompressed point of P-256 (RFC 5480), nothing else. @throws Refused bad-request */
export function demandP256(spki: Buffer): Buffer {
  if (spki.length !== 91 || !spki.subarray(0, p256Spki.length).equals(p256Spki)) throw new Refused('bad-request');
  return spki;
}

async function certificateFor(
  house: House,
  store: ClinicStore,
  wanted: { readonly tenant: string; readonly device: string; readonly spki: Buffer },
): Promise<{ tenant: string; certificate: string; notAfter: number }> {
  const now = house.now();
  const issued = await issueDeviceCertificate(house.identity.authority, wanted, { now, days: limits.certificateDays });
  const { pem: certificate, notAfter } = issued;
  await store.certificates.add({ serial: serialOf(certificate), device: wanted.device, notAfter }, now);
  return { tenant: wanted.tenant, certificate, notAfter };
}
