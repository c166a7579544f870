/**
 * Prints a user's raw keys as JSON of hex, for a scan to look for: `keys.ts PROFILE USER`, the password on standard
 * input. Works on a copy of a profile and writes nothing into the keychain.
 */
import { readFileSync } from 'node:fs';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import { openVault } from '../../../src-main/core/vault/vault.ts';

const [profileDir = '', userName = ''] = process.argv.slice(2);
const keychain = openKeychain();
const vault = await openVault({
  profileDir,
  keychain: { read: (account) => keychain.read(account), write: async () => 'ok', remove: async () => 'ok' },
});
const session = await vault.signIn(userName, readFileSync(0));
const identity = session.identity();
const hex = (key: Uint8Array | undefined): string => Buffer.from(key ?? []).toString('hex');
process.stdout.write(
  JSON.stringify({
    'database key': hex(session.shared?.databaseKey),
    'clinic key': hex(session.shared?.clinicKeys[0]?.key),
    'signing key': hex(identity.ed25519),
    'receiving key': hex(identity.x25519),
  }),
);
session.close();
process.exit(0);
