/**
 * What Carekeep keeps in the keychain: device secrets, each an item of its own, how far the key file has come, the
 * head of the audit log, and what updates are measured by.
 */
import { z } from 'zod';
import { type UpdateTrust, updateTrust } from '../../../src-shared/updates/state.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { equalBytes } from '../crypto/hash.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Keychain, KeychainTrouble } from './keychain.ts';
import { fromBase64, raw32 } from './wrapped.ts';

const deviceSecretAccount = (profileId: string, number: number) => `${profileId}/device-secret/${number}`;
const auditHeadAccount = (profileId: string) => `${profileId}/audit-head`;
const updateAccount = (profileId: string) => `${profileId}/update`;

export type SecretRead =
  | { readonly state: 'ok'; readonly secret: Buffer }
  /** 'malformed': an entry is there but cannot be ours. */
  | { readonly state: KeychainTrouble | 'no-entry' | 'malformed' };

/** Whatever another program may have put there: only 32 bytes in base64 count. */
export async function readDeviceSecret(keychain: Keychain, profileId: string, number: number): Promise<SecretRead> {
  const answer = await keychain.read(deviceSecretAccount(profileId, number));
  if (answer.state !== 'ok') return answer;
  const parsed = raw32.safeParse(answer.value);
  return parsed.success ? { state: 'ok', secret: fromBase64(parsed.data) } : { state: 'malformed' };
}

/** Adds a device secret under a number that has none yet and reads it back. An existing item is never rewritten. */
export async function addDeviceSecret(
  keychain: Keychain,
  profileId: string,
  number: number,
  secret: Buffer,
): Promise<'ok' | KeychainTrouble | 'taken'> {
  const before = await readDeviceSecret(keychain, profileId, number);
  if (before.state === 'ok' || before.state === 'malformed') return 'taken';
  if (before.state !== 'no-entry') return before.state;
  const written = await keychain.write(deviceSecretAccount(profileId, number), secret.toString('base64'));
  if (written !== 'ok') return written;
  const after = await readDeviceSecret(keychain, profileId, number);
  if (after.state !== 'ok') return after.state === 'no-entry' || after.state === 'malformed' ? 'absent' : after.state;
  const same = equalBytes(after.secret, secret);
  wipe(after.secret);
  return same ? 'ok' : 'absent';
}

/** How far on either side of the current number leftovers are looked for. */
const lookAround = 3;

/**
 * Numbers near the current one that hold an item. Rotations and recoveries count upwards one by one and clear up
 * after themselves: what a kill leaves lies next to it.
 */
export async function otherDeviceSecrets(keychain: Keychain, profileId: string, current: number): Promise<number[]> {
  const found: number[] = [];
  for (let number = Math.max(1, current - lookAround); number <= current + lookAround; number += 1) {
    if (number === current) continue;
    const read = await readDeviceSecret(keychain, profileId, number);
    if (read.state === 'ok') wipe(read.secret);
    if (read.state === 'ok' || read.state === 'malformed') found.push(number);
    // A keychain that does not answer is not asked again and again: the next rotation clears up.
    else if (read.state !== 'no-entry') break;
  }
  return found;
}

/** Only for a number that the key file on the disk does not name. */
export async function removeDeviceSecret(keychain: Keychain, profileId: string, number: number): Promise<void> {
  await keychain.remove(deviceSecretAccount(profileId, number));
}

/** The key file's highest sequence. */
const keyFileMark = z.strictObject({ sequence: z.number().int().nonnegative() });
const keyFileMarkAccount = (profileId: string) => `${profileId}/key-file`;
export type KeyFileMarkRead =
  | { readonly state: 'ok'; readonly sequence: number }
  | { readonly state: KeychainTrouble | 'no-entry' | 'malformed' };

export async function readKeyFileMark(keychain: Keychain, profileId: string): Promise<KeyFileMarkRead> {
  const answer = await keychain.read(keyFileMarkAccount(profileId));
  if (answer.state !== 'ok') return answer;
  try {
    return { state: 'ok', sequence: keyFileMark.parse(JSON.parse(answer.value)).sequence };
  } catch {
    // Anything could have been written there: it counts as forgotten, which is an alarm.
    return { state: 'malformed' };
  }
}

export async function writeKeyFileMark(
  keychain: Keychain,
  profileId: string,
  sequence: number,
): Promise<'ok' | KeychainTrouble> {
  return keychain.write(keyFileMarkAccount(profileId), canonicalJson({ sequence }));
}

/** Everything of a profile that was removed from the clinic: the secrets up to this number, marks and heads. */
export async function removeKeychainItems(keychain: Keychain, profileId: string, deviceSecrets: number): Promise<void> {
  for (let number = 1; number <= deviceSecrets; number += 1) {
    await keychain.remove(deviceSecretAccount(profileId, number));
  }
  await keychain.remove(keyFileMarkAccount(profileId));
  await keychain.remove(auditHeadAccount(profileId));
  await keychain.remove(updateAccount(profileId));
}

/** Size and root of the audit log's tree at its last checkpoint (RFC 6962 tree head). */
const auditHead = z.strictObject({ size: z.number().int().nonnegative(), root: raw32 });
export type AuditHead = { readonly size: number; readonly root: Buffer };
export type AuditHeadRead =
  | { readonly state: 'ok'; readonly head: AuditHead }
  | { readonly state: KeychainTrouble | 'no-entry' | 'malformed' };

export async function readAuditHead(keychain: Keychain, profileId: string): Promise<AuditHeadRead> {
  const answer = await keychain.read(auditHeadAccount(profileId));
  if (answer.state !== 'ok') return answer;
  try {
    const head = auditHead.parse(JSON.parse(answer.value));
    return { state: 'ok', head: { size: head.size, root: fromBase64(head.root) } };
  } catch {
    // Anything could have been written there; the caller treats it as an alarm, not as an empty log.
    return { state: 'malformed' };
  }
}

export async function writeAuditHead(
  keychain: Keychain,
  profileId: string,
  head: AuditHead,
): Promise<'ok' | KeychainTrouble> {
  return keychain.write(
    auditHeadAccount(profileId),
    canonicalJson({ size: head.size, root: head.root.toString('base64') }),
  );
}

export type UpdateTrustRead =
  | { readonly state: 'ok'; readonly trust: UpdateTrust }
  | { readonly state: KeychainTrouble | 'no-entry' | 'malformed' };

export async function readUpdateTrust(keychain: Keychain, profileId: string): Promise<UpdateTrustRead> {
  const answer = await keychain.read(updateAccount(profileId));
  if (answer.state !== 'ok') return answer;
  try {
    return { state: 'ok', trust: updateTrust.parse(JSON.parse(answer.value)) };
  } catch {
    // Anything could have been written there: it must not count as a workstation that has seen nothing yet.
    return { state: 'malformed' };
  }
}

export async function writeUpdateTrust(
  keychain: Keychain,
  profileId: string,
  trust: UpdateTrust,
): Promise<'ok' | KeychainTrouble> {
  return keychain.write(updateAccount(profileId), canonicalJson(trust));
}
