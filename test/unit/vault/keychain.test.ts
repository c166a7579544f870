/** One keyring per process: the library keeps the address of the first bus it talked to. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { randomBytes, randomUuid } from '../../../src-main/core/crypto/random.ts';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import {
  addDeviceSecret,
  readAuditHead,
  readDeviceSecret,
  writeAuditHead,
} from '../../../src-main/core/vault/keychain-items.ts';
import { type Ground, startGround } from './clinic.ts';

let ground: Ground & AsyncDisposable;
const keychain = openKeychain({ timeout: 5000 });
before(async () => {
  ground = await startGround();
});
after(() => ground[Symbol.asyncDispose]());

test('a real keyring: no entry, written, read, removed', async () => {
  assert.deepEqual(await keychain.read('a'), { state: 'no-entry' });
  assert.equal(await keychain.write('a', 'value'), 'ok');
  assert.deepEqual(await keychain.read('a'), { state: 'ok', value: 'value' });
  assert.equal(await keychain.remove('a'), 'ok');
  assert.deepEqual(await keychain.read('a'), { state: 'no-entry' });
});

/** Connections that this process holds open. */
function sockets(): number {
  return readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(join('/proc/self/fd', name)).startsWith('socket:');
    } catch {
      // The descriptor of the listing itself is gone by now.
      return false;
    }
  }).length;
}

test('a bus has few connections: many calls do not take one each', { skip: process.platform !== 'linux' }, async () => {
  await keychain.write('many', '0');
  const before = sockets();
  for (let count = 1; count <= 40; count += 1) assert.equal(await keychain.write('many', String(count)), 'ok');
  assert.deepEqual(await keychain.read('many'), { state: 'ok', value: '40' });
  assert.ok(sockets() <= before + 1, `${before} before, ${sockets()} after`);
});

test('a device secret is never rewritten, and what others put there does not count', async () => {
  const profile = randomUuid();
  const secret = randomBytes(32);
  assert.equal(await addDeviceSecret(keychain, profile, 1, secret), 'ok');
  assert.equal(await addDeviceSecret(keychain, profile, 1, randomBytes(32)), 'taken');
  assert.deepEqual(await readDeviceSecret(keychain, profile, 1), { state: 'ok', secret });
  for (const value of [
    '',
    'x',
    secret.toString('hex'),
    `${secret.toString('base64')}\n`,
    randomBytes(31).toString('base64'),
  ]) {
    await keychain.write(`${profile}/device-secret/2`, value);
    assert.notEqual((await readDeviceSecret(keychain, profile, 2)).state, 'ok', JSON.stringify(value));
  }
});

test('the audit head: kept, and malformed is not empty', async () => {
  const profile = randomUuid();
  assert.deepEqual(await readAuditHead(keychain, profile), { state: 'no-entry' });
  const head = { size: 640, root: randomBytes(32) };
  assert.equal(await writeAuditHead(keychain, profile, head), 'ok');
  assert.deepEqual(await readAuditHead(keychain, profile), { state: 'ok', head });
  for (const value of ['{}', 'x', '{"size":-1,"root":""}', '{"size":1,"root":"AA=="}']) {
    await keychain.write(`${profile}/audit-head`, value);
    assert.deepEqual(await readAuditHead(keychain, profile), { state: 'malformed' });
  }
});

test('a service that does not answer hangs, and comes back', async () => {
  await keychain.write('b', 'value');
  const daemon = Number(execFileSync('pgrep', ['-P', `${process.pid}`, 'gnome-keyring']).toString());
  process.kill(daemon, 'SIGSTOP');
  try {
    assert.deepEqual(await keychain.read('b'), { state: 'hang' });
  } finally {
    process.kill(daemon, 'SIGCONT');
  }
  assert.deepEqual(await keychain.read('b'), { state: 'ok', value: 'value' });
});

test('locked while running, then gone', async () => {
  await ground.keyring.lock();
  assert.deepEqual(await keychain.read('b'), { state: 'locked' });
  assert.equal(await keychain.write('c', 'value'), 'locked');
  await ground.keyring.stop();
  assert.deepEqual(await keychain.read('b'), { state: 'absent' });
});
