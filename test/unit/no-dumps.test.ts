import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { leaveMemoryOutOfCoreDumps, removeCrashDumps } from '../../src-main/no-dumps.ts';

describe('memory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-dumps-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is left out of core dumps where the system can', { skip: !existsSync('/proc/self/coredump_filter') }, () => {
    assert.equal(leaveMemoryOutOfCoreDumps(), true);
    assert.equal(Number.parseInt(readFileSync('/proc/self/coredump_filter', 'utf8'), 16), 0);
  });
  it('is no reason not to start where it cannot', () => {
    assert.equal(leaveMemoryOutOfCoreDumps(join(folder, 'not', 'there')), false);
  });
  it('does not stay in a crash handler’s folder', () => {
    const dumps = join(folder, 'Crashpad');
    mkdirSync(join(dumps, 'completed'), { recursive: true });
    writeFileSync(join(dumps, 'completed', 'a.dmp'), 'memory');
    writeFileSync(join(dumps, 'settings.dat'), '');
    assert.equal(removeCrashDumps(dumps), 2);
    assert.deepEqual(readdirSync(dumps), []);
    assert.equal(removeCrashDumps(join(folder, 'none')), 0);
  });
});
