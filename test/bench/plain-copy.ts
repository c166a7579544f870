/** A clinic's database decrypted, for the limit: through the vault with the user's password, as a sign-in would. */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../src-main/core/store/connect.ts';
import { openKeychain } from '../../src-main/core/vault/keychain.ts';
import { openVault } from '../../src-main/core/vault/vault.ts';
import { person } from '../faults/core/clinic.ts';

/** @returns path of the copy */
export async function plainCopy(profile: string, scratch: string): Promise<string> {
  const vault = await openVault({ profileDir: profile, keychain: openKeychain() });
  const session = await vault.signIn(person.userName, Buffer.from(person.password));
  const { path } = vault.database();
  const key = session.shared?.databaseKey;
  if (key === undefined) throw new Error('no key for the database');
  const target = join(scratch, 'plain.db');
  for (const suffix of ['', '-wal']) {
    if (existsSync(path + suffix)) cpSync(path + suffix, target + suffix, { force: true });
  }
  const db = connect({ path: target, key });
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.pragma('journal_mode=DELETE');
  db.rekey(Buffer.alloc(0));
  db.close();
  session.close();
  vault.close();
  return target;
}
