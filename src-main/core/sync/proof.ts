/** Proofs of possession towards a backend (docs/protocols/sync.md, "Proofs of possession"), and its descriptor. */
import { type DescriptorBody, descriptorBody, type Proof } from '../../../src-shared/sync-protocol/messages.ts';
import { canonicalBytes, canonicalJson } from '../crypto/canonical.ts';
import { verify } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';

/** What the device's Ed25519 key signs. */
export function proofBytes(proof: Proof): Buffer {
  return Buffer.concat([Buffer.from('carekeep/v1/sync/proof\0', 'utf8'), canonicalBytes(proof)]);
}

export function proofHolds(proof: Proof, publicKey: Uint8Array, signature: Uint8Array): boolean {
  return verify(publicKey, proofBytes(proof), signature);
}

/** Subject of a registration: the device and both of its keys, so that neither is another's than the signer's. */
export function registrationOf({
  device,
  ed25519,
  spki,
}: {
  readonly device: string;
  readonly ed25519: string;
  readonly spki: string;
}): string {
  const keys = sha256(Buffer.concat([Buffer.from(ed25519, 'base64'), Buffer.from(spki, 'base64')]));
  return `${device}.${keys.toString('base64')}`;
}

/** What the log key signs. @param body JCS of the descriptor's body */
export function descriptorBytes(body: string): Buffer {
  return Buffer.from(`carekeep/v1/sync/descriptor\0${body}`, 'utf8');
}

/**
 * A descriptor that its own log key signed. Whether that key is the pinned one, and the region one that the clinic may
 * use, is for the caller to ask.
 * @returns undefined where it does not hold
 */
export function readDescriptor(descriptor: {
  readonly body: string;
  readonly signature: string;
}): DescriptorBody | undefined {
  let parsed: ReturnType<typeof descriptorBody.safeParse>;
  try {
    parsed = descriptorBody.safeParse(JSON.parse(descriptor.body));
  } catch {
    // Not JSON: no descriptor.
    return undefined;
  }
  if (!parsed.success || canonicalJson(parsed.data) !== descriptor.body) return undefined;
  const key = Buffer.from(parsed.data.logKey, 'base64');
  const signature = Buffer.from(descriptor.signature, 'base64');
  return verify(key, descriptorBytes(descriptor.body), signature) ? parsed.data : undefined;
}
