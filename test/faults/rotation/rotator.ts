/**
 * Child of the kind `rotation`: signs in, rotates one kind of key and kills itself just before the given step on disk
 * or keychain. Says how many steps it made when it gets to the end.
 */
import { makeNextGeneration } from '../../../src-main/core/store/next-generation.ts';
import { closeStore, openStore } from '../../../src-main/core/store/open.ts';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import { openVault } from '../../../src-main/core/vault/vault.ts';
import { stoppingDisk } from '../../unit/vault/stopping-disk.ts';

const [profileDir = '', what = '', fatal = '', userName = '', password = ''] = process.argv.slice(2);

const idle = stoppingDisk(-1, () => undefined).disk;
const { disk, step, steps } = stoppingDisk(Number(fatal), () => process.kill(process.pid, 'SIGKILL'));
let armed = false;
const chosen = new Proxy(idle, { get: (_target, name) => Reflect.get(armed ? disk : idle, name) });
const real = openKeychain();
const keychain = {
  read: (account: string) => real.read(account),
  write: (account: string, value: string) => {
    if (armed) step();
    return real.write(account, value);
  },
  remove: (account: string) => {
    if (armed) step();
    return real.remove(account);
  },
};
const vault = await openVault({ profileDir, keychain, disk: chosen });
const typed = Buffer.from(password);
const session = await vault.signIn(userName, typed);
armed = true;
switch (what) {
  case 'device-secret':
    await vault.keys.rotateDeviceSecret(session);
    break;
  case 'clinic':
    await vault.keys.rotateClinicKey(session);
    break;
  case 'identity':
    await vault.keys.rotateOwn(session, typed);
    break;
  case 'database': {
    const next = await vault.keys.prepareDatabase(session);
    const nextKey = Buffer.alloc(32, Number(fatal) + 7);
    const { shared } = session;
    if (shared === undefined) throw new Error('no key of the database');
    makeNextGeneration({ from: next.from, to: next.making, key: shared.databaseKey, nextKey }, step);
    step();
    await vault.keys.nameDatabase(session, next, nextKey);
    step();
    const opened = session.shared;
    if (opened === undefined) throw new Error('no key of the new database');
    closeStore(openStore({ path: vault.database().path, key: opened.databaseKey }));
    await vault.keys.databaseProved();
    break;
  }
  default:
    throw new Error(`no such rotation: ${what}`);
}
process.stdout.write(`${steps()}\n`);
