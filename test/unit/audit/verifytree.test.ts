/** A full tile's entries are read in one piece: nothing may hide in how they are joined. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SignedLog } from './signed-log.ts';

let log: SignedLog;

before(() => {
  log = new SignedLog();
  log.store.db.pragma('synchronous=OFF');
  log.begin('session-1');
  log.acts(320, 'session-1');
  log.checkpoints.take();
  log.unguard();
});
after(() => log.close());

const entryAt = (seq: number): Buffer =>
  log.store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq = ?').get(seq)?.entry ??
  Buffer.alloc(0);
const put = (seq: number, entry: Buffer): void => {
  log.store.sql<[Buffer, number]>('update audit_entry set entry = ? where seq = ?').run(entry, seq);
};
/** What is said of the log while these entries stand there. */
function verdictWith(changed: readonly (readonly [seq: number, entry: Buffer])[]): string {
  const before = changed.map(([seq]) => [seq, entryAt(seq)] as const);
  for (const [seq, entry] of changed) put(seq, entry);
  const said = log.verdict();
  for (const [seq, entry] of before) put(seq, entry);
  return said;
}

test('entries of a full tile are told apart whatever bytes stand in them', () => {
  assert.equal(log.verdict(), 'ok');
  const [one, next] = [entryAt(100), entryAt(101)];
  const zero = Buffer.of(0);
  const cases: readonly (readonly [at: number, changed: readonly (readonly [number, Buffer])[]])[] = [
    [0, [[0, Buffer.alloc(0)]]],
    [255, [[255, Buffer.concat([entryAt(255), zero])]]],
    [100, [[100, Buffer.of(1, 0xff, 0xfe, 0, 0x2c)]]],
    // Joined they are the same bytes as before: only where one ends is another place.
    [
      100,
      [
        [100, one.subarray(0, -3)],
        [101, Buffer.concat([one.subarray(-3), zero, next])],
      ],
    ],
    [
      100,
      [
        [100, Buffer.concat([one, zero, next.subarray(0, 5)])],
        [101, next.subarray(5)],
      ],
    ],
    [
      100,
      [
        [100, next],
        [101, one],
      ],
    ],
  ];
  for (const [at, changed] of cases) assert.equal(verdictWith(changed), `entry-damaged@${at}`);
  assert.equal(log.verdict(), 'ok');
});

test('an entry of a full tile that is another one is named as such', () => {
  const text = entryAt(100).toString('latin1').replace('practitioner', 'receptionist');
  assert.equal(verdictWith([[100, Buffer.from(text, 'latin1')]]), 'leaf-differs@100');
});
