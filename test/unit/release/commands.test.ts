/** The command line on a desk of its own: answers are given beforehand, nothing is typed. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Desk } from '../../../resources/release/desk.ts';
import { realDisk } from '../../../resources/release/disk.ts';
import { ReleaseError } from '../../../resources/release/failure.ts';
import { releaseProgram } from '../../../resources/release/run.ts';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';

const base = mkdtempSync(join(tmpdir(), 'carekeep-signers-'));
const passphrase = 'quiet lantern barley tumbler 7';
after(() => rmSync(base, { recursive: true, force: true }));

/** Runs a command line. @returns what it said */
async function run(line: readonly string[], answers: { ask?: string[]; secrets?: string[] } = {}): Promise<string> {
  const said: string[] = [];
  const next = (from: string[] | undefined, what: string): string => {
    const answer = from?.shift();
    if (answer === undefined) throw new Error(`asked for more ${what} than expected`);
    return answer;
  };
  const desk: Desk = {
    say: (...lines) => said.push(...lines),
    ask: async (question) => {
      said.push(question);
      return next(answers.ask, 'answers');
    },
    askSecret: async () => Buffer.from(next(answers.secrets, 'passphrases')),
    now: Date.now,
    random: randomBytes,
    disk: realDisk,
    from: base,
    cost: argon2Floor,
  };
  await releaseProgram(desk)
    .exitOverride()
    .parseAsync(['node', 'release', ...line]);
  return said.join('\n');
}

const files = (end: string, role: string): string[] =>
  readdirSync(base)
    .filter((name) => name.startsWith(`${role}-`) && name.endsWith(end))
    .sort();
const key = (role: string, at = 0): string => files('.key', role)[at] ?? 'missing';
const byFile = ['--passphrase-file', 'passphrase'];

before(async () => {
  writeFileSync(join(base, 'passphrase'), `${passphrase}\r\nnothing of this\n`);
  mkdirSync(join(base, 'notes'));
  for (const language of ['en', 'de', 'fr', 'es'])
    writeFileSync(join(base, 'notes', `${language}.txt`), `New, ${language}.\n`);
  writeFileSync(join(base, 'carekeep-1.1.0-amd64.deb'), 'package for linux');
  writeFileSync(join(base, 'Carekeep-1.1.0-x64.exe'), 'package for windows');
  for (const role of ['root', 'root', 'targets', 'targets', 'snapshot', 'timestamp']) {
    await run(['key', 'new', role, '--owner', "Zoë O'Neil", ...byFile]);
  }
});

test('a key is made for its owner only, and its passphrase is not an easy one', async () => {
  assert.equal(statSync(join(base, key('root'))).mode & 0o777, 0o600);
  const said = await run(['key', 'show', key('root'), '--out', 'again.pub']);
  assert.match(said, /for root, of Zoë O'Neil/);
  assert.equal(
    readFileSync(join(base, 'again.pub'), 'utf8'),
    readFileSync(join(base, key('root').replace('.key', '.pub')), 'utf8'),
  );
  assert.match(await run(['key', 'list', '.']), /timestamp/);
  const line = ['key', 'new', 'root', '--owner', 'Bob'];
  const before = readdirSync(base).length;
  await assert.rejects(run(line, { secrets: ['short'] }), /too short/);
  await assert.rejects(run(line, { secrets: ['passwordpassword1'] }), /too easily guessed/);
  await assert.rejects(run(line, { secrets: [passphrase, 'something else'] }), /not the same/);
  await assert.rejects(run(['key', 'new', 'root', '--owner', '\u001b[2Jx', ...byFile]), /cannot stand beside a key/);
  await assert.rejects(run(['key', 'new', 'king', '--owner', 'Bob', ...byFile]), /There is no role/);
  assert.equal(readdirSync(base).length, before);
});

test('from the first key to an update that a workstation accepts', async () => {
  const pub = (role: string) => files('.pub', role);
  const init = [
    'init',
    'repository',
    '--root',
    ...pub('root'),
    '--targets',
    ...pub('targets'),
    '--snapshot',
    ...pub('snapshot'),
    '--timestamp',
    ...pub('timestamp'),
  ];
  await assert.rejects(run(init, { ask: ['no'] }), /Stopped. Nothing was changed/);
  await assert.rejects(run([...init, '--threshold', 'targets=1', '--yes']), /one key alone/);
  await assert.rejects(run([...init, '--threshold', 'root=3', '--yes']), /3 of 2 keys/);
  await assert.rejects(
    run([
      'init',
      'repository',
      '--root',
      ...pub('targets'),
      '--targets',
      ...pub('root'),
      '--snapshot',
      ...pub('snapshot'),
      '--timestamp',
      ...pub('timestamp'),
      '--yes',
    ]),
    /was made for targets, not for root/,
  );
  await run(init, { ask: ['yes'] });

  const packages = ['carekeep-1.1.0-amd64.deb', 'Carekeep-1.1.0-x64.exe'];
  await run([
    'add',
    'repository',
    ...packages,
    '--version',
    '1.1.0',
    '--notes',
    'notes',
    '--minimum',
    '1.0.0',
    '--yes',
  ]);
  const online = [key('snapshot'), key('timestamp')];
  await assert.rejects(run(['publish', 'repository', '--key', ...online]), /Root 1 has 0 of the 2 signatures/);

  // One signs where the repository is, the other a copy that comes back.
  const root = 'repository/pending/root.json';
  copyFileSync(join(base, root), join(base, 'travelling.json'));
  await assert.rejects(
    run(['sign', root, '--key', key('root')], { ask: ['yes'], secrets: ['wrong'] }),
    /passphrase is wrong/,
  );
  await assert.rejects(run(['sign', root, '--key', key('targets'), ...byFile, '--yes']), /is for targets/);
  const said = await run(['sign', root, '--key', key('root'), '--repository', 'repository'], {
    ask: ['yes'],
    secrets: [passphrase],
  });
  assert.match(said, /You are about to sign this root/);
  assert.match(said, /1 of 2/);
  await assert.rejects(run(['sign', root, '--key', key('root'), ...byFile, '--yes']), /has signed this already/);
  await run(['sign', 'travelling.json', '--key', key('root', 1), ...byFile, '--yes']);
  assert.match(await run(['collect', 'repository', 'travelling.json']), /taken over/);
  await assert.rejects(run(['collect', 'repository', 'travelling.json']), /brings no signature/);

  const list = 'repository/pending/targets.json';
  copyFileSync(join(base, list), join(base, 'travelling.json'));
  await assert.rejects(
    run(['sign', 'travelling.json', '--key', key('targets'), '--package', 'passphrase', ...byFile, '--yes']),
    /do not sign it before you know why/,
  );
  await run(['sign', 'travelling.json', '--key', key('targets'), '--package', packages[0] ?? '', ...byFile, '--yes']);
  await run(['collect', 'repository', 'travelling.json']);
  await run(['sign', list, '--key', key('targets', 1), ...byFile, '--yes']);
  assert.match(await run(['status', 'repository']), /Nothing is published yet[\s\S]*2 of 2 signatures/);
  assert.match(
    await run(['publish', 'repository', '--key', ...online, ...byFile], { ask: ['yes'] }),
    /Published: root 1, targets 1/,
  );
  assert.match(
    await run(['verify', 'repository', '--root', 'repository/metadata/1.root.json']),
    /linux\/x64\/carekeep-1.1.0-amd64.deb: the bytes/,
  );
  const status = await run(['status', 'repository']);
  assert.match(status, /timestamp number 1, 2 days left/);
  assert.match(status, /! Every key for root is needed/);
  assert.match(await run(['timestamp', 'repository', '--key', ...online, ...byFile]), /Timestamp 2, of snapshot 1/);
  assert.match(
    await run(['bundle', 'repository', '--to', 'bundle.zip', '--platform', 'win32']),
    /Carekeep-1.1.0-x64.exe/,
  );
});

test('shares, withdrawal, renewal: each shows what would be signed, and can be thrown away', async () => {
  await assert.rejects(run(['ring', 'repository', '1.1.0', '--yes']), /Say which share/);
  await assert.rejects(run(['ring', 'repository', '1.1.0', '--pilot', '101', '--yes']), /no share/);
  await assert.rejects(run(['ring', 'repository', '9.9.9', '--promote', '--yes']), /Neither a package nor a version/);
  const ring = await run(['ring', 'repository', '1.1.0', '--everyone', '20', '--yes']);
  assert.match(ring, /shares: pilot 100 %, everyone 0 % → pilot 100 %, everyone 20 %/);
  const gone = await run(['withdraw', 'repository', 'stable/win32/x64/Carekeep-1.1.0-x64.exe', '--yes']);
  assert.match(gone, /- stable\/win32\/x64\/Carekeep-1.1.0-x64.exe/);
  await run(['discard', 'repository', '--yes']);
  await assert.rejects(run(['discard', 'repository', '--yes']), /Nothing is waiting/);
  assert.match(await run(['renew', 'repository']), /nothing changes but the date/);
  await run(['discard', 'repository'], { ask: ['YES'] });
});

test('keys are replaced by commands', async () => {
  const id = /([0-9a-f]{8})\.key$/.exec(key('root'))?.[1] ?? '';
  await run(['key', 'new', 'root', '--owner', 'Third', '--out', 'notes', ...byFile]);
  const pub = readdirSync(join(base, 'notes')).find((name) => name.endsWith('.pub'));
  await assert.rejects(
    run(['root', 'rotate', 'repository', '--remove', 'ffffffff', '--yes']),
    /No key of the root is called/,
  );
  await assert.rejects(run(['root', 'rotate', 'repository', '--remove', id, '--yes']), /2 of 1 keys/);
  const said = await run(['root', 'rotate', 'repository', '--remove', id, '--add', `notes/${pub}`, '--yes']);
  assert.match(said, new RegExp(`- ${id}`));
  assert.match(said, /To be signed by 2 who hold a root key of number 1, and by 2 of number 2/);
  await run(['discard', 'repository', '--yes']);
  for (const role of ['snapshot', 'timestamp'])
    await run(['key', 'new', role, '--owner', 'New machine', '--out', 'notes', ...byFile]);
  const online = (role: string) =>
    `notes/${readdirSync(join(base, 'notes')).find((name) => name.startsWith(role) && name.endsWith('.pub'))}`;
  const line = ['rotate-online', 'repository', '--snapshot', online('snapshot'), '--timestamp', online('timestamp')];
  assert.match(await run(line, { ask: ['yes'] }), /\+ [0-9a-f]{8} {2}New machine/);
  await run(['discard', 'repository', '--yes']);
  writeFileSync(join(base, 'new-passphrase'), 'another lantern in the orchard 3\n');
  await run(['key', 'change-passphrase', key('root'), ...byFile, '--new-passphrase-file', 'new-passphrase']);
  await run(['renew', 'repository']);
  await assert.rejects(
    run(['key', 'change-passphrase', key('root'), ...byFile, '--new-passphrase-file', 'new-passphrase']),
    /passphrase is wrong/,
  );
});

test('a package that cannot be offered is refused before anything is copied', async () => {
  const add = (file: string, ...more: string[]) => {
    if (!file.includes('/')) writeFileSync(join(base, file), 'bytes');
    return run([
      'add',
      'repository',
      file,
      '--version',
      '1.2.0',
      '--notes',
      'notes',
      '--arch',
      'x64',
      '--yes',
      ...more,
    ]);
  };
  for (const name of [
    "o'neil.deb",
    'a "b".deb',
    'a b.deb',
    './-x.deb',
    '.x.deb',
    'größe.deb',
    'a\u202egnp.deb',
    'x;rm.deb',
    '$(x).deb',
    `${'a'.repeat(100)}.deb`,
  ]) {
    await assert.rejects(add(name), /cannot be a package's name/, name);
  }
  await assert.rejects(add('carekeep.msi'), /no package that can update itself/);
  await assert.rejects(add('carekeep.DEB'), /no package that can update itself/);
  await assert.rejects(add('./../nothing/..deb'), /cannot be a package's name/);
  await assert.rejects(add('nowhere/carekeep-1.2.0.deb'), /There is no file/);
  await assert.rejects(add('carekeep-1.2.0.deb', '--version', '1.1.0'), /not above 1.1.0/);
  await assert.rejects(add('carekeep-1.2.0.deb', '--version', 'v1'), /"version" does not fit/);
  await assert.rejects(add('carekeep-1.2.0.deb', '--minimum', '1.3.0'), /minimum version is above its own/);
  await assert.rejects(add('carekeep-1.2.0.deb', '--channel', 'gamma'), /There is no channel/);
  await assert.rejects(add('carekeep-1.1.0-amd64.deb'), /is listed already/);
  rmSync(join(base, 'notes', 'fr.txt'));
  await assert.rejects(add('carekeep-1.2.0.deb'), /Release notes are missing: notes\/fr.txt/);
  await assert.rejects(run(['status', 'notes']), ReleaseError);
  await assert.rejects(run(['status', 'nowhere']), /There is no folder/);
  assert.deepEqual(readdirSync(join(base, 'repository', 'pending')).sort(), ['targets.json']);
});

test('a repository that does not verify is not worked on', async () => {
  const file = join(base, 'repository', 'metadata', '1.targets.json');
  const bytes = readFileSync(file, 'utf8');
  writeFileSync(file, bytes.replace('"everyone": 0', '"everyone": 9'));
  await assert.rejects(
    run(['ring', 'repository', '1.1.0', '--promote', '--yes']),
    /is not the file that was published/,
  );
  await assert.rejects(run(['verify', 'repository']), /would refuse/);
  writeFileSync(file, bytes);
  await run(['verify', 'repository']);
});

test('nobody is led to sign what no signer should', async () => {
  const pending = join(base, 'repository', 'pending', 'targets.json');
  await run(['discard', 'repository', '--yes']);
  await run(['renew', 'repository']);
  const text = readFileSync(pending, 'utf8');
  const said = (change: (file: { signed: Record<string, unknown> }) => void): string => {
    const file: { signed: Record<string, unknown> } = JSON.parse(text);
    change(file);
    writeFileSync(join(base, 'came.json'), JSON.stringify(file));
    return 'came.json';
  };
  const line = (file: string) =>
    run(['sign', file, '--key', key('targets'), '--repository', 'repository', ...byFile, '--yes']);
  await assert.rejects(
    line(
      said(({ signed }) => {
        signed['expires'] = '2099-01-01T00:00:00Z';
      }),
    ),
    /Do not sign it/,
  );
  await assert.rejects(
    line(
      said(({ signed }) => {
        signed['expires'] = '2020-01-01T00:00:00Z';
      }),
    ),
    /has ended already/,
  );
  await assert.rejects(
    line(
      said(({ signed }) => {
        signed['version'] = 9;
      }),
    ),
    /number 2 follows/,
  );
  await assert.rejects(
    line(
      said(({ signed }) => {
        signed['delegations'] = { keys: {}, roles: [] };
      }),
    ),
    /lets others sign for it/,
  );
  const root: { signed: { roles: Record<string, { threshold: number }>; version: number } } = JSON.parse(
    readFileSync(join(base, 'repository', 'metadata', '1.root.json'), 'utf8'),
  );
  root.signed.version = 2;
  const targets = root.signed.roles['targets'];
  assert.ok(targets !== undefined);
  targets.threshold = 1;
  writeFileSync(join(base, 'came.json'), JSON.stringify(root));
  await assert.rejects(run(['sign', 'came.json', '--key', key('root', 1), ...byFile, '--yes']), /one key alone/);
  await assert.rejects(
    run(['sign', 'passphrase', '--key', key('root'), ...byFile, '--yes']),
    /neither a root nor a list/,
  );
});
