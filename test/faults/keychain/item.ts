/**
 * What another program may do to our items, in a process of its own: the keychain's library keeps the first bus it has
 * found. `item.ts read ACCOUNT` prints the value (nothing when there is none), `write ACCOUNT` takes it from standard
 * input, `remove ACCOUNT`.
 */
import { readFileSync } from 'node:fs';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';

const [verb, account = ''] = process.argv.slice(2);
const keychain = openKeychain();
switch (verb) {
  case 'read': {
    const read = await keychain.read(account);
    if (read.state !== 'ok' && read.state !== 'no-entry') throw new Error(`the keychain is ${read.state}`);
    if (read.state === 'ok') process.stdout.write(read.value);
    break;
  }
  case 'write':
  case 'remove': {
    const done =
      verb === 'write' ? await keychain.write(account, readFileSync(0, 'utf8')) : await keychain.remove(account);
    if (done !== 'ok') throw new Error(`the keychain is ${done}`);
    break;
  }
  default:
    throw new Error('read, write or remove');
}
process.exit(0);
