import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import { openVault } from '../../../src-main/core/vault/vault.ts';
import { deadBus } from '../../host/keyring.ts';
import { createDatabase, refusal, request } from './clinic.ts';

test('no keyring at all: named, and nothing but a marker of the set-up is left behind', async () => {
  Object.assign(process.env, deadBus);
  const keychain = openKeychain();
  assert.deepEqual(await keychain.read('a'), { state: 'absent' });
  assert.equal(await keychain.write('a', 'b'), 'absent');
  const profileDir = mkdtempSync(join(tmpdir(), 'ck-absent-'));
  const vault = await openVault({ profileDir, keychain, passwordCost: argon2Floor });
  assert.equal(await vault.checkKeychain(), 'absent');
  assert.equal((await refusal(() => vault.setUp(request(), createDatabase))).code, 'keychain-absent');
  assert.equal(await vault.refresh(), 'not-set-up');
  rmSync(profileDir, { recursive: true });
});
