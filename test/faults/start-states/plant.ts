/** Puts an item into the keychain as another program could: `plant.ts ACCOUNT VALUE`. */
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';

const [account = '', value = ''] = process.argv.slice(2);
const written = await openKeychain().write(account, value);
if (written !== 'ok') throw new Error(`the keychain is ${written}`);
