/**
 * A vault to tamper with: a real profile folder and key file, and a keychain in memory, because what is tried here is
 * the file, thousands of times (the kind `keychain` has the real keyring).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import { decodeKeyFile, parseHeader } from '../../../src-main/core/vault/key-file.ts';
import type { KeyFilePayload } from '../../../src-main/core/vault/key-file-payload.ts';
import type { Keychain } from '../../../src-main/core/vault/keychain.ts';
import { readDeviceSecret } from '../../../src-main/core/vault/keychain-items.ts';
import type { VaultSession } from '../../../src-main/core/vault/session.ts';
import { openVault, type Vault } from '../../../src-main/core/vault/vault.ts';
import { hold } from '../kind.ts';

export const admin = { userName: 'eva.example', password: 'heron quarry lantern 47' } as const;
export const doctor = { userName: 'the.second', password: 'walnut ferry cobalt 61 plinth' } as const;

export class MemoryKeychain implements Keychain {
  readonly items: Map<string, string>;

  constructor(items: ReadonlyMap<string, string> = new Map()) {
    this.items = new Map(items);
  }
  async read(account: string) {
    const value = this.items.get(account);
    return value === undefined ? ({ state: 'no-entry' } as const) : ({ state: 'ok', value } as const);
  }
  async write(account: string, value: string) {
    this.items.set(account, value);
    return 'ok' as const;
  }
  async remove(account: string) {
    this.items.delete(account);
    return 'ok' as const;
  }
}

export type Clinic = {
  readonly profile: string;
  /** As they were when the clinic was made; each trial works on copies. */
  readonly items: ReadonlyMap<string, string>;
  readonly keyFile: Buffer;
  readonly recoveryFile: Buffer;
  /** A key file and recovery file from before the second user was there. */
  readonly older: { readonly keyFile: Buffer; readonly recoveryFile: Buffer };
  readonly secret: Buffer;
  readonly secretNumber: number;
  readonly payload: KeyFilePayload;
  readonly databaseKey: Buffer;
  /** Of the second user: signs what an insider wants signed. */
  readonly doctorSigns: (message: Uint8Array) => Buffer;
};

export function vaultOn(profileDir: string, keychain: Keychain): Promise<Vault> {
  return openVault({ profileDir, keychain, passwordCost: argon2Floor });
}

async function withSession<T>(session: VaultSession, work: (session: VaultSession) => T | Promise<T>): Promise<T> {
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** An admin and a practitioner, kit confirmed. The database is a file that nothing opens. */
export async function makeClinic(profile: string): Promise<Clinic> {
  const keychain = new MemoryKeychain();
  const vault = await vaultOn(profile, keychain);
  const kit = await vault.setUp(
    {
      clinic: { name: 'Harness clinic', country: 'DE' },
      language: 'en',
      workstationName: 'Harness',
      admin: {
        userName: admin.userName,
        displayName: 'Eva Example',
        roles: ['practitioner'],
        password: Buffer.from(admin.password),
      },
    },
    ({ path }) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'a database');
    },
  );
  await vault.confirmKit(kit.ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' })));
  const files = () => ({
    keyFile: readFileSync(join(profile, 'keyfile')),
    recoveryFile: readFileSync(join(profile, 'recovery')),
  });
  const older = files();
  const databaseKey = await withSession(
    await vault.signIn(admin.userName, Buffer.from(admin.password)),
    async (session) => {
      await vault.people.add(session, {
        userName: doctor.userName,
        displayName: 'The second',
        roles: ['practitioner'],
        password: Buffer.from(doctor.password),
      });
      return Buffer.from(session.shared?.databaseKey ?? Buffer.alloc(0));
    },
  );
  const second = await vault.signIn(doctor.userName, Buffer.from(doctor.password));
  vault.close();
  const { keyFile, recoveryFile } = files();
  const header = parseHeader(keyFile);
  const read = await readDeviceSecret(keychain, header.profileId, header.deviceSecretNumber);
  hold(read.state === 'ok', 'the device secret is not in the keychain');
  return {
    profile,
    items: new Map(keychain.items),
    keyFile,
    recoveryFile,
    older,
    secret: read.secret,
    secretNumber: header.deviceSecretNumber,
    payload: decodeKeyFile(keyFile, read.secret),
    databaseKey,
    doctorSigns: (message) => second.sign(message),
  };
}
