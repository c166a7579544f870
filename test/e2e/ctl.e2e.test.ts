/** The command line of the packaged application: `--ctl` on the built bundles, started as main starts. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { doctorPassword, type Place, startClinic, startPlace } from '../unit/core/clinic.ts';

const register = fileURLToPath(new URL('../host/register.ts', import.meta.url));
const main = fileURLToPath(new URL('../../out/main/index.js', import.meta.url));
let place: Place;
let profile: string;
before(async () => {
  place = await startPlace();
  profile = join(place.dir, 'profile');
  writeFileSync(join(place.dir, 'password'), `${doctorPassword}\n`);
});
after(() => place.stop());

async function ctl(args: readonly string[], input?: string): Promise<{ code: number | null; value: unknown }> {
  const child = spawn(process.execPath, ['--import', register, main, '--ctl', ...args], {
    cwd: place.dir,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stdin?.end(input);
  const [code] = await once(child, 'close');
  return { code, value: JSON.parse(out) };
}

test('lists, takes standard input or a file, imports through a validator of its own', async () => {
  const listed = await ctl(['--list']);
  assert.equal(listed.code, 0);
  assert.ok(Array.isArray(listed.value) && listed.value.length > 100, 'the whole list came through');

  const clinic = await startClinic(profile);
  await clinic.signIn('ana.ruiz', doctorPassword);
  const patient = { resourceType: 'Patient', name: [{ family: 'Kommandozeile' }], birthDate: '1960-01-02' };
  writeFileSync(join(place.dir, 'patient.json'), JSON.stringify(patient));
  const chosen = await clinic.call('imports.choose', { paths: [join(place.dir, 'patient.json')] });
  await clinic.close();

  const as = ['--profile', profile, '--user', 'ana.ruiz', '--password-file', 'password'];
  const started = await ctl([...as, 'imports.start'], JSON.stringify({ importId: chosen?.id }));
  assert.equal(started.code, 0);
  writeFileSync(join(place.dir, 'search.json'), JSON.stringify({ text: 'komm' }));
  const found = await ctl([...as, '--input', 'search.json', 'patients.search']);
  const hits = Object.entries(found.value ?? {}).find(([name]) => name === 'hits')?.[1];
  assert.ok(Array.isArray(hits) && hits.length === 1);
});

test('what is no JSON is refused and not repeated; no input is none', async () => {
  // 200 kB: standard input comes in several pieces, and the mistake is in the last
  const input = `{"text": "${'x'.repeat(200_000)}" Maria Geheim}`;
  const wrong = await ctl(['--profile', profile, 'patients.search'], input);
  assert.deepEqual(wrong, { code: 1, value: { code: 'invalid-input' } });
  assert.equal((await ctl(['--profile', profile, 'app.status'])).code, 0);
});
