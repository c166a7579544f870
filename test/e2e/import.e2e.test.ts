import assert from 'node:assert/strict';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { admin, assertAccessible, setUpByKeyboard, signIn, startWorkstation, type Workstation } from './clinic.ts';

const bundles = globSync('node_modules/hl7.fhir.uv.ips/example/Bundle-*.json', {
  cwd: join(import.meta.dirname, '../..'),
}).map((path) => join(import.meta.dirname, '../..', path));

describe('bringing records in', { timeout: 180_000 }, () => {
  let workstation: Workstation;
  before(async () => {
    workstation = await startWorkstation();
    const page = await workstation.app.page();
    await setUpByKeyboard(page, async () => undefined);
    await signIn(page, admin.userName, admin.password);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Import' }).click();
    await page.getByText('Nothing imported yet').waitFor();
    await assertAccessible(page, 'import, empty');
  });
  after(() => workstation.stop());

  it('previews, imports what is sound and says why the rest is refused', async () => {
    const { app, folder } = workstation;
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"resourceType":"Patient","surname":"x"}');
    const page = await app.page();
    await app.answerDialogs([...bundles, broken]);
    await page.getByRole('button', { name: 'Choose files…' }).click();
    await page.getByRole('heading', { name: 'What is in the files' }).waitFor();
    await assertAccessible(page, 'preview');
    await page.getByRole('button', { name: 'Start import' }).click();
    await page.getByRole('heading', { name: 'Result' }).waitFor({ timeout: 60_000 });
    assert.equal(await page.getByRole('cell', { name: 'came in', exact: false }).count(), bundles.length);
    await page.getByRole('cell', { name: 'FHIR R4 has no element “surname” here.' }).waitFor();
    await assertAccessible(page, 'result');
  });

  it('calls the same files duplicates and changes nothing', async () => {
    const { app } = workstation;
    const page = await app.page();
    await app.answerDialogs([...bundles]);
    await page.getByRole('button', { name: 'Choose files…' }).click();
    await page.getByRole('heading', { name: 'What is in the files' }).waitFor();
    await page.getByRole('button', { name: 'Start import' }).click();
    await page.getByRole('heading', { name: 'Result' }).waitFor({ timeout: 60_000 });
    assert.equal(await page.getByRole('cell', { name: 'already here' }).count(), bundles.length);
  });

  it('says nothing when no file was chosen', async () => {
    const { app } = workstation;
    const page = await app.page();
    await app.answerDialogs([]);
    await page.getByRole('button', { name: 'Choose files…' }).click();
    await page.getByRole('button', { name: 'Choose files…' }).and(page.locator(':enabled')).waitFor();
    assert.equal(await page.getByText('No file was chosen.').count(), 0);
  });
});
