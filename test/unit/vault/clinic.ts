/** A clinic for tests: a real keyring, a profile folder, a real encrypted database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3-multiple-ciphers';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import type { CreateDatabase } from '../../../src-main/core/vault/creation.ts';
import { type Keychain, openKeychain } from '../../../src-main/core/vault/keychain.ts';
import type { Kit, SetUpRequest } from '../../../src-main/core/vault/set-up.ts';
import { openVault, type Vault, type VaultOptions } from '../../../src-main/core/vault/vault.ts';
import { CallError, type ErrorValue } from '../../../src-shared/contract/errors.ts';
import { type Keyring, startKeyring } from '../../host/keyring.ts';

export const adminPassword = 'gravier hibou lune 43';
export const otherPassword = 'tulipan zebra kolben 81';

export type Ground = { readonly dir: string; readonly keyring: Keyring; readonly keychain: Keychain };

/** A folder and a keyring that this process talks to. Not two at once in one process: the environment is one. */
export async function startGround(options: { readonly locked?: boolean } = {}): Promise<Ground & AsyncDisposable> {
  const dir = mkdtempSync(join(tmpdir(), 'ck-vault-'));
  const keyring = await startKeyring(options.locked === true ? { dir } : { dir, password: 'test' });
  Object.assign(process.env, keyring.env);
  return {
    dir,
    keyring,
    keychain: openKeychain({ timeout: 5000 }),
    [Symbol.asyncDispose]: async () => {
      await keyring.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function keyed(path: string, key: Buffer, mustExist: boolean) {
  const database = new Database(path, { fileMustExist: mustExist });
  database.pragma(`cipher='sqlcipher'`);
  database.pragma('legacy=4');
  database.key(Buffer.concat([Buffer.from('raw:'), key]));
  return database;
}

export const createDatabase: CreateDatabase = ({ path, key }) => {
  const database = keyed(path, key, false);
  database.exec("create table probe (word text); insert into probe values ('there')");
  database.close();
};

/** True when this key opens the database. */
export function opens(path: string, key: Buffer): boolean {
  const database = keyed(path, key, true);
  try {
    return database.prepare<[], { word: string }>('select word from probe').get()?.word === 'there';
  } catch {
    // The one failure that is asked about: not this key.
    return false;
  } finally {
    database.close();
  }
}

export const request = (password = adminPassword): SetUpRequest => ({
  clinic: { name: 'Praxis am Markt', country: 'DE' },
  language: 'de',
  workstationName: 'Empfang',
  admin: { userName: 'anna', displayName: 'Anna Berg', roles: ['practitioner'], password: Buffer.from(password) },
});

export async function vaultOf(ground: Ground, more: Partial<VaultOptions> = {}): Promise<Vault> {
  return openVault({
    profileDir: join(ground.dir, 'profile'),
    keychain: ground.keychain,
    passwordCost: argon2Floor,
    ...more,
  });
}

/** Set up and confirmed. */
export async function newClinic(
  ground: Ground,
  more: Partial<VaultOptions> = {},
): Promise<{ readonly vault: Vault; readonly kit: Kit; readonly profileDir: string }> {
  const vault = await vaultOf(ground, more);
  const kit = await vault.setUp(request(), createDatabase);
  await vault.confirmKit(kit.ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' })));
  return { vault, kit, profileDir: join(ground.dir, 'profile') };
}

/** The value of the CallError that `work` ends with. */
export async function refusal(work: () => unknown): Promise<ErrorValue> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CallError) return error.value;
    throw error;
  }
  throw new Error('was not refused');
}
