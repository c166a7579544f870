/**
 * The start-up states of the design, each made for real on disk and in the keyring, seen on its screen and left by
 * the way out that the screen offers. Nothing may be lost on the way: files stay, or lie in quarantine as they were.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import {
  keyringOf,
  keyringPassword,
  makeCoreClinic,
  person,
  profileOf,
  unlockedKeyring,
} from '../faults/core/clinic.ts';
import { type CoreProcess, startCore } from '../faults/core/process.ts';
import { deadBus, type Keyring, startKeyring } from '../host/keyring.ts';
import { assertAccessible, signIn } from './clinic.ts';
import { type AppUnderTest, launchApp } from './launch.ts';

const database = (home: string) => join(profileOf(home), 'db', 'carekeep-1.db');
const keyFile = (home: string) => join(profileOf(home), 'keyfile');
const sealed = /^(?:keyfile|recovery)$|^db\/.*\.db(?:-wal)?$|^quarantine\//;

/** Digests of what must never be lost: keys and databases, in their place or set aside. */
function keptIn(home: string): ReadonlyMap<string, string> {
  const profile = profileOf(home);
  const names = readdirSync(profile, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => sealed.test(name) && !/-shm$/.test(name));
  return new Map(
    files.flatMap((name) => {
      try {
        return [
          [
            name,
            createHash('sha256')
              .update(readFileSync(join(profile, name)))
              .digest('hex'),
          ],
        ];
      } catch {
        return []; // a folder
      }
    }),
  );
}

async function addPatient(core: CoreProcess, family: string): Promise<void> {
  await core.demand('patients.create', {
    demographics: {
      family,
      given: 'Nora',
      former: '',
      birthDate: '1984-02-29',
      gender: 'female',
      identifiers: [],
      phone: '',
      email: '',
      address: { line: '', postalCode: '', city: '', country: '' },
    },
    notADuplicate: true,
  });
}

/** The screen of a state: its heading, no violations in either theme. `CAREKEEP_PICTURES` names a folder for pictures. */
async function seen(page: Page, heading: string, picture: string): Promise<void> {
  await page.getByRole('heading', { name: heading }).waitFor();
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-mantine-color-scheme="${scheme}"]`).waitFor();
    await assertAccessible(page, `${picture}, ${scheme}`);
    const folder = process.env['CAREKEEP_PICTURES'];
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${picture}-${scheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

async function patientsShown(page: Page): Promise<readonly string[]> {
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  const answer = await page.evaluate(() => window.carekeep.call('patients.recent', {}));
  assert.ok(answer.ok);
  return answer.value.patients.map(({ family }) => family).toSorted();
}

describe('start-up states', { timeout: 240_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'carekeep-states-'));
  const clinic = join(scratch, 'clinic');
  const older = join(scratch, 'older');
  let words: readonly string[] = [];
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    ({ words } = await makeCoreClinic(clinic, (core) => addPatient(core, 'Early')));
    cpSync(clinic, older, { recursive: true });
    const keyring = await unlockedKeyring(clinic);
    try {
      const core = await startCore(profileOf(clinic), keyring.env);
      await core.demand('sessions.signIn', person);
      await addPatient(core, 'Late');
      await core.close();
    } finally {
      await keyring.stop();
    }
  });
  after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

  /** Plays on a copy of the clinic; ends what was started whatever happens. */
  async function on(name: string, play: (home: string) => Promise<void>): Promise<void> {
    const home = join(scratch, name);
    cpSync(clinic, home, { recursive: true });
    try {
      await play(home);
    } finally {
      for (const stop of stops.splice(0).toReversed()) await stop();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  async function keyringIn(dir: string): Promise<Keyring> {
    mkdirSync(dir, { recursive: true });
    const keyring = await startKeyring({ dir, password: keyringPassword });
    stops.push(() => keyring.stop());
    return keyring;
  }
  async function launch(home: string, env: Readonly<Record<string, string>>): Promise<AppUnderTest> {
    const app = await launchApp({ profile: profileOf(home), env });
    stops.push(() => app.close());
    return app;
  }
  async function typeKit(page: Page): Promise<void> {
    // as it stands on paper: numbered, in lines
    await page
      .getByLabel('The 24 words of the recovery kit')
      .fill(words.map((word, index) => `${index + 1}. ${word}`).join('\n'));
    await page.getByText('✓ 24 of 24 words').waitFor();
  }
  const retry = (page: Page) => page.getByRole('button', { name: 'Try again' }).click();

  it('keychain locked: says so, says when nothing changed, and goes on once it is unlocked', () =>
    on('keychain-locked', async (home) => {
      const keyring = await keyringIn(keyringOf(home));
      await keyring.lock();
      const kept = keptIn(home);
      const page = await (await launch(home, keyring.env)).page();
      await page.getByRole('heading', { name: 'The keychain is locked' }).waitFor();
      await retry(page);
      await page.getByText('Nothing has changed yet.').and(page.locator(':visible')).waitFor();
      await seen(page, 'The keychain is locked', 'keychain-still-locked');
      assert.deepEqual(keptIn(home), kept);
      await keyring.unlock();
      await retry(page);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn(page, person.userName, person.password);
      assert.deepEqual(await patientsShown(page), ['Early', 'Late']);
    }));

  it('keychain absent: says so, and offers no sign-in', () =>
    on('keychain-absent', async (home) => {
      const kept = keptIn(home);
      const page = await (await launch(home, deadBus)).page();
      await seen(page, 'No keychain answers', 'keychain-absent');
      assert.equal(await page.getByLabel('Password', { exact: true }).count(), 0);
      assert.deepEqual(keptIn(home), kept);
    }));

  it('device secret missing: the recovery kit lets the clinic back in to all its records', () =>
    on('device-secret-missing', async (home) => {
      const keyring = await keyringIn(join(home, 'emptied'));
      const kept = keptIn(home);
      const page = await (await launch(home, keyring.env)).page();
      await seen(page, 'The keychain has forgotten this workstation', 'device-secret-missing');
      await page.getByRole('button', { name: 'Use the recovery kit' }).click();
      await page.getByLabel('The 24 words of the recovery kit').fill(words.toReversed().join(' '));
      await page.getByRole('button', { name: 'Restore access' }).click();
      await page.getByRole('alert').filter({ hasText: /words/ }).waitFor();
      assert.deepEqual(keptIn(home), kept, 'wrong words change nothing');
      await seen(page, 'The keychain has forgotten this workstation', 'restore-wrong-words');
      await typeKit(page);
      assert.equal(await page.getByRole('alert').filter({ hasText: /words/ }).count(), 0);
      await page.getByRole('button', { name: 'Restore access' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      // everybody keeps their own password
      await signIn(page, person.userName, person.password);
      assert.deepEqual(await patientsShown(page), ['Early', 'Late']);
    }));

  it('a new machine: recovery file, kit and the database put back are the clinic again', () =>
    on('moved', async (home) => {
      const stick = join(home, 'recovery-from-the-old-machine');
      const saved = join(home, 'db-from-the-old-machine');
      renameSync(join(profileOf(home), 'recovery'), stick);
      renameSync(join(profileOf(home), 'db'), saved);
      rmSync(profileOf(home), { recursive: true });
      const keyring = await keyringIn(join(home, 'new'));
      const app = await launch(home, keyring.env);
      const page = await app.page();
      await page.getByRole('button', { name: 'The old computer is lost or replaced' }).click();
      await typeKit(page);
      await seen(page, 'Bring your clinic to this computer', 'moved');
      await app.answerDialogs([], [stick]);
      await page.getByRole('button', { name: 'Choose the file…' }).click();
      await page.getByRole('button', { name: 'Choose the file…' }).and(page.locator(':not([data-loading])')).click();
      await page.getByRole('heading', { name: 'The database is missing' }).waitFor();
      cpSync(saved, join(profileOf(home), 'db'), { recursive: true });
      await retry(page);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn(page, person.userName, person.password);
      assert.deepEqual(await patientsShown(page), ['Early', 'Late']);
    }));

  it('nobody can sign in any more: the kit gives one admin a new password', () =>
    on('password', async (home) => {
      const keyring = await keyringIn(keyringOf(home));
      const page = await (await launch(home, keyring.env)).page();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await page.getByRole('button', { name: 'Recovery kit' }).click();
      await typeKit(page);
      await page.getByText(/If the clinic has other admins/).waitFor();
      await page.getByLabel('User name of the admin').fill(person.userName);
      const password = 'velvet orchard morning 9';
      await page.getByLabel('New password', { exact: true }).fill(password);
      await seen(page, 'Use the recovery kit', 'restore-password');
      await page.getByRole('button', { name: 'Restore access' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn(page, person.userName, password);
      assert.deepEqual(await patientsShown(page), ['Early', 'Late']);
    }));

  it('key file damaged, then missing: kept as it is, and the kit is offered', () =>
    on('key-file', async (home) => {
      const bytes = readFileSync(keyFile(home));
      bytes.fill(0x2a, bytes.length >> 1);
      writeFileSync(keyFile(home), bytes);
      const keyring = await keyringIn(keyringOf(home));
      const kept = keptIn(home);
      const page = await (await launch(home, keyring.env)).page();
      await seen(page, 'The key file is damaged', 'key-file-damaged');
      assert.deepEqual(keptIn(home), kept);
      rmSync(keyFile(home));
      await retry(page);
      await seen(page, 'The key file is missing', 'key-file-missing');
      await page.getByRole('button', { name: 'Use the recovery kit' }).waitFor();
      // put back from a copy
      cpSync(keyFile(clinic), keyFile(home));
      await retry(page);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    }));

  it('key file rolled back: says what comes back with it, and goes on with the kit', () =>
    on('key-file-rolled-back', async (home) => {
      const older = readFileSync(keyFile(home));
      const keyring = await keyringIn(keyringOf(home));
      const before = await launch(home, keyring.env);
      const first = await before.page();
      await first.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn(first, person.userName, 'not the password');
      await first.getByText('User name or password is not right.').waitFor();
      await before.close();
      writeFileSync(keyFile(home), older);
      const page = await (await launch(home, keyring.env)).page();
      await seen(page, 'The key file is older than it should be', 'key-file-rolled-back');
      await page.getByRole('button', { name: 'Go on with the older file' }).click();
      await page.getByRole('heading', { name: /Before you go on/ }).waitFor();
      await typeKit(page);
      await seen(page, 'The key file is older than it should be', 'key-file-rolled-back-kit');
      await page.getByRole('button', { name: 'Go on with the older file' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn(page, person.userName, person.password);
      assert.deepEqual(await patientsShown(page), ['Early', 'Late']);
    }));

  it('database missing: begins empty under the same keys, after the kit proved who asks', () =>
    on('database-missing', async (home) => {
      rmSync(join(profileOf(home), 'db'), { recursive: true });
      const keyring = await keyringIn(keyringOf(home));
      const page = await (await launch(home, keyring.env)).page();
      await seen(page, 'The database is missing', 'database-missing');
      await page.getByRole('button', { name: 'Begin with an empty database' }).click();
      await typeKit(page);
      await seen(page, 'The database is missing', 'database-missing-kit');
      await page.getByRole('button', { name: 'Begin with an empty database' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn(page, person.userName, person.password);
      assert.deepEqual(await patientsShown(page), []);
    }));

  it('database damaged: found at sign-in, set aside with the kit, kept in quarantine', () =>
    on('database-damaged', async (home) => {
      const bytes = readFileSync(database(home));
      randomBytes(bytes.length - 4096).copy(bytes, 4096);
      writeFileSync(database(home), bytes);
      const keyring = await keyringIn(keyringOf(home));
      const page = await (await launch(home, keyring.env)).page();
      await signIn(page, person.userName, person.password);
      await seen(page, 'The database is damaged', 'database-damaged');
      await page.getByRole('button', { name: 'Set aside and begin empty' }).click();
      await typeKit(page);
      await page.getByRole('button', { name: 'Set aside and begin empty' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn(page, person.userName, person.password);
      assert.deepEqual(await patientsShown(page), []);
      const damaged = createHash('sha256').update(bytes).digest('hex');
      const aside = [...keptIn(home)].filter(([name]) => name.startsWith('quarantine/'));
      assert.ok(
        aside.some(([, digest]) => digest === damaged),
        'the damaged file is kept byte for byte',
      );
    }));

  it('database rolled back: told at sign-in, acknowledged with the kit, and in the log for good', () =>
    on('rolled-back', async (home) => {
      rmSync(join(profileOf(home), 'db'), { recursive: true });
      cpSync(join(profileOf(older), 'db'), join(profileOf(home), 'db'), { recursive: true });
      const keyring = await keyringIn(keyringOf(home));
      const page = await (await launch(home, keyring.env)).page();
      await signIn(page, person.userName, person.password);
      await seen(page, 'The database is older than it should be', 'database-rolled-back');
      await page.getByRole('button', { name: 'Go on with this database' }).click();
      await typeKit(page);
      await page.getByRole('button', { name: 'Go on with this database' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn(page, person.userName, person.password);
      assert.deepEqual(await patientsShown(page), ['Early']);
      const log = await page.evaluate(() =>
        window.carekeep.call('audit.page', {
          filter: { userId: null, patientId: null, kind: null, outcome: null, from: null, to: null },
          before: null,
          limit: 50,
        }),
      );
      assert.ok(log.ok);
      assert.ok(
        log.value.entries.some(
          ({ event, detail }) => event === 'recovery.used' && detail['reason'] === 'rollback-acknowledged',
        ),
        'the log says that an older database was accepted',
      );
    }));

  it('a second Carekeep on the same records: one window, and a core that holds them is told', () =>
    on('second', async (home) => {
      const keyring = await keyringIn(keyringOf(home));
      const holder = await startCore(profileOf(home), keyring.env);
      const refused = await launch(home, keyring.env);
      assert.equal(await refused.exit, 1);
      const [box] = await refused.errorBoxes();
      assert.equal(box?.text, 'These records are already open in another Carekeep on this computer.');
      await holder.close();

      const first = await launch(home, keyring.env);
      const page = await first.page();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      const second = await launch(home, keyring.env);
      assert.equal(await second.exit, 0);
      assert.deepEqual(await second.errorBoxes(), []);
      await signIn(page, person.userName, person.password);
      assert.deepEqual(await patientsShown(page), ['Early', 'Late']);
    }));
});
