/** Puts a key file in place of the good one and says what the vault makes of it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { hold } from '../kind.ts';
import { admin, type Clinic, MemoryKeychain, vaultOn } from './clinic.ts';

const closed: ReadonlySet<string> = new Set([
  'key-file-damaged',
  'key-file-rolled-back',
  'device-secret-missing',
  'database-missing',
]);
/** How a sign-in may end on a file that opens under the device secret. */
const refusals: ReadonlySet<string> = new Set([
  'wrong-password',
  'wait-before-retry',
  'key-file-damaged',
  'account-suspended',
  'second-factor-needed',
]);

type Person = { readonly userName: string; readonly password: string };

/**
 * The state, or what signing in ended with; `opened` only when the very same keys came out under the very same name and
 * roles as from the good file.
 * @throws Broken when anything else came out, when there is no name for it, or when a damaged file was touched
 */
export async function verdictOn(
  clinic: Clinic,
  file: Buffer,
  what: string,
  person: Person = admin,
  recoveryFile: Buffer = clinic.recoveryFile,
): Promise<string> {
  const path = join(clinic.profile, 'keyfile');
  const recovery = join(clinic.profile, 'recovery');
  writeFileSync(path, file);
  writeFileSync(recovery, recoveryFile);
  const vault = await vaultOn(clinic.profile, new MemoryKeychain(clinic.items));
  try {
    if (vault.state === 'kit-unconfirmed') return vault.state;
    if (vault.state !== 'locked') {
      hold(closed.has(vault.state), `${what}: ${vault.state}`);
      hold(readFileSync(path).equals(file), `${what}: the file was written over`);
      hold(readFileSync(recovery).equals(recoveryFile), `${what}: the recovery file was written over`);
      return vault.state;
    }
    const session = await vault.signIn(person.userName, Buffer.from(person.password));
    const good = clinic.payload.users.find(({ userName }) => userName === session.user.userName);
    const same =
      good !== undefined &&
      good.id === session.userId &&
      good.roles.join() === session.user.roles.join() &&
      good.ed25519.public === session.publicKey.toString('base64') &&
      session.shared?.databaseKey.equals(clinic.databaseKey) === true;
    session.close();
    hold(same, `${what}: opens as somebody else, or with other keys`);
    return 'opened';
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    hold(refusals.has(error.value.code), `${what}: sign-in ends with ${error.value.code}`);
    return error.value.code;
  } finally {
    vault.close();
  }
}

/** The files as they were made open again: nothing that was tried has cost a key. */
export async function demandOpens(clinic: Clinic, what: string): Promise<void> {
  rmSync(join(clinic.profile, 'keyfile.new'), { force: true });
  const verdict = await verdictOn(clinic, clinic.keyFile, what);
  hold(verdict === 'opened', `${what}: the original no longer opens (${verdict})`);
}
