/** Clinics with one workstation each, joined as a workstation joins: token, proof, certificate. */

import { createPrivateKey } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { generateEd25519, sign } from '../../../src-main/core/crypto/ed25519.ts';
import { generateTlsKey } from '../../../src-main/core/crypto/p256.ts';
import { randomUuid } from '../../../src-main/core/crypto/random.ts';
import { proofBytes } from '../../../src-main/core/sync/proof.ts';
import { certificateAnswer, nonceAnswer } from '../../../src-shared/sync-protocol/messages.ts';
import type { NewClinic } from '../../faults/backend/messages.ts';
import type { BackendProcess } from '../../faults/backend/process.ts';
import type { Author } from './envelopes.ts';
import { type Answer, Line, requestBytes } from './line.ts';

export const serverName = 'localhost';
export type Clinic = { readonly author: Author; readonly context: SecureContext };

export function answered(answer: Answer): unknown {
  if (answer.status !== 200) throw new Error(`the backend answered ${answer.status} ${answer.body.toString('utf8')}`);
  return JSON.parse(answer.body.toString('utf8'));
}

/** So many at a time: more would only wait for each other. */
const together = 8;

/** `work` for each, a few at a time, results in order. */
export async function someAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += together) {
    results.push(...(await Promise.all(items.slice(at, at + together).map(work))));
  }
  return results;
}

export async function joinClinics(backend: BackendProcess, count: number): Promise<readonly Clinic[]> {
  const { port, authority } = backend.facts;
  const tenants: NewClinic[] = [];
  for (let at = 0; at < count; at += 1) tenants.push(await backend.clinic());
  const open = await Line.to({ port, serverName, context: createSecureContext({ ca: authority }) });
  try {
    return await someAtOnce(tenants, (tenant) => joinOne(backend, open, tenant));
  } finally {
    open.close();
  }
}

async function joinOne(backend: BackendProcess, open: Line, { tenant, token }: NewClinic): Promise<Clinic> {
  const [clinic, device] = [randomUuid(), randomUuid()];
  const identity = generateEd25519();
  const tls = generateTlsKey();
  const spki = tls.spki.toString('base64');
  const { nonce } = nonceAnswer.parse(answered(await open.ask(requestBytes('GET', '/v1/nonce'))));
  const proof = { purpose: 'connect', tenant: null, device, nonce, spki, subject: null } as const;
  const request = {
    token,
    clinic,
    device,
    ed25519: identity.publicKey.toString('base64'),
    spki,
    software: 'bench',
    nonce,
    signature: sign(identity.privateKey, proofBytes(proof)).toString('base64'),
  };
  const body = Buffer.from(JSON.stringify(request));
  const { certificate } = certificateAnswer.parse(answered(await open.ask(requestBytes('POST', '/v1/connect', body))));
  const key = createPrivateKey({ key: tls.pkcs8, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  });
  const context = createSecureContext({ ca: backend.facts.authority, cert: certificate, key });
  return { author: { tenant, clinic, device, key: identity.privateKey }, context };
}
