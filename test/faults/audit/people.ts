/**
 * The clinic whose log is attacked: a real profile, key file, roster and one-time keys, three people signed in; only the
 * keychain is one in memory, so that a test can hand it about.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OneTimeFile } from '../../../src-main/core/audit/one-time-file.ts';
import type { LogTrust } from '../../../src-main/core/audit/verifylog.ts';
import type { NoteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import { createDatabaseFile } from '../../../src-main/core/start/setup.ts';
import { openStore, type Store } from '../../../src-main/core/store/open.ts';
import { decodeKeyFile, parseHeader } from '../../../src-main/core/vault/key-file.ts';
import type { KeyFilePayload } from '../../../src-main/core/vault/key-file-payload.ts';
import { readDeviceSecret } from '../../../src-main/core/vault/keychain-items.ts';
import type { VaultSession } from '../../../src-main/core/vault/session.ts';
import type { Vault } from '../../../src-main/core/vault/vault.ts';
import { MemoryKeychain, vaultOn } from '../keyfile/clinic.ts';
import { hold } from '../kind.ts';

/** Monday morning; all clocks of these trials begin here. */
export const monday: number = Date.UTC(2026, 2, 2, 7);

const people = {
  eva: { userName: 'eva.example', displayName: 'Eva Example', roles: ['admin', 'practitioner'] },
  ida: { userName: 'ida.second', displayName: 'Ida Second', roles: ['admin'] },
  the: { userName: 'the.doctor', displayName: 'The Doctor', roles: ['practitioner'] },
} as const;
const password = 'heron quarry lantern 47 plinth';

export type Clinic = {
  readonly profile: string;
  readonly keychain: MemoryKeychain;
  readonly vault: Vault;
  /** `eva` and `ida` are admins. */
  readonly eva: VaultSession;
  readonly ida: VaultSession;
  readonly the: VaultSession;
};

/** @param begun what the log's first entry says it was recorded at */
export async function makePeople(profile: string, begun = monday): Promise<Clinic> {
  const keychain = new MemoryKeychain();
  const vault = await vaultOn(profile, keychain);
  const kit = await vault.setUp(
    {
      clinic: { name: 'Harness clinic', country: 'DE' },
      language: 'en',
      workstationName: 'Harness',
      admin: {
        userName: people.eva.userName,
        displayName: people.eva.displayName,
        roles: ['practitioner'],
        password: Buffer.from(password),
      },
    },
    ({ deviceId, ...database }) =>
      createDatabaseFile(database, { locale: 'en', reason: 'set-up', device: deviceId, now: begun }),
  );
  await vault.confirmKit(kit.ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' })));
  const signIn = (name: keyof typeof people) => vault.signIn(people[name].userName, Buffer.from(password));
  const eva = await signIn('eva');
  for (const name of ['the', 'ida'] as const)
    await vault.people.add(eva, { ...people[name], password: Buffer.from(password) });
  return { profile, keychain, vault, eva, ida: await signIn('ida'), the: await signIn('the') };
}

export function closePeople({ vault, eva, ida, the }: Clinic): void {
  for (const session of [eva, ida, the]) session.close();
  vault.close();
}

/** The keys with which a clinic's database opens. */
export function databaseKeys({ eva }: Pick<Clinic, 'eva'>) {
  const clinicKey = eva.shared?.clinicKeys.at(-1);
  hold(eva.shared !== undefined && clinicKey !== undefined, 'no keys of the database');
  return { key: eva.shared.databaseKey, clinicKey };
}

export function openClinicStore(clinic: Clinic, path = clinic.vault.database().path): Store {
  return openStore({ path, ...databaseKeys(clinic) });
}

/** What the outer layer of the key file holds: the insider has read it. */
export async function keyFileOf({ profile, keychain }: Clinic): Promise<KeyFilePayload> {
  const keyFile = readFileSync(join(profile, 'keyfile'));
  const { profileId, deviceSecretNumber } = parseHeader(keyFile);
  const read = await readDeviceSecret(keychain, profileId, deviceSecretNumber);
  hold(read.state === 'ok', 'the device secret is not in the keychain');
  return decodeKeyFile(keyFile, read.secret);
}

export function trustOf(vault: Vault): LogTrust {
  return { clinicId: vault.ids().clinicId, book: vault.rosterHistory() };
}

/** What checkpoints need of a vault. */
export function signingOf(vault: Vault, origin: string): { readonly file: OneTimeFile; readonly device: NoteSigner } {
  return { file: vault.audit.oneTimeKeys(), device: vault.audit.device(`${origin}/device`) };
}
