/**
 * Making a clinic and bringing one back, step by step on the disk.
 *
 * Set-up: marker, device secret, database, recovery file, key file, marker gone. A kill before the key file's
 * rename leaves a profile that counts as not set up; what lies there then goes to quarantine at the next set-up.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { type Argon2Params, calibrateArgon2 } from '../crypto/kdf.ts';
import { type Random, uuidFrom } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Clock } from './clock.ts';
import { type Disk, replaceFile, setAside } from './disk.ts';
import { keyFileMaximum, parseHeader } from './key-file.ts';
import type { Keychain, KeychainTrouble } from './keychain.ts';
import { addDeviceSecret, writeKeyFileMark } from './keychain-items.ts';
import { keysOfWords } from './kit.ts';
import { databasePath, profilePaths } from './layout.ts';
import { OpenKeyFile } from './open-key-file.ts';
import { type NewAdmin, recoveredPayload } from './recover.ts';
import { decodeRecoveryFile } from './recovery-file.ts';
import { wipeRecoveryKeys } from './recovery-kit.ts';
import { type Kit, newClinic, type SetUpRequest } from './set-up.ts';
import { leftovers } from './start-state.ts';

export type Place = {
  readonly profileDir: string;
  readonly keychain: Keychain;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
};

/** Makes the empty database file; it must be closed and on the disk when this resolves. The key is wiped after. */
export type CreateDatabase = (database: {
  readonly path: string;
  readonly key: Buffer;
  readonly generation: number;
  /** Names this workstation in the log that the database begins. */
  readonly deviceId: string;
}) => void | Promise<void>;

export function keychainError(trouble: KeychainTrouble | 'taken'): CallError {
  return new CallError(trouble === 'absent' || trouble === 'taken' ? 'keychain-absent' : 'keychain-locked');
}

/** The first number that has no device secret yet: an existing one is never rewritten. */
export async function addNextDeviceSecret(
  place: Place,
  profileId: string,
  from: number,
  secret: Buffer,
): Promise<number> {
  for (let number = from; number < from + 1000; number += 1) {
    const added = await addDeviceSecret(place.keychain, profileId, number, secret);
    if (added === 'ok') return number;
    if (added !== 'taken') throw keychainError(added);
  }
  throw keychainError('taken');
}

export async function createDatabase(
  place: Place,
  { generation, deviceId }: { readonly generation: number; readonly deviceId: string },
  key: Buffer,
  create: CreateDatabase,
): Promise<void> {
  const { databases } = profilePaths(place.profileDir);
  place.disk.makeFolder(databases);
  const path = databasePath(place.profileDir, generation);
  try {
    await create({ path, key, generation, deviceId });
  } finally {
    wipe(key);
  }
  place.disk.syncFolder(databases);
}

/** @throws CallError keychain-absent, keychain-locked, disk-full, not-writable */
export async function createClinic(
  place: Place,
  request: SetUpRequest,
  create: CreateDatabase,
  cost: Argon2Params | undefined,
): Promise<{ readonly kit: Kit; readonly userId: string }> {
  const { disk, profileDir, random, clock, keychain } = place;
  const paths = profilePaths(profileDir);
  disk.makeFolder(profileDir);
  const unfinished = leftovers(disk, profileDir);
  if (unfinished !== undefined) setAside(disk, profileDir, unfinished, clock.now());
  const profileId = uuidFrom(random);
  replaceFile(disk, paths.setUpMarker, canonicalBytes({ version: 1, profileId, generation: 1 }));
  const deviceSecret = random(32);
  const deviceSecretNumber = 1;
  const added = await addDeviceSecret(keychain, profileId, deviceSecretNumber, deviceSecret);
  if (added !== 'ok') throw keychainError(added);
  await demandMark(place, profileId);
  const chosen = cost ?? (await calibrateArgon2(() => clock.monotonic()));
  const made = await newClinic(request, profileId, chosen, clock.now(), random);
  await createDatabase(place, { generation: 1, deviceId: made.payload.deviceId }, made.databaseKey, create);
  const file = new OpenKeyFile(place, { payload: made.payload, deviceSecret, deviceSecretNumber });
  file.write();
  removeMarker(place);
  wipe(deviceSecret);
  const [admin] = made.payload.users;
  return { kit: made.kit, userId: admin?.id ?? '' };
}

/** A key file whose mark is missing counts as put back: the mark stands before the file. */
export async function demandMark(place: Place, profileId: string): Promise<void> {
  const marked = await writeKeyFileMark(place.keychain, profileId, 0);
  if (marked !== 'ok') throw keychainError(marked);
}

/** The set-up that the marker spoke of is complete: there is a key file. */
export function removeMarker(place: Place): void {
  const paths = profilePaths(place.profileDir);
  if (place.disk.read(paths.setUpMarker, 4096).kind === 'absent') return;
  place.disk.remove(paths.setUpMarker);
  place.disk.syncFolder(place.profileDir);
}

/**
 * A new device secret and a new key file from the recovery file; the old key file goes to quarantine.
 * @param profileId of the key file that is open, if one is: only its own recovery file counts then
 * @throws CallError kit-words-wrong, key-file-missing (no recovery file), key-file-damaged, already-set-up, keychain-…
 */
export async function recreateKeyFile(
  place: Place,
  words: string,
  admin: NewAdmin | undefined,
  recoveryPath: string,
  profileId: string | undefined,
): Promise<void> {
  const { disk, profileDir, random, clock } = place;
  const paths = profilePaths(profileDir);
  const keys = await keysOfWords(words);
  try {
    const file = disk.read(recoveryPath, keyFileMaximum);
    if (file.kind === 'absent') throw new CallError('key-file-missing');
    if (file.kind === 'unreadable') throw new CallError('key-file-damaged');
    const opened = decodeRecoveryFile(file.bytes, keys);
    if (!opened.ok) throw new CallError(opened.reason === 'other-kit' ? 'kit-words-wrong' : 'key-file-damaged');
    const { bundle, clinicIdentity } = opened;
    // Where this workstation's own key file opens, nobody puts another's in its place.
    if (profileId !== undefined && bundle.profileId !== profileId) {
      wipe(clinicIdentity);
      throw new CallError('already-set-up');
    }
    const payload = await recoveredPayload(bundle, keys, clinicIdentity, admin, clock.now(), random);
    wipe(clinicIdentity);
    const deviceSecret = random(32);
    const number = await addNextDeviceSecret(place, bundle.profileId, 1 + numberInUse(place), deviceSecret);
    await demandMark(place, bundle.profileId);
    const before = disk.read(paths.keyFile, keyFileMaximum);
    if (before.kind === 'bytes') keepCopy(place, before.bytes);
    else if (before.kind === 'unreadable') setAside(disk, profileDir, [paths.keyFile], clock.now());
    const next = new OpenKeyFile(place, { payload, deviceSecret, deviceSecretNumber: number });
    next.commit(payload);
    wipe(deviceSecret);
  } finally {
    wipeRecoveryKeys(keys);
  }
}

/** A copy, not a move: until the rename, the old key file stays where it is. */
function keepCopy(place: Place, bytes: Buffer): void {
  const { keyFile } = profilePaths(place.profileDir);
  const copy = `${keyFile}.old`;
  place.disk.write(copy, bytes);
  setAside(place.disk, place.profileDir, [copy], place.clock.now());
}

function numberInUse(place: Place): number {
  const file = place.disk.read(profilePaths(place.profileDir).keyFile, keyFileMaximum);
  if (file.kind !== 'bytes') return 0;
  try {
    return Math.min(parseHeader(file.bytes).deviceSecretNumber, 1_000_000);
  } catch {
    // A damaged header names no number; the search for a free one begins at the first.
    return 0;
  }
}
