/**
 * Every rotation, killed: before each of its steps on disk and keychain, and, for the whole rotation of a database
 * through core, at any time. Afterwards the same password opens the same record, the log verifies, the kit opens what
 * it opened, nothing of the old keys is left, and the key file from before is refused.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { recoverSharedKeys } from '../../../src-main/core/vault/clinic-keys.ts';
import { keysOfWords } from '../../../src-main/core/vault/kit.ts';
import { decodeRecoveryFile } from '../../../src-main/core/vault/recovery-file.ts';
import { openVault } from '../../../src-main/core/vault/vault.ts';
import { startKeyring } from '../../host/keyring.ts';
import { hold, type Kind } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { call, makeClinic, password, type RotatedClinic, start, userName } from '../rotation/clinic.ts';

const rotations = ['database', 'device-secret', 'through core', 'clinic', 'identity'] as const;
type Rotation = (typeof rotations)[number];
const patients = 12;
const folder = join(import.meta.dirname, '..', 'rotation');

/** Runs a child to its end, or kills it after some time. @returns what it said */
async function child(file: string, args: readonly string[], after?: number): Promise<string> {
  const process_ = spawn(process.execPath, [join(folder, file), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  process_.stdout.on('data', (more) => {
    said += String(more);
  });
  const ended = new Promise<void>((resolve) => process_.once('close', () => resolve()));
  if (after !== undefined) {
    await Promise.race([pause(after), ended]);
    process_.kill('SIGKILL');
  }
  await ended;
  hold(process_.signalCode === 'SIGKILL' || process_.exitCode === 0, `${file} ended with ${process_.exitCode}`);
  return said;
}

const rotate = (clinic: RotatedClinic, what: Rotation, fatal: number) =>
  child('rotator.ts', [clinic.profile, what, `${fatal}`, userName, password]);

async function held(clinic: RotatedClinic): Promise<void> {
  const before = join(clinic.profile, '..', 'keyfile.before');
  const core = await start(clinic.profile);
  try {
    await call(core, 'sessions.signIn', { userName, password });
    const { hits: found } = await call(core, 'patients.search', { text: 'kim' });
    hold(found.length === patients, `${found.length} of ${patients} patients`);
    await call(core, 'audit.verify', {});
    const { verdict } = await call(core, 'audit.verdict', {});
    hold(verdict?.ok === true, `the log does not verify (${verdict?.problem?.code ?? 'no verdict'})`);
    const { keys } = await call(core, 'keys.report', {});
    const number = keys.find(({ kind }) => kind === 'device-secret')?.number;
    // What a kill left in the keychain goes after the sign-in, without anybody waiting for it.
    for (let tries = 0; (await clinic.deviceSecrets()).join() !== `${number}`; tries += 1) {
      hold(tries < 50, 'a device secret that nothing needs is left in the keychain');
      await pause(50);
    }
  } finally {
    await core.close();
  }
  const databases = readdirSync(join(clinic.profile, 'db'));
  hold(databases.filter((name) => name.endsWith('.db')).length === 1, `files are left: ${databases.join()}`);
  hold(!databases.some((name) => name.includes('making')), 'an unfinished file is left');
  const vault = await openVault({ profileDir: clinic.profile, keychain: clinic.keychain });
  await vault.proveKit(clinic.words);
  const session = await vault.signIn(userName, Buffer.from(password));
  const kit = await keysOfWords(clinic.words);
  const opened = decodeRecoveryFile(readFileSync(join(clinic.profile, 'recovery')), kit);
  hold(opened.ok, 'the kit does not open the recovery file');
  const shared = recoverSharedKeys(opened.bundle, kit.x25519Private);
  hold(
    shared?.databaseKey.equals(session.shared?.databaseKey ?? Buffer.alloc(0)) === true,
    'the kit opens another key',
  );
  hold(shared.clinicKeys.length === session.shared?.clinicKeys.length, 'the kit misses an epoch');
  session.close();
  // The key file from before any of this is a weaker one: it is refused, whatever it is sealed under.
  const current = join(clinic.profile, 'keyfile');
  copyFileSync(before, current);
  await vault.refresh();
  hold(vault.state !== 'locked', 'the key file from before is taken');
  vault.close();
}

/** At least as many as a rotation makes: a trial that draws one beyond its last plays it whole. */
const steps = { database: 30, 'device-secret': 18, clinic: 12, identity: 16 } as const;

async function play(clinic: RotatedClinic, what: Rotation, random: Prng): Promise<void> {
  await clinic.restore();
  copyFileSync(join(clinic.profile, 'keyfile'), join(clinic.profile, '..', 'keyfile.before'));
  if (what === 'through core') {
    await child('through-core.ts', [clinic.profile, userName, password], random.between(300, 2200));
    return held(clinic);
  }
  await rotate(clinic, what, random.below(steps[what]));
  return held(clinic);
}

const kind: Kind = {
  name: 'rotation',
  full: 120,
  async run(run) {
    const keyring = await startKeyring({ dir: join(run.scratch, 'keyring'), password: 'keyring of a test' });
    const outer = { ...process.env };
    Object.assign(process.env, keyring.env);
    try {
      const clinic = await makeClinic(run.scratch, patients);
      for (const seed of run.seeds) {
        await run.trial(seed, (random) => play(clinic, rotations[seed % rotations.length] ?? 'database', random));
      }
    } finally {
      process.env = outer;
      await keyring.stop();
    }
  },
};
export default kind;
