/** What the profile folder and the keychain say before anyone signs in. Looks only; changes nothing. */
import { z } from 'zod';
import type { Disk } from './disk.ts';
import { decodeKeyFile, type KeyFileHeader, keyFileMaximum, parseHeader } from './key-file.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import type { Keychain } from './keychain.ts';
import { readDeviceSecret, readKeyFileMark } from './keychain-items.ts';
import { databaseFiles, databasePath, profilePaths } from './layout.ts';

export type ClosedState =
  | 'device-removed'
  | 'not-set-up'
  | 'key-file-missing'
  | 'key-file-damaged'
  | 'keychain-locked'
  | 'keychain-absent'
  | 'device-secret-missing';
/** `key-file-rolled-back`: older than the keychain remembers, or the keychain no longer remembers it. */
export type ReadyState = 'locked' | 'kit-unconfirmed' | 'database-missing' | 'key-file-rolled-back';
export type VaultState = ClosedState | ReadyState;

export type Examined =
  | { readonly state: ClosedState }
  | {
      readonly state: ReadyState;
      readonly payload: KeyFilePayload;
      readonly deviceSecret: Buffer;
      readonly deviceSecretNumber: number;
      /** How far the keychain knows the key file to have come. */
      readonly marked: number;
    };

/** Written first and removed last by a set-up: tells its unfinished database from one whose key is lost. */
export const setUpMarker = z.strictObject({ version: z.literal(1), profileId: z.uuid(), generation: z.number().int() });

/** The database files that an unfinished set-up left; undefined when there was none. */
export function leftovers(disk: Disk, profileDir: string): readonly string[] | undefined {
  const marker = disk.read(profilePaths(profileDir).setUpMarker, 4096);
  if (marker.kind !== 'bytes') return undefined;
  try {
    const { generation } = setUpMarker.parse(JSON.parse(marker.bytes.toString('utf8')));
    return databaseFiles(disk, profileDir, generation);
  } catch {
    // A marker that says nothing explains nothing: whatever lies in the folder counts as a clinic's data.
    return undefined;
  }
}

/** Without a key file: is this a new profile, or one that lost it? Never answers "new" while there is data. */
function withoutKeyFile(disk: Disk, profileDir: string): ClosedState {
  const paths = profilePaths(profileDir);
  const explained = leftovers(disk, profileDir);
  const databases = disk.list(paths.databases).filter((name) => name.startsWith('carekeep-'));
  const known = new Set((explained ?? []).map((path) => path.slice(paths.databases.length + 1)));
  if (databases.some((name) => !known.has(name))) return 'key-file-missing';
  // A recovery file without a set-up under way belongs to a clinic that was here.
  if (explained === undefined && disk.read(paths.recoveryFile, keyFileMaximum).kind !== 'absent')
    return 'key-file-missing';
  return 'not-set-up';
}

/** The named state of a profile folder (design, "Opening the database"). */
export async function examine(disk: Disk, keychain: Keychain, profileDir: string): Promise<Examined> {
  const paths = profilePaths(profileDir);
  if (disk.read(paths.removedMarker, 4096).kind !== 'absent') return { state: 'device-removed' };
  const file = disk.read(paths.keyFile, keyFileMaximum);
  if (file.kind === 'absent') return { state: withoutKeyFile(disk, profileDir) };
  if (file.kind === 'unreadable') return { state: 'key-file-damaged' };
  let header: KeyFileHeader;
  try {
    header = parseHeader(file.bytes);
  } catch {
    // The header is wrong in a way that parseHeader names; to the person it is one state.
    return { state: 'key-file-damaged' };
  }
  const secret = await readDeviceSecret(keychain, header.profileId, header.deviceSecretNumber);
  switch (secret.state) {
    case 'absent':
      return { state: 'keychain-absent' };
    case 'locked':
    case 'hang':
      return { state: 'keychain-locked' };
    case 'no-entry':
    case 'malformed':
      return { state: 'device-secret-missing' };
    case 'ok':
      break;
    default: {
      const never: never = secret;
      throw new Error(`unknown keychain state ${String(never)}`);
    }
  }
  let payload: KeyFilePayload;
  try {
    payload = decodeKeyFile(file.bytes, secret.secret);
  } catch {
    // Foreign or damaged: both are shown as damaged, and nothing is written over it.
    secret.secret.fill(0);
    return { state: 'key-file-damaged' };
  }
  const mark = await readKeyFileMark(keychain, header.profileId);
  if (mark.state === 'absent' || mark.state === 'locked' || mark.state === 'hang') {
    secret.secret.fill(0);
    return { state: mark.state === 'absent' ? 'keychain-absent' : 'keychain-locked' };
  }
  const marked = mark.state === 'ok' ? mark.sequence : 0;
  const found = databaseFiles(disk, profileDir, payload.databaseKey.generation);
  const here = found.includes(databasePath(profileDir, payload.databaseKey.generation));
  const ready = payload.recovery.confirmedAt === null ? 'kit-unconfirmed' : 'locked';
  const behind = mark.state !== 'ok' || payload.sequence < mark.sequence;
  return {
    state: behind ? 'key-file-rolled-back' : here ? ready : 'database-missing',
    marked,
    payload,
    deviceSecret: secret.secret,
    deviceSecretNumber: header.deviceSecretNumber,
  };
}
