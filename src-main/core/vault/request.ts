/**
 * Requests of the two-person rule: one admin asks, another agrees, both sign the same bytes with their own keys.
 * Whoever acts on one counts the signatures.
 *
 *   signed bytes = "carekeep/v1/request/signature" ‖ 0x00 ‖ RFC 8785 body
 */
import { canonicalBytes } from '../crypto/canonical.ts';
import { verify } from '../crypto/ed25519.ts';
import type { RequestBody, RequestSubject, RosterSignature, SignedRequest } from './roster-entry.ts';
import { isActiveAdmin, type RosterSigner, type RosterState } from './roster-state.ts';
import { fromBase64 } from './wrapped.ts';

/** A request nobody agreed to by then is over; one that claims to last longer was never good. */
export const requestLife = 7 * 24 * 60 * 60 * 1000;

export function requestBytes(body: RequestBody): Buffer {
  return Buffer.concat([Buffer.from('carekeep/v1/request/signature\0', 'utf8'), canonicalBytes(body)]);
}

export function signatureBy(signer: RosterSigner, message: Buffer): RosterSignature {
  return { by: signer.by, algorithm: 'ed25519', signature: signer.sign(message).toString('base64') };
}

/** A request that one admin signed. */
export function newRequest(
  request: { readonly clinicId: string; readonly id: string; readonly subject: RequestSubject },
  times: { readonly at: number; readonly expiresAt: number },
  signer: RosterSigner,
): SignedRequest {
  const body: RequestBody = { version: 1, ...request, ...times };
  return { body, signatures: [signatureBy(signer, requestBytes(body))] };
}

/** Active admins, as this state knows them, whose signature on the message holds. */
export function adminsWhoSigned(
  state: RosterState,
  message: Buffer,
  signatures: readonly RosterSignature[],
): ReadonlySet<string> {
  const who = new Set<string>();
  for (const { by, signature } of signatures) {
    const user = state.users.get(by);
    if (user === undefined || !isActiveAdmin(user)) continue;
    if (verify(fromBase64(user.ed25519), message, fromBase64(signature))) who.add(by);
  }
  return who;
}

/** Who agreed to a request, counted at an instant; nobody when it is another clinic's, not begun, over or too long. */
export function agreedBy(
  state: RosterState,
  clinicId: string,
  request: SignedRequest,
  at: number,
): ReadonlySet<string> {
  const { body, signatures } = request;
  if (body.clinicId !== clinicId || at < body.at || at > body.expiresAt) return new Set();
  if (body.expiresAt - body.at > requestLife) return new Set();
  return adminsWhoSigned(state, requestBytes(body), signatures);
}
