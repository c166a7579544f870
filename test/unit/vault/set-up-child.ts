/** Sets up a clinic and kills itself just before the given step on the disk. For set-up-kill.test.ts. */
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import { openVault } from '../../../src-main/core/vault/vault.ts';
import { createDatabase, request } from './clinic.ts';
import { stoppingDisk } from './stopping-disk.ts';

const [profileDir = '', fatal = ''] = process.argv.slice(2);
const { disk, step } = stoppingDisk(Number(fatal), () => process.kill(process.pid, 'SIGKILL'));
const vault = await openVault({ profileDir, keychain: openKeychain(), disk, passwordCost: argon2Floor });
await vault.setUp(request(), async (database) => {
  step();
  await createDatabase(database);
  step();
});
