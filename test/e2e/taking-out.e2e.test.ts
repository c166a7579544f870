/** Records leave the clinic only where a person said, whole, readable by them alone; an import that is stopped leaves none. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { writeNdjson } from '../bench/files.ts';
import { pdfText } from '../unit/exchange/write/pdf-text.ts';
import {
  admin,
  assertAccessible,
  hire,
  lock,
  setUpByKeyboard,
  signIn,
  startWorkstation,
  type Workstation,
} from './clinic.ts';

const ips = fileURLToPath(
  new URL('../../node_modules/hl7.fhir.uv.ips/example/Bundle-IPS-examples-Bundle-01.json', import.meta.url),
);
const desk = { displayName: 'Lena Vogt', userName: 'lena.vogt', password: 'amber window station' };

type Resource = { readonly resourceType: string; readonly language?: string };
type Bundle = Resource & { readonly type: string; readonly entry: readonly { readonly resource: Resource }[] };

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });

/** The bytes of a file that was just taken out: its owner's alone, with nothing half-written beside it. */
function taken(file: string): Buffer {
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(
    readdirSync(join(file, '..')).filter((name) => name.endsWith('.part')),
    [],
  );
  return readFileSync(file);
}

function assertPdf(bytes: Buffer): void {
  assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
  assert.match(bytes.subarray(-16).toString('latin1'), /%%EOF\s*$/);
}

async function openChart(page: Page, typed: string, heading: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('[role=combobox]:focus').waitFor();
  await page.keyboard.type(typed);
  // at once, as a scanner does: the one patient opens when the answer is there
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

async function openRoom(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name }).click();
}

describe('taking records out', { timeout: 180_000 }, () => {
  let workstation: Workstation;
  let patientId = '';
  const page = async () => {
    const shown = await workstation.app.page();
    shown.setDefaultTimeout(10_000);
    return shown;
  };
  const place = (name: string) => join(workstation.folder, name);

  before(async () => {
    workstation = await startWorkstation();
  });
  after(() => workstation.stop());

  it('saves the recovery kit from the wizard; a dismissed dialog says nothing', async () => {
    const first = await page();
    const file = place('kit.pdf');
    await setUpByKeyboard(first, async (where) => {
      if (where !== 'kit') return;
      const save = first.getByRole('button', { name: 'Save as PDF…' });
      await workstation.app.answerDialogs([]);
      await save.click();
      // the next click is answered only after the dismissed one
      await workstation.app.answerDialogs([file]);
      await save.click();
      await first.getByText('The PDF is saved.').waitFor();
      assert.equal(await first.getByRole('alert').filter({ hasText: /./ }).count(), 0);
      await assertAccessible(first, 'kit, saved');
    });
    const bytes = taken(file);
    assertPdf(bytes);
  });

  it('gives an import back as it came', async () => {
    await signIn(await page(), admin.userName, admin.password);
    const screen = await page();
    await openRoom(screen, 'Import');
    await workstation.app.answerDialogs([ips]);
    await screen.getByRole('button', { name: 'Choose files…' }).click();
    await screen.getByRole('button', { name: 'Start import' }).click();
    await screen.getByRole('heading', { name: 'Result' }).waitFor();
    const file = place('import.ndjson');
    const save = screen.getByRole('button', { name: 'Export as it came…' });
    await workstation.app.answerDialogs([], [file]);
    await save.click();
    await save.and(screen.locator(':enabled')).waitFor();
    assert.ok(!existsSync(file), 'a dismissed dialog writes nothing');
    await save.click();
    await screen.getByText('The import is saved as NDJSON.').first().waitFor();
    const lines = taken(file).toString().trimEnd().split('\n');
    assert.equal(lines.length, 1);
    assert.deepEqual(JSON.parse(lines[0] ?? ''), JSON.parse(readFileSync(ips, 'utf8')));

    const recent = await screen.evaluate(() => window.carekeep.call('patients.recent', {}));
    assert.ok(recent.ok);
    patientId = recent.value.patients[0]?.id ?? '';
    assert.notEqual(patientId, '');
  });

  it('takes a patient out as PDF, Patient Summary and Bundle', async () => {
    const screen = await page();
    await openChart(screen, 'delarosa', 'DeLarosa, Martha');
    const exporting = screen.getByRole('button', { name: 'Export', exact: true });
    const form = dialog(screen, 'Export this record');
    const save = form.getByRole('button', { name: 'Choose where to save' });

    await exporting.click();
    await form.waitFor();
    await assertAccessible(screen, 'export');
    await workstation.app.answerDialogs([]);
    await save.click();
    await save.and(screen.locator(':enabled')).waitFor();
    assert.equal(await form.getByRole('alert').filter({ hasText: /./ }).count(), 0, 'dismissing is no error');

    const choices = [
      { label: 'PDF to read or print', file: place('record.pdf'), language: 'Français' },
      { label: 'Patient Summary', file: place('summary.json'), language: 'Deutsch' },
      { label: 'Everything, for another system', file: place('bundle.json'), language: undefined },
    ] as const;
    for (const { label, file, language } of choices) {
      if (!(await form.isVisible())) await exporting.click();
      await form.getByRole('radio', { name: new RegExp(`^${label}`) }).click();
      if (language !== undefined) await form.getByLabel('Language of the document').selectOption({ label: language });
      await workstation.app.answerDialogs([file]);
      await save.click();
      await form.waitFor({ state: 'detached', timeout: 30_000 });
    }
    const [pdf, summaryFile, bundleFile] = choices;
    assertPdf(taken(pdf.file));

    const summary: Bundle = JSON.parse(taken(summaryFile.file).toString());
    assert.equal(summary.type, 'document');
    assert.equal(summary.entry[0]?.resource.resourceType, 'Composition');
    assert.equal(summary.entry[0]?.resource.language, 'de');

    const bundle: Bundle = JSON.parse(taken(bundleFile.file).toString());
    assert.equal(bundle.type, 'collection');
    const came: Bundle = JSON.parse(readFileSync(ips, 'utf8'));
    const ofPatient = (all: Bundle) => all.entry.filter(({ resource }) => resource.resourceType === 'Patient');
    assert.deepEqual(ofPatient(bundle)[0]?.resource, ofPatient(came)[0]?.resource);
  });

  it('tells a patient who saw the record, with the keyboard alone', async () => {
    const screen = await page();
    const form = dialog(screen, 'Who saw this record');
    await screen.getByRole('button', { name: 'Who saw this record' }).focus();
    await screen.keyboard.press('Enter');
    await form.getByText('Handed out the whole record as a file').waitFor();
    await assertAccessible(screen, 'who saw this record');
    const file = place('accesses.pdf');
    await workstation.app.answerDialogs([file]);
    await form.getByRole('button', { name: 'Save report' }).press('Enter');
    await form.waitFor({ state: 'detached', timeout: 30_000 });
    const bytes = taken(file);
    assertPdf(bytes);
    assert.ok(!pdfText(bytes).includes(admin.name.replace(/\s/g, '')), 'no name of the staff');
  });

  it('says so when the place cannot be written, and writes nothing', async () => {
    const screen = await page();
    await screen.getByRole('button', { name: 'Export', exact: true }).click();
    const form = dialog(screen, 'Export this record');
    await workstation.app.answerDialogs([place('no such folder/record.pdf')]);
    await form.getByRole('button', { name: 'Choose where to save' }).click();
    await form.getByRole('alert').filter({ hasText: /\S/ }).waitFor();
    assert.ok(!existsSync(place('no such folder')));
    await screen.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
  });

  it('stops a running import: the screen stays usable meanwhile, and nothing of it stays', async () => {
    const screen = await page();
    const file = place('large.ndjson');
    const count = writeNdjson(file, 300, 60, 7);
    await openRoom(screen, 'Import');
    await workstation.app.answerDialogs([file]);
    await screen.getByRole('button', { name: 'Choose files…' }).click();
    await screen.getByRole('button', { name: 'Start import' }).click({ timeout: 30_000 });
    await screen.getByText(/of [\d,]+ resources/).waitFor();

    // a chart opens while it runs
    await openChart(screen, 'delarosa', 'DeLarosa, Martha');
    await openRoom(screen, 'Import');
    await screen.getByRole('button', { name: 'Stop import' }).click();
    const asked = dialog(screen, 'Stop here?');
    await asked.getByRole('button', { name: 'Stop import' }).click();
    await screen.getByText('The import was stopped. Nothing of it is in the records.').waitFor();
    await asked.waitFor({ state: 'detached' });
    await assertAccessible(screen, 'stopped');

    const left = await screen.evaluate(async () => {
      const recent = await window.carekeep.call('patients.recent', {});
      const found = await window.carekeep.call('patients.search', { text: 'CK-1000' });
      const list = await window.carekeep.call('imports.list', {});
      return {
        patients: recent.ok ? recent.value.total : -1,
        found: found.ok ? found.value.hits.length : -1,
        newest: list.ok ? list.value.imports[0]?.state : undefined,
      };
    });
    assert.deepEqual(left, { patients: 1, found: 0, newest: 'cancelled' });

    // what was stopped may come in later, whole: had anything stayed, it would be a duplicate
    await workstation.app.answerDialogs([file]);
    await screen.getByRole('button', { name: 'Choose files…' }).click();
    await screen.getByRole('button', { name: 'Discard' }).click({ timeout: 30_000 });
    await asked.waitFor();
    await assertAccessible(screen, 'stop?');
    await screen.keyboard.press('Escape');
    await asked.waitFor({ state: 'detached' });
    await screen.getByRole('button', { name: 'Start import' }).click({ timeout: 30_000 });
    await screen.getByText('The import is done. Everything came in or was here already.').waitFor({ timeout: 60_000 });
    const figure = screen.locator('dl.ck-import-counts div', { hasText: 'came in' }).locator('dd');
    assert.equal(await figure.textContent(), count.toLocaleString('en'));
  });

  it('lets reception take nothing out, on the screen and beside it', async () => {
    const before = await page();
    await hire(before, { ...desk, name: desk.displayName }, ['reception']);
    await lock(workstation);
    await signIn(await page(), desk.userName, desk.password);
    const screen = await page();
    await screen.getByRole('navigation', { name: 'Main' }).waitFor();
    await openChart(screen, 'delarosa', 'DeLarosa, Martha');
    assert.equal(await screen.getByRole('button', { name: 'Export', exact: true }).count(), 0);
    const asked = place('never.pdf');
    await workstation.app.answerDialogs([asked], [asked], [asked]);
    const refused = await screen.evaluate(async (id) => {
      const answers = [
        await window.carekeep.call('exports.pdf', { patientId: id, language: 'en' }),
        await window.carekeep.call('exports.summary', { patientId: id, language: 'en' }),
        await window.carekeep.call('exports.bundle', { patientId: id }),
      ];
      return answers.map((answer) => (answer.ok ? 'saved' : answer.error.code));
    }, patientId);
    assert.deepEqual(refused, ['forbidden', 'forbidden', 'forbidden']);
    assert.ok(!existsSync(asked));
  });
});
