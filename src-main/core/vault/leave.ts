/** A workstation that an admin took out of the clinic: its keys go, what is encrypted stays. */
import { z } from 'zod';
import { canonicalBytes } from '../crypto/canonical.ts';
import type { Place } from './creation.ts';
import { replaceFile } from './disk.ts';
import { removeKeychainItems } from './keychain-items.ts';
import { profilePaths } from './layout.ts';
import type { VaultRoom } from './room.ts';

/**
 * Says so in the profile, then destroys what opens anything: key file and keychain items. A kill in between is gone on
 * with at the next start. The database and the recovery file stay: the clinic's kit opens them, nothing else does.
 */
export async function destroyKeys(room: VaultRoom): Promise<void> {
  const { disk, profileDir } = room.place;
  const { profileId } = room.opened().payload;
  const deviceSecrets = room.opened().deviceSecretNumber;
  const paths = profilePaths(profileDir);
  replaceFile(disk, paths.removedMarker, canonicalBytes({ version: 1, profileId, deviceSecrets }));
  disk.syncFolder(profileDir);
  await finishLeaving(room.place);
  await room.look();
}

const marker = z.strictObject({
  version: z.literal(1),
  profileId: z.uuid(),
  deviceSecrets: z.number().int().nonnegative().max(10_000),
});

/** Goes on where a kill interrupted it; does nothing where nothing is left. */
export async function finishLeaving({ disk, profileDir, keychain }: Place): Promise<void> {
  const paths = profilePaths(profileDir);
  const file = disk.read(paths.removedMarker, 4096);
  if (file.kind !== 'bytes') return;
  const { profileId, deviceSecrets } = marker.parse(JSON.parse(file.bytes.toString('utf8')));
  for (const path of [paths.keyFile, paths.journal, paths.auditKeys]) disk.remove(path);
  disk.syncFolder(profileDir);
  await removeKeychainItems(keychain, profileId, deviceSecrets);
}
