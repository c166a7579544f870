import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright';
import { admin, assertAccessible, setUpByKeyboard, signIn, startWorkstation, type Workstation } from './clinic.ts';

const pictures = process.env['CAREKEEP_SCREENSHOTS'];
const reference = /[0-9A-Z]{4}-[0-9A-Z]{4}/;
const typed = 'Steinbach says the knee hurts on stairs';

describe('something stops', { timeout: 120_000 }, () => {
  let workstation: Workstation;
  const logs = () => join(workstation.folder, 'profile', 'logs');
  const reports = () => readdirSync(logs()).filter((name) => name.startsWith('crash-'));
  const page = async () => {
    const shown = await workstation.app.page();
    shown.setDefaultTimeout(10_000);
    return shown;
  };
  const look = async (screen: Page, name: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await screen.emulateMedia({ colorScheme });
      await assertAccessible(screen, `${name}, ${colorScheme}`);
      if (pictures !== undefined) await screen.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
    }
  };
  const back = async (): Promise<Page> => {
    const screen = await page();
    await screen.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(screen, admin.userName, admin.password);
    await screen.getByRole('navigation', { name: 'Main' }).waitFor();
    return screen;
  };
  before(async () => {
    workstation = await startWorkstation();
    const first = await page();
    await setUpByKeyboard(first, async () => undefined);
    await signIn(first, admin.userName, admin.password);
    await first.getByRole('navigation', { name: 'Main' }).waitFor();
  });
  after(() => workstation.stop());

  it('core: the next screen says so once, with the reference of a report that main wrote', async () => {
    const windows = workstation.app.windowCount();
    process.kill((await workstation.app.corePids()).at(-1) ?? 0, 'SIGKILL');
    await workstation.app.nextWindow(windows);
    let screen = await page();
    const notice = screen.getByRole('status', { name: 'Something stopped' });
    await notice.waitFor();
    const told = reference.exec((await notice.textContent()) ?? '')?.[0] ?? '';
    assert.deepEqual(reports(), [`crash-${told}.json`]);
    await look(screen, 'stop-notice');
    await notice.getByRole('button', { name: 'Do not show again' }).click();
    await notice.waitFor({ state: 'detached' });
    assert.deepEqual(reports(), [`crash-${told}.seen.json`]);
    assert.match(readFileSync(join(logs(), `crash-${told}.seen.json`), 'utf8'), /"part": "core",\s+"kind": "ended"/);
    await screen.reload();
    screen = await back();
    assert.equal(await screen.getByText('Something stopped').count(), 0);
  });

  it('a screen: calm, with a reference, without a word of what was thrown', async () => {
    const before = reports().length;
    let screen = await page();
    await screen.evaluate(() => {
      setTimeout(() => {
        throw new TypeError('Quetzlmarkovar, born 1971-03-14');
      });
    });
    await screen.getByRole('heading', { name: 'This screen stopped working' }).waitFor();
    await screen.getByText(reference).waitFor();
    await look(screen, 'crash-screen');
    const text = (await screen.textContent('body')) ?? '';
    assert.doesNotMatch(text, /Quetzlmarkovar|1971/);
    assert.equal(reports().length, before + 1);
    const windows = workstation.app.windowCount();
    await screen.getByRole('button', { name: 'Open again' }).click();
    // the session went with the page: core locks
    await workstation.app.nextWindow(windows);
    screen = await back();
    assert.equal(await screen.getByText('Something stopped').count(), 0, 'it was told already');
  });

  it('a renderer, in the middle of a note: the draft is kept but for the last second', async () => {
    let screen = await page();
    const patientId = await screen.evaluate(async () => {
      const created = await window.carekeep.call('patients.create', {
        notADuplicate: true,
        demographics: {
          family: 'Steinbach',
          given: 'Ottilie',
          former: '',
          birthDate: null,
          gender: null,
          identifiers: [],
          phone: '',
          email: '',
          address: { line: '', postalCode: '', city: '', country: '' },
        },
      });
      return created.ok ? created.value.patientId : created.error.code;
    });
    assert.match(patientId, /^[0-9a-f-]{36}$/);
    const open = async () => {
      await screen.keyboard.press('Control+k');
      await screen.locator('[role=combobox]:focus').waitFor();
      await screen.keyboard.type('steinbach');
      await screen.getByRole('option', { name: /Steinbach/ }).click();
      await screen.getByRole('heading', { level: 1, name: /Steinbach/ }).waitFor();
    };
    await open();
    await screen.keyboard.press('n');
    await screen.getByLabel('Subjective').first().waitFor();
    await screen.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    // without a pause that a save could wait for
    for (const letter of typed) {
      await screen.keyboard.type(letter);
      await pause(80);
    }
    await pause(1_100);
    await screen.keyboard.type(' XYZ');
    const windows = workstation.app.windowCount();
    const inspector = await screen.context().newCDPSession(screen);
    void inspector.send('Page.crash').catch(() => undefined); // its process is gone before it can answer
    await workstation.app.nextWindow(windows);
    screen = await page();
    await screen.getByRole('status', { name: 'Something stopped' }).waitFor();
    await signIn(screen, admin.userName, admin.password);
    await screen.getByRole('navigation', { name: 'Main' }).waitFor();
    if ((await screen.getByRole('heading', { level: 1, name: /Steinbach/ }).count()) === 0) await open();
    const draft = await screen.getByLabel('Subjective').first().inputValue();
    assert.ok(draft.startsWith(typed), draft);
  });

  it('again and again: a screen instead of an error box, and nothing of a record in any log', async () => {
    const { app } = workstation;
    const windows = app.windowCount();
    for (let time = 0; time < 3; time += 1) {
      const pids = await app.corePids();
      process.kill(pids.at(-1) ?? 0, 'SIGKILL');
      // as soon as there is the next one: three within ten seconds are too many
      if (time < 2) await app.nextCore(pids.length);
    }
    await app.nextWindow(windows + 2);
    const screen = await page();
    await screen.getByRole('heading', { name: 'Carekeep cannot go on just now' }).waitFor();
    await screen.getByText(reference).waitFor();
    await look(screen, 'stopped-screen');
    assert.deepEqual(await app.errorBoxes(), []);
    // its button closes the window, which Chromium grants to no page of its own: closed as by a person
    await screen.getByRole('button', { name: 'Close Carekeep' }).waitFor();
    await app.close();
    assert.equal(await app.exit, 0);
    const lines = readdirSync(logs())
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(logs(), name), 'utf8').trimEnd().split('\n'));
    assert.ok(lines.length > 10);
    for (const line of lines)
      assert.match(line, /^\{"time":"[^"]+","level":"\w+","event":"[\w-]+","by":"(?:main|core)",/);
    const all = `${lines.join('\n')}${reports()
      .map((name) => readFileSync(join(logs(), name), 'utf8'))
      .join('')}${app.log()}`;
    assert.doesNotMatch(all, /Steinbach|Ottilie|Quetzlmarkovar|Ana|ruiz|knee|harbour/i);
  });
});
