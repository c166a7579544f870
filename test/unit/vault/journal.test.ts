import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { randomBytes, randomUuid } from '../../../src-main/core/crypto/random.ts';
import { realDisk } from '../../../src-main/core/vault/disk.ts';
import { Journal, type JournalReport } from '../../../src-main/core/vault/journal.ts';

const dir = mkdtempSync(join(tmpdir(), 'ck-journal-'));
after(() => rmSync(dir, { recursive: true }));
const secret = randomBytes(32);
const profileId = randomUuid();
const newPath = () => join(dir, `journal-${randomUuid()}`);
const journalAt = (path: string, key = secret) => new Journal(realDisk, path, profileId, key, randomBytes, () => 1234);
const event = (reason: string) => ({ kind: 'user.signed-in', outcome: 'failure' as const, reason });
const reasons = (report: JournalReport) => report.events.map((item) => item.reason);

test('lines survive the process, come back in order, and go when they were taken over', () => {
  const path = newPath();
  assert.ok(journalAt(path).append(event('a')));
  const next = journalAt(path);
  next.append(event('b'));
  next.append({ kind: 'application.locked', userId: randomUuid() });
  assert.ok(!readFileSync(path, 'latin1').includes('signed-in'));
  assert.throws(() =>
    journalAt(path).drain(() => {
      throw new Error('the transaction failed');
    }),
  );
  let report: JournalReport | undefined;
  const draining = journalAt(path);
  draining.drain((taken) => {
    report = taken;
  });
  assert.ok(report !== undefined);
  assert.deepEqual(reasons(report), ['a', 'b', undefined]);
  assert.deepEqual([report.damaged, report.truncated], [0, false]);
  assert.equal(new Set(report.events.map(({ id }) => id)).size, 3);
  draining.drain(() => assert.fail('nothing is left'));
  draining.append(event('c'));
  assert.deepEqual(reasons(journalAt(path).read()), ['c']);
});

test('a tail cut at any byte loses that line only, says so, and the next line stands', () => {
  const path = newPath();
  const journal = journalAt(path);
  journal.append(event('a'));
  const kept = readFileSync(path).length;
  journal.append(event('b'));
  const whole = readFileSync(path);
  for (let length = kept; length < whole.length; length += 1) {
    writeFileSync(path, whole.subarray(0, length));
    const cut = journalAt(path).read();
    assert.deepEqual(reasons(cut), ['a']);
    assert.deepEqual([cut.damaged, cut.truncated], [0, length > kept]);
    journalAt(path).append(event('c'));
    const after = journalAt(path).read();
    assert.deepEqual(reasons(after), ['a', 'c']);
    assert.deepEqual([after.damaged, after.truncated], [0, length > kept]);
  }
});

test('changed, exchanged, doubled, removed and foreign lines are counted as damaged', () => {
  const path = newPath();
  const journal = journalAt(path);
  for (const reason of ['a', 'b', 'c']) journal.append(event(reason));
  const [a, b, c] = readFileSync(path, 'latin1').split('\n');
  const damagedWith = (...lines: readonly (string | undefined)[]) => {
    writeFileSync(path, `${lines.join('\n')}\n`);
    return journalAt(path).read();
  };
  assert.equal(damagedWith(b, a, c).damaged, 2);
  assert.equal(damagedWith(a, c).damaged, 1);
  assert.equal(damagedWith(a, a, b, c).damaged, 3);
  assert.equal(damagedWith(a, 'AAAA', c).damaged, 1);
  assert.deepEqual(reasons(damagedWith(a, 'AAAA', c)), ['a', 'c']);
  damagedWith(a, b, c);
  assert.equal(journalAt(path, randomBytes(32)).read().damaged, 3);
  appendFileSync(path, '\0\0garbage\n');
  assert.equal(journalAt(path).read().damaged, 1);
});
