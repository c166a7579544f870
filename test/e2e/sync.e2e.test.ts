/** Two workstations and the backend itself, by the screens of one: connect, add, offline on both, settle, take out. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright';
import type { Demographics } from '../../src-shared/contract/patients.ts';
import { BackendProcess } from '../faults/backend/process.ts';
import { makeCoreClinic, person, profileOf, unlockedKeyring } from '../faults/core/clinic.ts';
import { type CoreProcess, startCore } from '../faults/core/process.ts';
import type { Keyring } from '../host/keyring.ts';
import { assertAccessible, signIn } from './clinic.ts';
import { type AppUnderTest, launchApp } from './launch.ts';

const nora: Demographics = {
  family: 'Weiß',
  given: 'Nora',
  former: '',
  birthDate: '1984-02-29',
  gender: 'female',
  identifiers: [],
  phone: '+49 40 111',
  email: '',
  address: { line: '', postalCode: '', city: '', country: '' },
};

/** What is true after a while. */
async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let turn = 0; turn < 200; turn += 1) {
    const found = await ask();
    if (found !== undefined) return found;
    await pause(100);
  }
  return assert.fail(`never: ${what}`);
}

describe('workstations that meet', { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-e2e-'));
  const home = join(folder, 'clinic');
  let backend: BackendProcess;
  let keyring: Keyring;
  let app: AppUnderTest;
  let page: Page;
  let second: CoreProcess;

  before(async () => {
    [backend] = await Promise.all([
      BackendProcess.start({ folder: join(folder, 'backend') }),
      makeCoreClinic(home, async (core) => {
        await core.demand('patients.create', { demographics: nora, notADuplicate: true });
      }),
    ]);
    keyring = await unlockedKeyring(home);
    mkdirSync(join(folder, 'second'));
    second = await startCore(join(folder, 'second'), keyring.env);
    app = await launchApp({ profile: profileOf(home), env: keyring.env });
    page = await app.page();
    page.setDefaultTimeout(15_000);
    await signIn(page, person.userName, person.password);
    await rail().waitFor();
  });
  after(async () => {
    await app?.close();
    await second?.close().catch(() => undefined);
    await backend?.stop();
    await keyring?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const rail = () => page.getByRole('navigation', { name: 'Main' });
  const sign = (text: string) => rail().getByRole('button', { name: `Exchange: ${text}` });

  /** In one theme, or in both; `CAREKEEP_PICTURES` names a folder for pictures, always of both. */
  async function seen(name: string, ...themes: readonly ('light' | 'dark')[]): Promise<void> {
    const asked = process.env['CAREKEEP_PICTURES'] === undefined ? themes : (['light', 'dark'] as const);
    for (const scheme of asked) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme="${scheme}"]`).waitFor();
      await assertAccessible(page, `${name}, ${scheme}`);
      const pictures = process.env['CAREKEEP_PICTURES'];
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${scheme}.png`) });
    }
    await page.emulateMedia({ colorScheme: 'light' });
  }

  it('connects the clinic once the fingerprint is compared', async () => {
    const { token } = await backend.clinic();
    await rail().getByRole('button', { name: 'Workstations' }).press('Enter');
    await page.getByRole('button', { name: 'Connect the clinic' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Connect the clinic' });
    await dialog.getByLabel('Address').fill(`localhost:${backend.facts.port}`);
    await page.keyboard.press('Enter');
    const lines = dialog.locator('.ck-fingerprint span');
    await lines.first().waitFor();
    const shown = await lines.allTextContents();
    assert.equal(shown.join(' ').replaceAll(' ', ':'), backend.facts.fingerprint);
    await seen('connect', 'light');
    await dialog.getByLabel('Token of the clinic').fill(token);
    assert.equal(await dialog.getByRole('button', { name: 'Connect', exact: true }).isEnabled(), false);
    await dialog.getByRole('checkbox').press('Space');
    await dialog.getByRole('button', { name: 'Connect', exact: true }).press('Enter');
    await page.getByText('Where they meet').waitFor();
    await sign('Up to date').waitFor();
  });

  it('adds a workstation once six words are the same, and its record arrives', async () => {
    await page.getByRole('button', { name: 'Add a workstation' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Add a workstation' });
    await dialog.getByRole('button', { name: 'Make a code' }).press('Enter');
    const words = dialog.locator('.ck-enrol-code li');
    await words.first().waitFor();
    const address = (await dialog.locator('.ck-enrol-address').textContent()) ?? '';
    const code = (await words.allTextContents()).join(' ');
    const wrong = { address, code: code.split(' ').toReversed().join(' '), name: 'Reception' };
    assert.equal(await second.code('enrolment.ask', wrong), 'enrolment-code-wrong');
    const asked = await second.demand('enrolment.ask', { address, code, name: 'Reception' });
    await dialog.getByRole('heading', { name: '“Reception” asks to join' }).waitFor();
    assert.deepEqual(await dialog.locator('.ck-six-words li').allTextContents(), asked.words);
    await seen('six-words', 'dark');
    await dialog.getByRole('button', { name: 'The words are the same' }).press('Enter');
    await dialog.getByRole('heading', { name: '“Reception” is in' }).waitFor();
    await until('welcomed', async () => {
      const { state } = await second.demand('enrolment.answer', {});
      return state === 'welcomed' ? state : undefined;
    });
    await second.demand('enrolment.finish', { words: asked.words });
    await page.keyboard.press('Escape');
    await page.getByRole('row', { name: /Reception/ }).waitFor();
    await second.demand('sessions.signIn', person);
    await until('the record on the second workstation', async () => {
      const { patients } = await second.demand('patients.recent', {});
      return patients.find(({ family }) => family === nora.family);
    });
    await seen('workstations', 'light', 'dark');
  });

  it('says that it is offline, works on, and shows both values when both changed the same', async () => {
    const id = await until('her id', async () => (await second.demand('patients.recent', {})).patients[0]?.id);
    await backend.kill();
    await sign('Offline').waitFor();
    const there = await second.demand('patients.demographics', { patientId: id });
    await second.demand('patients.update', {
      patientId: id,
      version: there.version,
      demographics: { ...there.demographics, phone: '+49 40 222' },
    });
    const failed = await page.evaluate(async (patientId) => {
      const { carekeep } = window;
      const here = await carekeep.call('patients.demographics', { patientId });
      if (!here.ok) return here.error.code;
      const demographics = { ...here.value.demographics, phone: '+49 40 333' };
      const changed = await carekeep.call('patients.update', { patientId, version: here.value.version, demographics });
      return changed.ok ? '' : changed.error.code;
    }, id);
    assert.equal(failed, '');
    await sign('Offline').press('Enter');
    await page.getByRole('dialog').getByText('Work goes on here.').first().waitFor();
    await seen('offline', 'dark');
    await backend.again();
    await page.getByRole('button', { name: 'Try now' }).press('Enter');
    await page.keyboard.press('Escape');
    await second.demand('sync.now', {});
    await rail().getByRole('button', { name: 'To settle' }).press('Enter');
    await page.getByText('+49 40 222').waitFor();
    await page.getByText('+49 40 333').waitFor();
    await seen('conflict', 'light', 'dark');
    const shown = await until('the same list there', async () => {
      const { conflicts } = await second.demand('conflicts.list', { patientId: id });
      if (conflicts.length === 0) await second.demand('sync.now', {});
      return conflicts[0];
    });
    await page.keyboard.press('2');
    await page.getByText('Nothing to settle').first().waitFor();
    await until('settled there too', async () =>
      (await second.demand('sync.status', {})).conflicts === 0 ? true : undefined,
    );
    const { demographics } = await second.demand('patients.demographics', { patientId: id });
    assert.equal(demographics.phone, shown.lost.text?.match(/\+49 40 \d+/)?.[0]);
  });

  it('takes a workstation out: its keys are gone', async () => {
    await rail().getByRole('button', { name: 'Workstations' }).press('Enter');
    await page.getByRole('button', { name: 'Take out: Reception' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('it destroys its keys').waitFor();
    await seen('take-out', 'light');
    await dialog.getByRole('button', { name: 'Take out' }).press('Enter');
    await page.getByRole('row', { name: /Reception.*Taken out/ }).waitFor();
    await until('gone there', async () => (existsSync(join(folder, 'second', 'removed')) ? true : undefined));
  });

  it('joins from an empty computer: a wrong code in words, six words, sign-in, and the record arrives', async () => {
    await app.close();
    const admin = await startCore(profileOf(home), keyring.env);
    try {
      await admin.demand('sessions.signIn', person);
      const { address, code } = await admin.demand('enrolment.open', {});
      app = await launchApp({ profile: join(folder, 'third'), env: keyring.env });
      page = await app.page();
      page.setDefaultTimeout(15_000);
      await page.getByRole('radio', { name: 'English' }).press('Space');
      await page.getByRole('button', { name: 'Join a clinic' }).press('Enter');
      await page.getByLabel('Address').fill(address);
      await page.getByLabel('Code').fill(code.split('-').toReversed().join('-'));
      await page.getByLabel('Name of this workstation').fill('Laboratory');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: /code/ }).waitFor();
      await seen('join', 'light');
      await page.getByLabel('Code').fill(code);
      await page.keyboard.press('Enter');
      await page.getByText('Waiting for the admin').waitFor();
      const shown = await page.locator('.ck-six-words li').allTextContents();
      await seen('join-words', 'dark');
      const asked = await until('asked', async () => {
        const standing = await admin.demand('enrolment.standing', {});
        return standing.state === 'asked' ? standing : undefined;
      });
      assert.deepEqual(asked.words, shown);
      await admin.demand('enrolment.admit', { words: asked.words });
      await page.getByText('✓ The clinic has admitted this workstation.').waitFor();
      await page.getByRole('button', { name: 'The words are the same: begin' }).press('Enter');
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn(page, person.userName, person.password);
      await page.getByRole('button', { name: /Weiß/ }).waitFor();
      await sign('Up to date').waitFor();
      await seen('joined', 'light');
    } finally {
      await admin.close();
    }
  });
});
