import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { holdProfile } from '../../../src-main/core/vault/profile-lock.ts';

const dir = mkdtempSync(join(tmpdir(), 'ck-lock-'));
after(() => rmSync(dir, { recursive: true }));

function start(wait = 0): { readonly child: ChildProcess; readonly answer: Promise<string> } {
  const script = join(import.meta.dirname, 'profile-lock-child.ts');
  const child = spawn(process.execPath, [script, dir, `${wait}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const answer = new Promise<string>((resolve) => child.stdout?.once('data', (data) => resolve(`${data}`.trim())));
  return { child, answer };
}

test('one process holds a profile; SIGKILL gives it free at once', async () => {
  const first = start();
  assert.equal(await first.answer, 'held');
  assert.equal(holdProfile(dir, 0), undefined);
  const second = start();
  assert.equal(await second.answer, 'in use');
  // A successor that waits gets it when the predecessor dies.
  const third = start(5000);
  await new Promise((resolve) => setTimeout(resolve, 150));
  first.child.kill('SIGKILL');
  assert.equal(await third.answer, 'held');
  third.child.kill('SIGKILL');
  await new Promise((resolve) => third.child.once('exit', resolve));
  const own = holdProfile(dir, 1000);
  assert.ok(own !== undefined);
  own.release();
  holdProfile(dir, 0)?.release();
});
