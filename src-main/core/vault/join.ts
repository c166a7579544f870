/**
 * A second workstation joins the clinic (docs/protocols/keys.md, "Joining"). It makes its own keys and asks; an admin
 * on another workstation admits it; people compare six words, which both sides compute from the request and from the
 * clinic's identity: a request or a clinic that was exchanged on the way gives other words.
 */
import { z } from 'zod';
import { open, seal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { isP256 } from '../crypto/certificate.ts';
import { equalBytes, sha256 } from '../crypto/hash.ts';
import { hkdf } from '../crypto/kdf.ts';
import { comparedWords } from '../crypto/mnemonic.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { openSealed, sealTo } from '../crypto/x25519.ts';
import { contentOf, directoryContent } from './directory.ts';
import { type KeyFilePayload, keyFilePayload, passwordCost } from './key-file-payload.ts';
import type { RosterChange } from './roster-entry.ts';
import { base64, fromBase64, raw32 } from './wrapped.ts';

const id = z.uuid();
export const joinMaximum = 32 * 1024 * 1024;

/** What the new workstation asks with. Holds nothing secret and no name of a person. */
export const joinRequest = z.strictObject({
  kind: z.literal('carekeep-join-request'),
  version: z.literal(1),
  deviceId: id,
  /** An admin reads it beside the words: no sign that draws over them. */
  name: z.string().regex(/^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]{1,60}$/u),
  ed25519: raw32,
  /** A key that no backend takes would stand in the roster, and every workstation would try to register it. */
  tls: base64.refine((text) => isP256(Buffer.from(text, 'base64'))),
  /** One-time X25519 key for the answer. */
  x25519: raw32,
});
export type JoinRequest = z.infer<typeof joinRequest>;

export const welcome = z.strictObject({
  kind: z.literal('carekeep-welcome'),
  version: z.literal(1),
  deviceId: id,
  sealed: base64Large(),
});
export type Welcome = z.infer<typeof welcome>;

function base64Large() {
  return z
    .string()
    .max(joinMaximum)
    .refine((text) => Buffer.from(text, 'base64').toString('base64') === text);
}

export const welcomeContent = z.strictObject({ content: directoryContent, directoryKey: raw32, passwordCost });
export type WelcomeContent = z.infer<typeof welcomeContent>;

/** What the code of an enrolment opened, and what it goes on with (docs/protocols/sync.md, "Enrolment"). */
export const enrolmentOffer = z.strictObject({
  /** `host:port` */
  address: z.string().max(262),
  /** PEM. */
  authority: z.string().max(8192),
  name: z.string().max(80),
  logKey: raw32,
  tenant: id,
  clinic: id,
  clinicName: z.string().max(120),
  clinicIdentity: raw32,
});
export type EnrolmentOffer = z.infer<typeof enrolmentOffer>;
export const enrolmentPending = z.strictObject({
  offer: enrolmentOffer,
  host: z.string().max(255),
  port: z.number().int().min(1).max(65_535),
  mailbox: z.string().max(32),
  /** Seals what lies in the mailbox. */
  key: raw32,
  /** When the mailbox is gone. */
  until: z.number().int(),
});
export type EnrolmentPending = z.infer<typeof enrolmentPending>;

/** What a workstation keeps between asking and being answered: its own keys, sealed under its new device secret. */
export const joinPending = z.strictObject({
  version: z.literal(1),
  profileId: id,
  request: joinRequest,
  device: keyFilePayload.shape.device,
  x25519Private: raw32,
  /** Null: asked by a file. */
  enrolment: enrolmentPending.nullable().default(null),
});
export type JoinPending = z.infer<typeof joinPending>;
const pendingHeader = z.strictObject({ version: z.literal(1), profileId: id, number: z.number().int().positive() });
export const pendingFile = z.strictObject({ header: pendingHeader, sealed: base64Large() });

/** @throws SyntaxError or ZodError: the caller says that the file is no request */
export function parseRequest(bytes: Buffer): JoinRequest {
  return joinRequest.parse(JSON.parse(bytes.toString('utf8')));
}

/** Six words of the BIP 39 list (66 bits) that both sides show. */
export function wordsToCompare(request: JoinRequest, clinicIdentity: Uint8Array): readonly string[] {
  return comparedWords(sha256('carekeep/v1/join/words\0', canonicalBytes(request), clinicIdentity), 6);
}

export function changeFor({ deviceId, name, ed25519, tls }: JoinRequest): RosterChange {
  return { kind: 'device-added', deviceId, name, ed25519, tls };
}

const welcomeBinding = (request: JoinRequest): Buffer =>
  Buffer.concat([Buffer.from('carekeep/v1/join/welcome\0', 'utf8'), canonicalBytes(request)]);

/** The answer: directory and directory key, sealed to the request's one-time key. */
export function welcomeFor(payload: KeyFilePayload, request: JoinRequest, random: Random): Buffer {
  const { directoryKey, passwordCost: cost } = payload;
  const plain = canonicalBytes({ content: contentOf(payload), directoryKey, passwordCost: cost });
  const sealed = sealTo(fromBase64(request.x25519), plain, welcomeBinding(request), random);
  wipe(plain);
  return canonicalBytes({
    kind: 'carekeep-welcome',
    version: 1,
    deviceId: request.deviceId,
    sealed: sealed.toString('base64'),
  });
}

/** Undefined when the welcome is not for this request, or damaged. */
export function openWelcome(bytes: Buffer, pending: JoinPending): WelcomeContent | undefined {
  const privateKey = fromBase64(pending.x25519Private);
  let plain: Buffer | undefined;
  try {
    const { deviceId, sealed } = welcome.parse(JSON.parse(bytes.toString('utf8')));
    if (deviceId !== pending.request.deviceId) return undefined;
    plain = openSealed(privateKey, fromBase64(sealed), welcomeBinding(pending.request));
    return welcomeContent.parse(JSON.parse(plain.toString('utf8')));
  } catch {
    // A file from somewhere: every way it can be wrong is the same to the person.
    return undefined;
  } finally {
    wipe(privateKey, plain);
  }
}

const pendingKey = (deviceSecret: Uint8Array) => hkdf(deviceSecret, Buffer.alloc(0), 'carekeep/v1/join/pending', 32);

export function encodePending(pending: JoinPending, deviceSecret: Uint8Array, number: number, random: Random): Buffer {
  const header = { version: 1 as const, profileId: pending.profileId, number };
  const key = pendingKey(deviceSecret);
  const plain = canonicalBytes(pending);
  try {
    return canonicalBytes({ header, sealed: seal(key, plain, canonicalBytes(header), random).toString('base64') });
  } finally {
    wipe(key, plain);
  }
}

/** @throws OpenError, SyntaxError or ZodError */
export function decodePending(file: z.infer<typeof pendingFile>, deviceSecret: Uint8Array): JoinPending {
  const key = pendingKey(deviceSecret);
  let plain: Buffer | undefined;
  try {
    plain = open(key, fromBase64(file.sealed), canonicalBytes(file.header));
    return joinPending.parse(JSON.parse(plain.toString('utf8')));
  } finally {
    wipe(key, plain);
  }
}

/** Same words, whatever stands between them. */
export function sameWords(typed: readonly string[], right: readonly string[]): boolean {
  return equalBytes(canonicalBytes([...typed]), canonicalBytes([...right]));
}
