/**
 * The key file, version 1, byte by byte (docs/protocols/keys.md):
 *
 *    0  8   "CKEYFILE"
 *    8  1   version 1
 *    9  1   outer algorithm 1: HKDF-SHA-256 of the device secret, AES-256-GCM
 *   10  2   zero
 *   12 16   profile id
 *   28  4   number of the device secret, big-endian
 *   32 32   HKDF salt, new at every write
 *   64  8   check: first bytes of SHA-256("carekeep/v1/key-file/header" ‖ bytes 0..63)
 *   72  …   aead over the RFC 8785 payload, associated data = bytes 0..71
 *
 * The check tells a damaged header from a device secret that the keychain lost; it protects nothing.
 */
import { open, seal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { equalBytes, sha256 } from '../crypto/hash.ts';
import { hkdf } from '../crypto/kdf.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { type KeyFilePayload, keyFilePayload } from './key-file-payload.ts';
import { checkRosterAgainst } from './roster-check.ts';

const magic = Buffer.from('CKEYFILE', 'latin1');
const headerLength = 72;
const checkedLength = 64;
export const keyFileMaximum = 16 * 1024 * 1024;

export type KeyFileHeader = {
  readonly profileId: string;
  readonly deviceSecretNumber: number;
  readonly salt: Buffer;
  /** All 72 bytes: the associated data of what follows. */
  readonly bytes: Buffer;
};

/** The file is not ours, not this version, or changed since we wrote it. Says where, never what. */
export class KeyFileDamaged extends Error {
  constructor(where: string) {
    super(`key file: ${where}`);
    this.name = 'KeyFileDamaged';
  }
}

export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const headerCheck = (bytes: Uint8Array) =>
  sha256('carekeep/v1/key-file/header', bytes.subarray(0, checkedLength)).subarray(0, headerLength - checkedLength);

/** @throws KeyFileDamaged */
export function parseHeader(file: Buffer): KeyFileHeader {
  if (file.length < headerLength) throw new KeyFileDamaged('too short');
  const bytes = file.subarray(0, headerLength);
  if (!equalBytes(bytes.subarray(0, 8), magic)) throw new KeyFileDamaged('not a key file');
  if (bytes[8] !== 1) throw new KeyFileDamaged('unknown version');
  if (bytes[9] !== 1 || bytes.readUInt16BE(10) !== 0) throw new KeyFileDamaged('unknown outer algorithm');
  if (!equalBytes(bytes.subarray(checkedLength), headerCheck(bytes))) throw new KeyFileDamaged('header check');
  return {
    profileId: uuidText(bytes.subarray(12, 28)),
    deviceSecretNumber: bytes.readUInt32BE(28),
    salt: bytes.subarray(32, 64),
    bytes,
  };
}

const outerKey = (deviceSecret: Uint8Array, salt: Uint8Array) => hkdf(deviceSecret, salt, 'carekeep/v1/key-file', 32);

/** Seals a payload under the device secret of the given number. */
export function encodeKeyFile(
  payload: KeyFilePayload,
  deviceSecret: Uint8Array,
  deviceSecretNumber: number,
  random: Random,
): Buffer {
  const header = Buffer.alloc(headerLength);
  magic.copy(header, 0);
  header.writeUInt8(1, 8);
  header.writeUInt8(1, 9);
  uuidBytes(payload.profileId).copy(header, 12);
  header.writeUInt32BE(deviceSecretNumber, 28);
  random(32).copy(header, 32);
  headerCheck(header).copy(header, checkedLength);
  const key = outerKey(deviceSecret, header.subarray(32, 64));
  const plain = canonicalBytes(payload);
  try {
    return Buffer.concat([header, seal(key, plain, header, random)]);
  } finally {
    wipe(key, plain);
  }
}

/**
 * Opens a whole key file and checks everything that can be checked without a password: shape, bounds of
 * Argon2id, the roster's signatures, and that users, device and kit are the roster's.
 * @throws KeyFileDamaged
 */
export function decodeKeyFile(file: Buffer, deviceSecret: Uint8Array): KeyFilePayload {
  const header = parseHeader(file);
  const key = outerKey(deviceSecret, header.salt);
  let plain: Buffer;
  try {
    plain = open(key, file.subarray(headerLength), header.bytes);
  } catch {
    // Which of the two it is (foreign or damaged) cannot be told: the tag is all there is.
    throw new KeyFileDamaged('does not open under the device secret');
  } finally {
    wipe(key);
  }
  try {
    const payload = keyFilePayload.parse(JSON.parse(plain.toString('utf8')));
    if (payload.profileId !== header.profileId) throw new KeyFileDamaged('belongs to another profile');
    checkRosterAgainst(payload);
    return payload;
  } catch (error) {
    // A reason from the parser could quote values; the name of the step is enough.
    throw error instanceof KeyFileDamaged ? error : new KeyFileDamaged('content is not of version 2');
  } finally {
    wipe(plain);
  }
}
