/**
 * The directory: what one workstation tells the others of people and keys (docs/protocols/keys.md, "Directory").
 *
 *    0  8   "CKDIRECT"
 *    8  1   version 1
 *    9 16   clinic id
 *   25 16   device id of who wrote it
 *   41  …   aead(directory key, RFC 8785 {"content", "signature"}, bytes 0..40)
 *
 * It travels through a place that nobody trusts. What it says of who may act is signed entry by entry; the device's
 * signature says that the wrapped keys beside it come from a workstation of the clinic.
 */
import { z } from 'zod';
import { open, seal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { sign, verify } from '../crypto/ed25519.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { uuidBytes, uuidText } from './key-file.ts';
import { type KeyFilePayload, sharedFields } from './key-file-payload.ts';
import { fromBase64, raw64 } from './wrapped.ts';

const magic = Buffer.from('CKDIRECT', 'latin1');
const headerLength = 41;
/** Larger than a thousand users need; a hostile place must not fill the memory. */
export const directoryMaximum = 16 * 1024 * 1024;

export const directoryContent = z.strictObject({ version: z.literal(1), ...sharedFields });
export type DirectoryContent = z.infer<typeof directoryContent>;

const signed = z.strictObject({ content: directoryContent, signature: raw64 });

const signedBytes = (content: DirectoryContent, header: Buffer) =>
  Buffer.concat([Buffer.from('carekeep/v1/directory/signature\0', 'utf8'), header, canonicalBytes(content)]);

/** What of a key file the others may know: everything but this workstation's own. */
export function contentOf(payload: KeyFilePayload): DirectoryContent {
  const { users, clinicKeys, clinicIdentity, roster, clinic } = payload;
  const { pending: _pending, ...recovery } = payload.recovery;
  return { version: 1, clinic, users, clinicKeys, clinicIdentity, roster, recovery };
}

export function encodeDirectory(payload: KeyFilePayload, random: Random): Buffer {
  const header = Buffer.concat([magic, Buffer.of(1), uuidBytes(payload.clinic.id), uuidBytes(payload.deviceId)]);
  const content = contentOf(payload);
  const privateKey = fromBase64(payload.device.ed25519.private);
  const key = fromBase64(payload.directoryKey);
  const plain = canonicalBytes({
    content,
    signature: sign(privateKey, signedBytes(content, header)).toString('base64'),
  });
  try {
    return Buffer.concat([header, seal(key, plain, header, random)]);
  } finally {
    wipe(privateKey, key, plain);
  }
}

export type ReadDirectory = {
  readonly content: DirectoryContent;
  readonly deviceId: string;
  /** Does this key of a device stand behind the content? */
  readonly signedWith: (publicKey: Uint8Array) => boolean;
};

/** Undefined for everything that is not this clinic's directory: damaged, foreign, unknown version, too large. */
export function decodeDirectory(bytes: Buffer, clinicId: string, directoryKey: Uint8Array): ReadDirectory | undefined {
  if (bytes.length < headerLength || bytes.length > directoryMaximum) return undefined;
  const header = bytes.subarray(0, headerLength);
  if (!header.subarray(0, 8).equals(magic) || header[8] !== 1) return undefined;
  if (uuidText(header.subarray(9, 25)) !== clinicId) return undefined;
  let plain: Buffer | undefined;
  try {
    plain = open(directoryKey, bytes.subarray(headerLength), header);
    const { content, signature } = signed.parse(JSON.parse(plain.toString('utf8')));
    if (content.clinic.id !== clinicId) return undefined;
    return {
      content,
      deviceId: uuidText(header.subarray(25, 41)),
      signedWith: (publicKey) => verify(publicKey, signedBytes(content, header), fromBase64(signature)),
    };
  } catch {
    // One answer for every way it can be wrong: whoever keeps the place could have written anything.
    return undefined;
  } finally {
    wipe(plain);
  }
}
