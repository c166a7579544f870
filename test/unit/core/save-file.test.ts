/** What leaves goes whole, to its owner only, and never through a name somebody else has prepared. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ctlAddress } from '../../../src-main/core/ctl/socket.ts';
import { writeWhole } from '../../../src-main/core/exchange/save-file.ts';
import {
  forgetUnfinished,
  noteUnfinished,
  removeUnfinished,
} from '../../../src-main/core/exchange/unfinished-files.ts';
import { readMeta, writeMeta } from '../../../src-main/core/store/meta.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { again, fresh, place } from '../store/clinic.ts';

const remembered = ({ db }: Store): string => readMeta(db, 'unfinished_files')?.toString('utf8') ?? '';
const ground = mkdtempSync(join(tmpdir(), 'carekeep-save-'));
after(() => rmSync(ground, { recursive: true, force: true }));
const folder = (): string => mkdtempSync(join(ground, 'save-'));

test('parts of any size arrive in order, readable by their owner only, with nothing left beside', async () => {
  const at = folder();
  const parts = Array.from({ length: 50 }, (_, index) => Buffer.alloc(300_000, index));
  await writeWhole(join(at, 'record.json'), parts);
  assert.deepEqual(readFileSync(join(at, 'record.json')), Buffer.concat(parts));
  assert.equal(statSync(join(at, 'record.json')).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(at), ['record.json']);
});

test('a link that lies where the record goes is replaced, what it leads to is not written', async () => {
  const at = folder();
  writeFileSync(join(at, 'theirs'), 'before');
  for (const name of ['record.pdf', 'record.pdf.part']) symlinkSync(join(at, 'theirs'), join(at, name));
  await writeWhole(join(at, 'record.pdf'), Buffer.from('record'));
  assert.equal(readFileSync(join(at, 'theirs'), 'utf8'), 'before');
  assert.equal(readFileSync(join(at, 'record.pdf'), 'utf8'), 'record');
});

test('a failure half-way leaves the old file and nothing beside it', async () => {
  const at = folder();
  writeFileSync(join(at, 'record.json'), 'old');
  const failing = function* (): Generator<Uint8Array> {
    yield Buffer.from('new');
    throw new CallError('record-damaged');
  };
  await assert.rejects(writeWhole(join(at, 'record.json'), failing()), /record-damaged/);
  assert.equal(readFileSync(join(at, 'record.json'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(at), ['record.json']);
  await assert.rejects(writeWhole(join(at, 'nowhere', 'x'), Buffer.from('x')), /not-writable/);
});

test('what a kill leaves half written goes at the next opening, and nothing else', async () => {
  const where = place();
  const at = folder();
  const store = fresh(where);
  // One that ends is remembered only while it is written, and one that this process writes is nobody's leftover.
  let meanwhile = '';
  await writeWhole(
    join(at, 'whole.json'),
    (function* () {
      meanwhile = remembered(store);
      yield Buffer.from('whole');
    })(),
    store,
  );
  assert.match(meanwhile, /whole\.json\.[0-9a-f]{8}\.part/);
  assert.equal(remembered(store), '[]');
  const own = join(at, 'own.json.part');
  writeFileSync(own, 'still being written');
  noteUnfinished(store, own);
  await removeUnfinished(store);
  assert.deepEqual(readdirSync(at).sort(), ['own.json.part', 'whole.json']);
  forgetUnfinished(store, own);
  store.db.close();

  const killed = spawn(process.execPath, [join(import.meta.dirname, 'endless-save.ts'), where.path, join(at, 'x')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(killed.stdout, 'data');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const left = readdirSync(at).filter((name) => name.startsWith('x.'));
  assert.equal(left.length, 1);

  const next = again(where);
  await removeUnfinished(next);
  assert.deepEqual(readdirSync(at).sort(), ['own.json.part', 'whole.json']);
  assert.equal(remembered(next), '[]');
  // On a stick that is not plugged in: kept until it is.
  const gone = join(at, 'stick', 'y.part');
  writeMeta(next.db, 'unfinished_files', Buffer.from(JSON.stringify([{ path: gone, by: 'a process before' }])));
  await removeUnfinished(next);
  assert.ok(remembered(next).includes('y.part'));
  mkdirSync(join(at, 'stick'));
  writeFileSync(gone, 'half');
  await removeUnfinished(next);
  assert.deepEqual([readdirSync(join(at, 'stick')), remembered(next)], [[], '[]']);
  next.db.close();
  where.remove();
});

test('the socket of a deep profile never stands in a folder that somebody else made', {
  skip: process.platform === 'win32',
}, () => {
  const temporaryFolder = folder();
  const deep = join('/', 'deep'.repeat(40));
  const surroundings = { platform: process.platform, runtimeFolder: undefined, temporaryFolder };
  assert.equal(ctlAddress('/short', surroundings), '/short/ctl.sock');
  const own = join(temporaryFolder, `carekeep-${process.getuid?.()}`);
  assert.equal(ctlAddress(deep, surroundings)?.startsWith(`${own}/`), true);
  assert.equal(statSync(own).mode & 0o777, 0o700);

  const other = { ...surroundings, temporaryFolder: folder() };
  symlinkSync(own, join(other.temporaryFolder, `carekeep-${process.getuid?.()}`));
  assert.equal(ctlAddress(deep, other), undefined);
});
