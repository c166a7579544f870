/** The command line as IT staff run it: a process of its own, on a stopped profile and beside a running core. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { listenForCtl } from '../../../src-main/core/ctl/server.ts';
import { ctlAddress } from '../../../src-main/core/ctl/socket.ts';
import { type Place, startPlace } from './clinic.ts';
import { House, nameOf, passwords } from './house.ts';

const ctl = fileURLToPath(new URL('../../../src-main/core/ctl/index.ts', import.meta.url));
let place: Place;
let profile: string;
let passwordFile: string;
before(async () => {
  place = await startPlace();
  profile = join(place.dir, 'profile');
  passwordFile = join(place.dir, 'password');
  writeFileSync(passwordFile, `${passwords.admin}\n`);
});
after(() => place.stop());

type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

async function run(args: readonly string[], input = ''): Promise<Ran> {
  const child = spawn(process.execPath, [ctl, ...args], { cwd: place.dir, stdio: 'pipe' });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.end(input);
  // It ends by itself, whatever it had open.
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return { code, out, err };
}

const call = (procedure: string, input: unknown, user?: string, file = passwordFile): Promise<Ran> =>
  run(
    ['--profile', profile, ...(user === undefined ? [] : ['--user', user, '--password-file', file]), procedure],
    JSON.stringify(input),
  );

const said = ({ out }: Ran): Record<string, unknown> => JSON.parse(out);

test('a clinic is set up, filled and looked at without a screen', async () => {
  const listed: unknown = JSON.parse((await run(['--list'])).out);
  assert.ok(Array.isArray(listed));
  assert.ok(
    listed.some(
      ({ name, permission, audit }) => name === 'chart.open' && permission === 'chart:read' && audit === 'chart.read',
    ),
  );

  const made = await call('setup.create', {
    language: 'de',
    clinicName: 'Praxis',
    country: 'DE',
    workstationName: 'Server',
    admin: { userName: nameOf('admin'), displayName: 'Lena Hof', roles: ['practitioner'] },
    password: passwords.admin,
  });
  assert.equal(made.code, 0, made.out);
  const { words, ask } = said(made) as { words: string[]; ask: number[] };
  const kit = await call('setup.saveKit', { words, language: 'de', path: 'kit.pdf' });
  assert.equal(kit.code, 0, kit.out + kit.err);
  assert.equal(readFileSync(join(place.dir, 'kit.pdf')).subarray(0, 5).toString(), '%PDF-');
  const typed = ask.map((position) => ({ position, word: words[position - 1] ?? '' }));
  const wrong = await call('setup.confirmKit', { words: typed.map((one) => ({ ...one, word: 'zoo' })) });
  assert.deepEqual([wrong.code, said(wrong)['code']], [1, 'kit-words-wrong']);
  assert.equal((await call('setup.confirmKit', { words: typed })).code, 0);

  const patient = { resourceType: 'Patient', name: [{ family: 'Kommandozeile' }], birthDate: '1960-01-02' };
  writeFileSync(join(place.dir, 'patient.json'), JSON.stringify(patient));
  const chosen = await call('imports.choose', { paths: ['patient.json'] }, nameOf('admin'));
  assert.equal(chosen.code, 0, chosen.out + chosen.err);
  assert.equal((await call('imports.start', { importId: said(chosen)['id'] }, nameOf('admin'))).code, 0);
  const found = await call('patients.search', { text: 'komm' }, nameOf('admin'));
  const { hits } = said(found) as { hits: { id: string }[] };
  assert.equal(hits.length, 1);
  const taken = await call('exports.bundle', { patientId: hits[0]?.id, path: 'out.json' }, nameOf('admin'));
  assert.equal(taken.code, 0, taken.out);
  assert.ok(readFileSync(join(place.dir, 'out.json'), 'utf8').includes('Kommandozeile'));
  assert.equal(statSync(join(place.dir, 'out.json')).mode & 0o777, 0o600);
  for (const { err } of [made, kit, wrong, chosen, found, taken]) assert.equal(err, '');
});

test('what goes wrong is one code, and exit 1', async () => {
  const refused = async (ran: Promise<Ran>, code: string) => {
    const got = await ran;
    assert.deepEqual([got.code, said(got)['code'], got.err], [1, code, ''], got.out);
  };
  writeFileSync(join(place.dir, 'wrong'), 'not the password at all');
  await refused(call('users.list', {}, nameOf('admin'), join(place.dir, 'wrong')), 'wrong-password');
  await refused(call('users.list', {}, nameOf('admin'), join(place.dir, 'absent')), 'file-unreadable');
  await refused(call('users.list', {}), 'not-signed-in');
  await refused(call('no.such', {}), 'unknown-procedure');
  const secret = await run(['--profile', profile, 'patients.search'], '{"text": Maria Geheim}');
  assert.deepEqual([secret.code, said(secret)], [1, { code: 'invalid-input' }]);
  assert.ok(!secret.err.includes('Geheim'));
  assert.equal((await run(['--profile', profile])).code, 1);
  // an empty name is none: it would mean the folder one stands in
  const before = readdirSync(place.dir).sort();
  assert.equal((await run(['--profile', profile, '--profile=', 'app.status'])).code, 1);
  assert.deepEqual(readdirSync(place.dir).sort(), before);
});

test('a running core is reached over its private socket, by several at once, and by nobody else', async () => {
  const house = new House(profile);
  await house.start();
  const address = ctlAddress(profile);
  assert.ok(address);
  const server = await listenForCtl({
    address,
    dispatch: house.dispatch,
    gone: (connection) => house.core.disconnected(connection),
  });
  try {
    assert.equal(statSync(address).mode & 0o777, 0o600);
    for (const garbage of [
      '{"id":1}\n',
      'GET / HTTP/1.1\n\n',
      '[]\n',
      '{"id":"x","procedure":"app.status","input":{}}\n',
    ]) {
      const socket = connect(address);
      socket.on('error', () => undefined);
      const closed = once(socket, 'close');
      socket.resume().write(garbage);
      await closed;
    }
    const [status, found, again] = await Promise.all([
      call('app.status', {}),
      call('patients.search', { text: 'komm' }, nameOf('admin')),
      call('patients.recent', {}, nameOf('admin')),
    ]);
    assert.deepEqual([status.code, found.code, again.code], [0, 0, 0], found.out + again.out);
    assert.equal((said(status) as { signedIn: boolean }).signedIn, false, 'a session is its own channel’s');
    // The last who had the database open is gone: the workstation is asked to lock.
    for (let at = 0; at < 50 && house.locks.length === 0; at += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(house.locks, ['user']);
  } finally {
    server.close();
    await house.core.close();
  }
  const busy = new House(profile);
  await busy.start();
  const got = await call('app.status', {});
  assert.deepEqual([got.code, said(got)['code']], [1, 'busy']);
  await busy.core.close();
});

test('closing in the middle of an import ends clean, and the process with it', async () => {
  const lines = Array.from({ length: 6000 }, (_, at) =>
    JSON.stringify({ resourceType: 'Patient', id: `p${at}`, name: [{ family: `Half${at}` }] }),
  );
  writeFileSync(join(place.dir, 'many.ndjson'), lines.join('\n'));
  const script = `
    import { startHeadless } from ${JSON.stringify(fileURLToPath(new URL('../../../src-main/core/headless.ts', import.meta.url)))};
    const core = await startHeadless(${JSON.stringify(profile)});
    const ask = async (name, input) => { const r = await core.call(name, input); if (!r.ok) throw new Error(r.error.code); return r.value; };
    await ask('sessions.signIn', ${JSON.stringify({ userName: nameOf('admin'), password: passwords.admin })});
    const { id } = await ask('imports.choose', { paths: [${JSON.stringify(join(place.dir, 'many.ndjson'))}] });
    await ask('imports.start', { importId: id });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await core.close();
    console.log('closed');`;
  writeFileSync(join(place.dir, 'closing.mjs'), script);
  const child = spawn(process.execPath, [join(place.dir, 'closing.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  assert.deepEqual([code, out, err], [0, 'closed\n', '']);
  const found = await call('patients.search', { text: 'half' }, nameOf('admin'));
  assert.deepEqual((said(found) as { hits: unknown[] }).hits, []);
});
