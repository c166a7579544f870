/** Crash reports: what they hold, how many there are, and who was told. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mayStartAgain } from '../../../src-main/bridge/bounded.ts';
import {
  keepReports,
  lastUnseen,
  markSeen,
  readReport,
  referenceOf,
  reportOf,
  reportsIn,
  timeOf,
  writeCrash,
} from '../../../src-main/logs/crash.ts';
import { faultOf } from '../../../src-main/logs/place.ts';
import { referencePattern } from '../../../src-shared/contract/stops.ts';

const home = mkdtempSync(join(tmpdir(), 'crash-'));
after(() => rmSync(home, { recursive: true, force: true }));
const now = Date.UTC(2026, 10, 22, 12);
const hour = 3_600_000;

test('a reference is a time, to read out over a telephone', () => {
  for (const time of [now, Date.UTC(2026, 0, 1), Date.UTC(2059, 11, 31, 23, 59, 59, 999)]) {
    assert.match(referenceOf(time), referencePattern);
    assert.equal(timeOf(referenceOf(time)), time);
  }
});

test('a report holds what the list allows, for its owner alone, and says how many in a row', () => {
  const folder = join(home, 'one');
  const { error } = console;
  console.error = () => undefined;
  try {
    const fault = faultOf(Object.assign(new TypeError('Ana Ruiz, 1971-03-14'), { code: 'ENOSPC' }));
    const stop = { part: 'core', kind: 'exception', ...fault, process: 4711 } as const;
    const written = [0, 0, 5 * 60_000].map((later) => writeCrash(folder, stop, { now: now + later }));
    writeCrash(folder, { part: 'screen', kind: 'drawing' }, { now, seen: true });
    assert.deepEqual(
      written.map(({ inARow }) => inARow),
      [1, 2, 3],
    );
    assert.equal(new Set(written.map(({ reference }) => reference)).size, 3);
    assert.equal(writeCrash(folder, stop, { now: now + hour }).inARow, 1);
  } finally {
    console.error = error;
  }
  const [first] = reportsIn(folder);
  assert.ok(first);
  const text = readFileSync(join(folder, first.name), 'utf8');
  assert.doesNotMatch(text, /Ana|Ruiz|1971|unit/);
  assert.match(text, /"at": "crash\.test\.ts:\d+:\d+"/);
  assert.equal(statSync(join(folder, first.name)).mode & 0o777, 0o600);
  assert.equal(readReport(folder, first.name)?.['code'], 'ENOSPC');
  assert.ok(reportOf(folder, 4711, now) !== null && reportOf(folder, 1, now) === null);

  const last = lastUnseen(folder, now + hour, 24 * hour);
  assert.equal(last?.at, now + hour);
  assert.equal(last?.part, 'core');
  assert.equal(lastUnseen(folder, now + 30 * hour, 24 * hour), null, 'too old to tell anybody');
  markSeen(folder, last?.reference ?? '');
  assert.equal(lastUnseen(folder, now + hour, 24 * hour), null);
  assert.equal(reportsIn(folder).length, 5);
});

test('twenty are kept; what is none of ours stays and is not read', () => {
  const folder = join(home, 'many');
  mkdirSync(folder);
  writeFileSync(
    join(folder, `crash-${referenceOf(now)}.json`),
    '{"part":"core","name":"Ana Ruiz","at":"Ana Ruiz","x":"Ruiz"}',
  );
  writeFileSync(join(folder, 'crash-Ana-Ruiz.json'), '{}');
  assert.deepEqual(readReport(folder, `crash-${referenceOf(now)}.json`), { part: 'core' });
  const { error } = console;
  console.error = () => undefined;
  try {
    for (let at = 1; at <= keepReports + 5; at += 1)
      writeCrash(folder, { part: 'core', kind: 'ended' }, { now: now + at });
    assert.equal(writeCrash(join(folder, 'crash-Ana-Ruiz.json'), { part: 'core', kind: 'ended' }).reference, null);
  } finally {
    console.error = error;
  }
  assert.equal(reportsIn(folder).length, keepReports);
  assert.equal(readdirSync(folder).length, keepReports + 1);
});

/** As `console` would be without what it prints. */
function quietly(work: () => void): void {
  const { error } = console;
  console.error = () => undefined;
  try {
    work();
  } finally {
    console.error = error;
  }
}

test('a clock that lost its battery neither holds a stop up nor hides that there were others', () => {
  const folder = join(home, 'battery');
  quietly(() => {
    const rows = [0, 1, 3_600_000].map((at) => writeCrash(folder, { part: 'main', kind: 'exception' }, { now: at }));
    assert.deepEqual(
      rows.map(({ inARow }) => inARow),
      [1, 2, 3],
    );
    assert.equal(new Set(rows.map(({ reference }) => reference)).size, 3);
  });
  assert.equal(lastUnseen(folder, 5_000, 24 * hour)?.part, 'main');
});

test('a screen that breaks again and again takes no report of main away, nor its count', () => {
  const folder = join(home, 'screens');
  quietly(() => {
    for (let at = 0; at < 2; at += 1) writeCrash(folder, { part: 'main', kind: 'exception' }, { now: now + at });
    for (let at = 2; at < 2 + 2 * keepReports; at += 1) {
      writeCrash(folder, { part: 'screen', kind: 'drawing' }, { now: now + at, seen: true });
    }
    assert.equal(reportsIn(folder).length, keepReports);
    assert.equal(writeCrash(folder, { part: 'main', kind: 'exception' }, { now: now + 60_000 }).inARow, 3);
  });
});

test('reports of a clock that was ahead go first: the count of the row holds', () => {
  const folder = join(home, 'ahead');
  quietly(() => {
    for (let at = 0; at < keepReports; at += 1) {
      writeCrash(folder, { part: 'main', kind: 'exception' }, { now: now + 1000 * 24 * hour + at });
    }
    const rows = [0, 1, 2, 3].map((at) => writeCrash(folder, { part: 'main', kind: 'exception' }, { now: now + at }));
    assert.deepEqual(
      rows.map(({ inARow }) => inARow),
      [1, 2, 3, 4],
    );
  });
});

test('main starts again twice, and not at all where nothing counts how often', () => {
  const reference = referenceOf(now);
  assert.deepEqual(
    [1, 2, 3].map((inARow) => mayStartAgain({ reference, inARow })),
    [true, true, false],
  );
  assert.equal(mayStartAgain({ reference: null, inARow: 1 }), false);
});

test('a process that dies of what nobody caught leaves one report and no word of it', () => {
  const folder = join(home, 'process');
  const watch = new URL('../../../src-main/logs/', import.meta.url).href;
  const run = (how: string) =>
    spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `const { openLog } = await import('${watch}log.ts');
         const { watchProcess } = await import('${watch}watch.ts');
         openLog({ folder: ${JSON.stringify(folder)}, part: 'validator' });
         watchProcess({ part: 'validator', version: '1.0.0', after: () => process.exit(7) });
         ${how}`,
      ],
      { encoding: 'utf8' },
    );
  for (const how of [
    `setTimeout(() => { throw new Error('Ana Ruiz') });`,
    `Promise.reject(Object.assign(new Error('x'), { name: 'Ana Ruiz' })); setTimeout(() => {}, 1000);`,
    `setTimeout(() => { throw 'Ana Ruiz' });`,
  ]) {
    const { status, stdout, stderr } = run(how);
    assert.equal(status, 7);
    assert.doesNotMatch(`${stdout}${stderr}`, /Ana|Ruiz/);
  }
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.equal(reportsIn(folder).length, 3);
  assert.ok(texts.every((text) => !/Ana|Ruiz/.test(text)));
  assert.match(texts.join(''), /"kind": "rejection"/);
});
