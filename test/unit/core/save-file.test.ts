/** What leaves goes whole, to its owner only, and never through a name somebody else has prepared. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ctlAddress } from '../../../src-main/core/ctl/socket.ts';
import { writeWhole } from '../../../src-main/core/exchange/save-file.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'carekeep-save-'));

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
