/** The log's files: for their owner alone, a few, for a few days, and never in the way. */
import assert from 'node:assert/strict';
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
import { fileBytes, keepBytes, LogFiles, linesAMinute } from '../../../src-main/logs/files.ts';
import { Log } from '../../../src-main/logs/log.ts';

const home = mkdtempSync(join(tmpdir(), 'logs-'));
after(() => rmSync(home, { recursive: true, force: true }));
const day = 86_400_000;
const start = Date.UTC(2026, 10, 22, 12);
const linesOf = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');

test('a file per process and day, for its owner alone; what is older than a week goes', () => {
  const folder = join(home, 'days');
  let now = start - 10 * day;
  const core = new LogFiles(folder, 'core', () => now);
  for (let at = 0; at <= 10; at += 1) {
    core.write(`{"day":${at}}`);
    now += day;
  }
  const main = new LogFiles(folder, 'main', () => start);
  main.write('{}');
  const names = readdirSync(folder).sort();
  assert.deepEqual(names, [
    ...[16, 17, 18, 19, 20, 21, 22].map((date) => `core-2026-11-${date}-1.jsonl`),
    'main-2026-11-22-1.jsonl',
  ]);
  for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  // another process of the same kind goes on in the same file
  new LogFiles(folder, 'main', () => start).write('{"again":1}');
  assert.deepEqual(linesOf(folder, 'main-2026-11-22-1.jsonl'), ['{}', '{"again":1}']);
});

test('half a megabyte a file, five in all, whoever writes', () => {
  const folder = join(home, 'sizes');
  let now = start;
  const line = 'x'.repeat(2000);
  for (const part of ['core', 'main'] as const) {
    const files = new LogFiles(folder, part, () => now);
    for (let at = 0; at < 2500; at += 1) {
      now += 120; // as many as a minute may have
      files.write(line);
    }
    files.close();
  }
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  assert.ok(sizes.length > 2 && sizes.every((size) => size <= fileBytes), `${sizes}`);
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= keepBytes);
});

test('a disk that takes nothing stops nothing: lines are counted, and told once they are taken again', () => {
  const folder = join(home, 'full');
  writeFileSync(folder, 'no folder'); // stands for a full or read-only disk: nothing can be made there
  let now = start;
  const said: unknown[] = [];
  const { error } = console;
  console.error = (line: unknown) => void said.push(line);
  try {
    const log = new Log({ folder, part: 'core', now: () => now });
    log.write('core-started', {});
    log.write('fault', { where: 'core' });
    assert.equal(said.length, 1, 'what is urgent goes to stderr instead');
    rmSync(folder);
    log.write('core-started', {}); // not tried at once
    now += 61_000;
    log.write('core-started', {});
    log.close();
  } finally {
    console.error = error;
  }
  const lines = linesOf(folder, 'core-2026-11-22-1.jsonl').map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ event, lines: lost }) => [event, lost]),
    [
      ['core-started', undefined],
      ['lines-lost', 3],
    ],
  );
  assert.deepEqual([lines[0].by, lines[0].pid, lines[0].level], ['core', process.pid, 'info']);
});

test('what goes round in circles is cut, and begins again', () => {
  const folder = join(home, 'circles');
  let now = start;
  const files = new LogFiles(folder, 'core', () => now);
  for (let at = 0; at < linesAMinute + 50; at += 1) files.write('{}');
  assert.equal(files.lost, 50);
  now += 60_000;
  assert.equal(files.write('{}'), true);
  // a clock that was set back does not silence it for as long
  now -= 30 * day;
  assert.equal(files.write('{}'), true);
});

test('a link that somebody put in the way is not followed', { skip: process.platform === 'win32' }, () => {
  const folder = join(home, 'links');
  mkdirSync(folder);
  const victim = join(home, 'victim');
  writeFileSync(victim, 'as it was');
  symlinkSync(victim, join(folder, 'core-2026-11-22-1.jsonl'));
  assert.equal(new LogFiles(folder, 'core', () => start).write('{}'), false);
  assert.equal(readFileSync(victim, 'utf8'), 'as it was');
});

test('a clock that was ahead or is set back takes no room from now, no line, and no file that there is room for', () => {
  const folder = join(home, 'ahead');
  mkdirSync(folder);
  const full = 'x'.repeat(fileBytes);
  for (const n of [1, 2, 3, 4, 5]) writeFileSync(join(folder, `main-2029-01-01-${n}.jsonl`), full);
  writeFileSync(join(folder, 'core-2026-11-21-1.jsonl'), '{}');
  let now = start;
  const files = new LogFiles(folder, 'main', () => now);
  assert.ok(files.write('{"now":1}') && files.write('{"now":2}'));
  const names = readdirSync(folder);
  assert.ok(names.includes('core-2026-11-21-1.jsonl'), 'those of the future made room first');
  assert.deepEqual(linesOf(folder, 'main-2026-11-22-1.jsonl'), ['{"now":1}', '{"now":2}']);
  now = Date.UTC(2000, 0, 1); // a dead battery
  assert.ok(files.write('{"now":3}'));
  assert.deepEqual(readdirSync(folder).sort(), [...names, 'main-2000-01-01-1.jsonl'].sort());
});
