/** Stopped before every step that set-up makes on the disk: either nothing is set up, or everything is. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import type { VaultState } from '../../../src-main/core/vault/start-state.ts';
import { openVault } from '../../../src-main/core/vault/vault.ts';
import { adminPassword, createDatabase, type Ground, opens, request, startGround } from './clinic.ts';
import { stoppingDisk } from './stopping-disk.ts';

let ground: Ground & AsyncDisposable;
before(async () => {
  ground = await startGround();
});
after(() => ground[Symbol.asyncDispose]());

const admin = Buffer.from(adminPassword);
const optionsOf = (profileDir: string) => ({ profileDir, keychain: ground.keychain, passwordCost: argon2Floor });

/** Steps made; stops before step `fatal` as a full stop of the process would, but for what is in memory. */
async function stopped(profileDir: string, fatal: number): Promise<number> {
  const power = new Error('power is gone');
  const { disk, step, steps } = stoppingDisk(fatal, () => {
    throw power;
  });
  try {
    const vault = await openVault({ ...optionsOf(profileDir), disk });
    await vault.setUp(request(), async (database) => {
      step();
      await createDatabase(database);
      step();
    });
  } catch (error) {
    if (error !== power) throw error;
  }
  return steps();
}

/** Where it had not been finished it is begun again; where it had, the kit is shown and confirmed. */
async function goOn(profileDir: string): Promise<VaultState> {
  const vault = await openVault(optionsOf(profileDir));
  const { state } = vault;
  const kit =
    state === 'not-set-up' ? await vault.setUp(request(), createDatabase) : await vault.showKitAgain('anna', admin);
  await vault.confirmKit(kit.ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' })));
  const session = await vault.signIn('anna', admin);
  assert.ok(session.shared !== undefined && opens(vault.database().path, session.shared.databaseKey));
  assert.equal(existsSync(join(profileDir, 'setup-pending')), false);
  await vault.proveKit(kit.words.join(' '));
  return state;
}

let steps = 0;

test('a set-up stopped at any step is no set-up or a whole one', async () => {
  steps = await stopped(join(ground.dir, 'whole'), -1);
  assert.ok(steps > 12);
  const states: VaultState[] = [];
  for (let fatal = 0; fatal < steps; fatal += 1) {
    const profileDir = join(ground.dir, `stopped-${fatal}`);
    await stopped(profileDir, fatal);
    states.push(fatal % 3 === 0 ? await goOn(profileDir) : (await openVault(optionsOf(profileDir))).state);
  }
  const turn = states.indexOf('kit-unconfirmed');
  assert.ok(turn > 0);
  assert.ok(
    states.every((state, i) => state === (i < turn ? 'not-set-up' : 'kit-unconfirmed')),
    states.join(),
  );
});

test('and so with SIGKILL', async () => {
  const child = join(import.meta.dirname, 'set-up-child.ts');
  for (const part of [0.2, 0.5, 0.8, 0.95]) {
    const profileDir = join(ground.dir, `killed-${part}`);
    const fatal = Math.floor(steps * part);
    assert.equal(spawnSync(process.execPath, [child, profileDir, `${fatal}`]).signal, 'SIGKILL');
    await goOn(profileDir);
  }
});
