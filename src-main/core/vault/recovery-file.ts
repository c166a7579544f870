/**
 * The recovery file: what the kit needs when the keychain is lost, because then the key file is lost with it.
 *
 *    0  8   "CKRECOVR"
 *    8  1   version 1
 *    9  1   algorithm 1: X25519 seal to the recovery key
 *   10  2   zero
 *   12 16   profile id
 *   28 32   recovery X25519 public key
 *   60  8   revision of the key file it repeats, big-endian
 *   68  …   x25519 seal of RFC 8785 {"bundle", "signature"}, associated data = bytes 0..67
 *
 * The device signs the bundle with the key that the roster names; the roster hangs on the clinic identity, whose
 * wrap only a holder of the words can have made. So a file that somebody else put there is noticed.
 */
import { z } from 'zod';
import { canonicalBytes } from '../crypto/canonical.ts';
import { sign, verify } from '../crypto/ed25519.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { openSealed, sealTo } from '../crypto/x25519.ts';
import { uuidBytes } from './key-file.ts';
import { bundleOf, type KeyFilePayload, type RecoveryBundle, recoveryBundle } from './key-file-payload.ts';
import { type RecoveryKeys, unwrapClinicIdentity } from './recovery-kit.ts';
import { checkBundleRoster } from './roster-check.ts';
import { fromBase64, raw64 } from './wrapped.ts';

const magic = Buffer.from('CKRECOVR', 'latin1');
const headerLength = 68;

const content = z.strictObject({ bundle: recoveryBundle, signature: raw64 });

const signedBytes = (bundle: RecoveryBundle) =>
  Buffer.concat([Buffer.from('carekeep/v1/recovery-file/signature\0', 'utf8'), canonicalBytes(bundle)]);

export function encodeRecoveryFile(payload: KeyFilePayload, random: Random): Buffer {
  const recoveryPublic = fromBase64(payload.recovery.public);
  const header = Buffer.alloc(headerLength);
  magic.copy(header, 0);
  header.writeUInt8(1, 8);
  header.writeUInt8(1, 9);
  uuidBytes(payload.profileId).copy(header, 12);
  recoveryPublic.copy(header, 28);
  header.writeBigUInt64BE(BigInt(payload.revision), 60);
  const bundle = bundleOf(payload);
  const devicePrivate = fromBase64(payload.device.ed25519.private);
  const signature = sign(devicePrivate, signedBytes(bundle)).toString('base64');
  const plain = canonicalBytes({ bundle, signature });
  try {
    return Buffer.concat([header, sealTo(recoveryPublic, plain, header, random)]);
  } finally {
    wipe(plain, devicePrivate);
  }
}

/** What the header shows: enough to see, without any key, whether the file is in step and which kit it is for. */
export function recoveryHeader(
  file: Buffer,
): { readonly revision: bigint; readonly recoveryPublic: Buffer } | undefined {
  if (file.length < headerLength || !file.subarray(0, 8).equals(magic)) return undefined;
  if (file[8] !== 1 || file[9] !== 1 || file.readUInt16BE(10) !== 0) return undefined;
  return { revision: file.readBigUInt64BE(60), recoveryPublic: file.subarray(28, 60) };
}

export type OpenedRecovery =
  | { readonly ok: true; readonly bundle: RecoveryBundle; readonly clinicIdentity: Buffer }
  /** 'other-kit': the words belong to another clinic or an older kit. */
  | { readonly ok: false; readonly reason: 'damaged' | 'other-kit' };

/** Opens a recovery file with the keys of the kit. The clinic identity is the private half: wipe it. */
export function decodeRecoveryFile(file: Buffer, keys: RecoveryKeys): OpenedRecovery {
  const header = recoveryHeader(file);
  if (header === undefined) return { ok: false, reason: 'damaged' };
  if (!header.recoveryPublic.equals(keys.x25519Public)) return { ok: false, reason: 'other-kit' };
  let plain: Buffer | undefined;
  let clinicIdentity: Buffer | undefined;
  try {
    plain = openSealed(keys.x25519Private, file.subarray(headerLength), file.subarray(0, headerLength));
    const { bundle, signature } = content.parse(JSON.parse(plain.toString('utf8')));
    clinicIdentity = unwrapClinicIdentity(keys, bundle.clinic.id, bundle.clinicIdentity);
    checkBundleRoster(bundle);
    if (!verify(fromBase64(bundle.device.ed25519), signedBytes(bundle), fromBase64(signature)))
      throw new Error('not signed by this device');
    if (BigInt(bundle.revision) !== header.revision) throw new Error('revision differs');
    return { ok: true, bundle, clinicIdentity };
  } catch {
    // One answer for every way it can be wrong: the person can only look for another copy.
    wipe(clinicIdentity);
    return { ok: false, reason: 'damaged' };
  } finally {
    wipe(plain);
  }
}
