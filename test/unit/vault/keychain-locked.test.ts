import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startGround, vaultOf } from './clinic.ts';

test('a keyring that D-Bus started locked: said, and set-up goes no further', async () => {
  await using ground = await startGround({ locked: true });
  assert.equal(await ground.keychain.write('a', 'value'), 'locked');
  const vault = await vaultOf(ground);
  assert.equal(vault.state, 'not-set-up');
  assert.equal(await vault.checkKeychain(), 'locked');
});
