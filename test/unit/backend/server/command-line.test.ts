/** The operator's command line beside the running server, and the server's own end. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openIdentity } from '../../../../src-backend/ca/folder.ts';
import { bytesOf, sizeText } from '../../../../src-backend/cli/clinics.ts';
import { runCommandLine } from '../../../../src-backend/cli/program.ts';
import { connectionOf } from '../../../../src-backend/database.ts';

const root = join(import.meta.dirname, '../../../..');
const { DATABASE_URL: _service, DATABASE_OWNER_URL: _owner, ...environment } = process.env;
let folder = '';
let server: ChildProcess;
let said = '';

async function operator(...given: string[]): Promise<{ code: number; out: string[]; complaints: string }> {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await runCommandLine(
    ['node', 'backend', '--data', folder, ...given],
    (line) => void out.push(line),
    (line) => void complaints.push(line),
  );
  return { code, out, complaints: complaints.join('\n') };
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carekeep-operator-'));
  chmodSync(folder, 0o711);
  const arguments_ = ['src-backend/index.ts', '--data', folder, '--listen', '127.0.0.1:0', '--operator-port', '0'];
  server = spawn(process.execPath, arguments_, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
    server.stdout?.on('data', (part: Buffer) => {
      said += part.toString();
      if (said.includes('Next: ')) resolve();
    });
  });
});
after(() => {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

test('one command starts it, says where it is and what to compare', async () => {
  assert.match(said, / {2}address {6}127\.0\.0\.1:\d+\n/);
  const [, fingerprint] = /fingerprint {2}((?:[0-9A-F]{2}:){31}[0-9A-F]{2})\n/.exec(said) ?? [];
  assert.deepEqual((await operator('fingerprint')).out, [fingerprint]);
  assert.match((await operator('witness-key')).out.join('\n'), /^[A-Za-z0-9.-]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/);
  assert.equal(statSync(join(folder, 'identity.json')).mode & 0o777, 0o600);
});

test('clinics are made, listed, limited, exported and deleted while it runs', async () => {
  const made = await operator('clinic', 'create', '--name', 'Praxis am Markt', '--quota', '5G');
  assert.equal(made.code, 0, made.complaints);
  const tenant = made.out[0]?.split(/\s+/)[1] ?? '';
  const token = made.out[1]?.split(/\s+/)[1] ?? '';
  assert.match(token, /^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
  const listed = await operator('clinic', 'list');
  assert.deepEqual(listed.out, [`${tenant}  0 B of 5 GiB  not connected yet  Praxis am Markt`]);
  assert.ok(!readFileSync(join(folder, 'clinics.json'), 'utf8').includes(token));
  assert.equal((await operator('clinic', 'quota', tenant, '7GiB')).code, 0);
  assert.match((await operator('clinic', 'list')).out[0] ?? '', /of 7 GiB/);
  const second = (await operator('clinic', 'token', tenant)).out[0]?.split(/\s+/)[1];
  assert.notEqual(second, token);

  const file = join(folder, 'export.jsonl');
  assert.match((await operator('clinic', 'export', tenant, '--to', file)).out[0] ?? '', /^3 rows in /);
  const rows = readFileSync(file, 'utf8').trim().split('\n');
  assert.equal(rows.length, 3);
  assert.ok(!rows.join('').includes(token) && !rows.join('').includes('Markt'));
  assert.match((await operator('clinic', 'export', tenant, '--to', file)).complaints, /there already/);

  const kept = await operator('clinic', 'delete', tenant);
  assert.deepEqual([kept.code, (await operator('clinic', 'list')).out.length], [1, 1]);
  assert.equal((await operator('clinic', 'delete', tenant, '--yes')).code, 0);
  const back = () => operator('clinic', 'import', '--from', file, '--name', 'Praxis am Markt');
  assert.deepEqual((await back()).out, [`clinic  ${tenant}`]);
  assert.match((await back()).complaints, /already-there/);
  assert.match((await operator('clinic', 'list')).out[0] ?? '', /of 7 GiB .* Praxis am Markt$/);
  assert.equal((await operator('clinic', 'import', '--from', join(folder, 'clinics.json'), '--name', 'x')).code, 1);
  assert.equal((await operator('clinic', 'import', '--from', join(folder, 'nowhere'), '--name', 'x')).code, 1);
  assert.equal((await operator('clinic', 'delete', tenant, '--yes')).code, 0);
  assert.match((await operator('clinic', 'list')).out[0] ?? '', /No clinic yet/);
  for (const gone of [
    ['quota', tenant, '1G'],
    ['token', tenant],
    ['delete', tenant, '--yes'],
    ['export', tenant, '--to', join(folder, 'x')],
  ]) {
    const answer = await operator('clinic', ...gone);
    assert.deepEqual([answer.code, answer.complaints], [1, 'There is no such clinic.'], gone[0]);
  }
  assert.ok(!existsSync(join(folder, 'x')));
  assert.match((await operator('clinic', 'quota', 'nonsense', '1G')).complaints, /id of a clinic/);
});

test('who makes a data folder at the same moment as another has the same identity; a fingerprint makes none', async () => {
  const fresh = join(folder, 'fresh');
  assert.match((await operator('--data', fresh, 'fingerprint')).complaints, /no backend was started/);
  assert.ok(!existsSync(fresh));
  const both = await Promise.all([openIdentity(fresh, Date.now()), openIdentity(fresh, Date.now())]);
  assert.equal(both[0].fingerprint, both[1].fingerprint);
  assert.deepEqual(readdirSync(fresh), ['identity.json']);
  assert.equal(statSync(join(fresh, 'identity.json')).mode & 0o777, 0o600);
});

test('a second server on the folder, and one for everybody without a place, do not start', async () => {
  assert.match((await operator('serve', '--listen', '127.0.0.1:0')).complaints, /running on this data folder/);
  for (const host of ['0.0.0.0', '[::]', '192.168.1.5', '127.0.0.1.example', 'backend.example']) {
    const alone = await operator('serve', '--listen', `${host}:0`);
    assert.match(alone.complaints, /--region and --operator/, host);
    assert.match((await operator('serve', '--listen', `${host}:0`, '--region', 'DE')).complaints, /--operator/, host);
  }
  assert.match((await operator('serve', '--region', 'US')).complaints, /EU or EEA/);
});

test('a signal ends it in order, its database too', async () => {
  const pid = Number(readFileSync(join(folder, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
  const ended = new Promise((resolve) => server.once('exit', (code, signal) => resolve([code, signal])));
  server.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  assert.match(said, /"event":"stopped"/);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('sizes and addresses of databases are read as people write them', () => {
  assert.deepEqual(['50G', '1 kb', '7GiB', '123'].map(bytesOf), [50 * 2 ** 30, 1024, 7 * 2 ** 30, 123]);
  assert.deepEqual([0, 1023, 1536, 50 * 2 ** 30].map(sizeText), ['0 B', '1023 B', '1.5 KiB', '50 GiB']);
  for (const text of ['', '-1', '1.5G', '0', '9999999T']) assert.throws(() => bytesOf(text), text);
  assert.deepEqual(connectionOf('postgres://us%40er:p%2Fw@db.example/care'), {
    host: 'db.example',
    port: 5432,
    user: 'us@er',
    password: 'p/w',
    database: 'care',
    tls: true,
  });
  assert.equal(connectionOf('postgres://u:p@localhost:6000/care').tls, false);
  for (const text of ['db.example', 'mysql://u:p@h/d', 'postgres://u:secret@h']) {
    assert.throws(
      () => connectionOf(text),
      (error: Error) => !error.message.includes('secret'),
    );
  }
});
