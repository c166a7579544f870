/** What may be tried when: by name, by workstation, over restarts and clocks. */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import {
  type Attempts,
  attemptName,
  charged,
  delayAfter,
  failed,
  longestDelay,
  newAttempts,
  succeeded,
  waitFor,
} from '../../../src-main/core/vault/attempts.ts';
import type { Clock } from '../../../src-main/core/vault/clock.ts';
import { type Disk, realDisk } from '../../../src-main/core/vault/disk.ts';
import { openVault } from '../../../src-main/core/vault/vault.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { type Ground, newClinic, otherPassword, refusal, startGround, vaultOf } from './clinic.ts';

class HandClock implements Clock {
  wall = 1_800_000_000_000;
  since = 5_000_000;
  now(): number {
    return this.wall;
  }
  monotonic(): number {
    return this.since;
  }
}

let ground: Ground & AsyncDisposable;
before(async () => {
  ground = await startGround();
});
after(() => ground[Symbol.asyncDispose]());

const hour = 3_600_000;
const nobody: ReadonlySet<string> = new Set();

/** Tries at once whenever nothing has to be waited for. @returns how many tries an hour let through */
function triesInAnHour(start: Attempts, names: readonly string[], clock: HandClock, around: () => void): number {
  let attempts = start;
  let tries = 0;
  const end = clock.since + hour;
  for (; clock.since < end; clock.since += 500) {
    around();
    for (const name of names) {
      if (waitFor(attempts, name, clock) > 0) continue;
      attempts = failed(charged(attempts, name, clock, nobody), name, clock);
      tries += 1;
    }
  }
  return tries;
}

const named = (attempts: Attempts, count: number): string[] =>
  Array.from({ length: count }, (_, at) => attemptName(attempts, `name-${at}`));

test('one name has about fifteen tries in its first hour, all names together thirty', () => {
  const attempts = newAttempts(randomBytes);
  for (const [names, most] of [
    [1, 16],
    [6, 30],
    [500, 30],
  ] as const) {
    const tries = triesInAnHour(attempts, named(attempts, names), new HandClock(), () => undefined);
    assert.ok(tries <= most && tries >= most / 2, `${names} names: ${tries}`);
  }
});

test('the wall clock decides nothing', () => {
  const attempts = newAttempts(randomBytes);
  const clock = new HandClock();
  let turn = 0;
  const tries = triesInAnHour(attempts, named(attempts, 40), clock, () => {
    turn += 1;
    clock.wall += turn % 2 === 0 ? 30 * 24 * hour : -31 * 24 * hour;
  });
  assert.ok(tries <= 30, String(tries));
});

test('after another start of the machine only the time since then counts', () => {
  const clock = new HandClock();
  const start = newAttempts(randomBytes);
  const name = attemptName(start, 'anna');
  let attempts = start;
  for (let i = 0; i < 20; i += 1) attempts = failed(charged(attempts, name, clock, nobody), name, clock);
  assert.equal(waitFor(attempts, name, clock), longestDelay);
  clock.since = 60_000;
  assert.equal(waitFor(attempts, name, clock), longestDelay - 60_000);
  clock.since = longestDelay;
  assert.equal(waitFor(attempts, name, clock), 0);
});

test('a success gives the name a new beginning and the workstation its try back, and no more', () => {
  const clock = new HandClock();
  const start = newAttempts(randomBytes);
  const [own = '', strange = ''] = named(start, 2);
  let attempts = start;
  for (let i = 0; i < 5; i += 1) attempts = failed(charged(attempts, own, clock, nobody), own, clock);
  const { debt } = attempts.all;
  attempts = succeeded(charged(attempts, own, clock, nobody), own, clock);
  assert.equal(waitFor(attempts, own, clock), 0);
  assert.equal(attempts.all.debt, debt);
  // Somebody with a password of their own does not buy tries at another's with it.
  let tries = 0;
  for (let i = 0; i < 200; i += 1) {
    if (waitFor(attempts, own, clock) === 0) attempts = succeeded(charged(attempts, own, clock, nobody), own, clock);
    if (waitFor(attempts, strange, clock) > 0) continue;
    attempts = failed(charged(attempts, strange, clock, nobody), strange, clock);
    tries += 1;
  }
  assert.equal(tries, 3);
});

test('delays double up to a quarter of an hour', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 12, 13, 99].map(delayAfter), [
    0,
    0,
    0,
    1000,
    2000,
    4000,
    512_000,
    longestDelay,
    longestDelay,
  ]);
});

test('on a real profile: a new process goes on where the last one was, an older key file gives no new tries', async () => {
  const clock = new HandClock();
  const { vault, profileDir } = await newClinic(ground, { clock });
  const other = Buffer.from(otherPassword);
  const older = join(ground.dir, 'older');
  const keyFile = join(profileDir, 'keyfile');
  copyFileSync(keyFile, older);
  for (let i = 0; i < 4; i += 1) {
    await refusal(() => vault.signIn('anna', other));
    clock.since += 1000;
  }
  clock.wall += 30 * 24 * hour;
  const restarted = await vaultOf(ground, { clock });
  assert.deepEqual(await refusal(() => restarted.signIn('anna', other)), {
    code: 'wait-before-retry',
    retryAfter: 1000,
  });
  // An older file is noticed, here and by the next process; the one it stood in for goes on where it was.
  copyFileSync(keyFile, join(ground.dir, 'newer'));
  copyFileSync(older, keyFile);
  assert.equal(await restarted.refresh(), 'key-file-rolled-back');
  assert.equal((await refusal(() => restarted.signIn('anna', other))).code, 'key-file-rolled-back');
  const next = await vaultOf(ground, { clock });
  assert.equal(next.state, 'key-file-rolled-back');
  copyFileSync(join(ground.dir, 'newer'), keyFile);
  assert.equal(await next.refresh(), 'locked');
  assert.equal((await refusal(() => next.signIn('anna', other))).code, 'wait-before-retry');
});

test('a try is counted before it is made, and a full disk makes none free nor looks like an older file', async () => {
  const clock = new HandClock();
  const apart = { ...ground, dir: join(ground.dir, 'apart') };
  const { profileDir } = await newClinic(apart, { clock });
  let full = false;
  const disk: Disk = {
    ...realDisk,
    write: (path, bytes) => {
      if (full) throw new CallError('disk-full');
      realDisk.write(path, bytes);
    },
  };
  const vault = await vaultOf(apart, { clock, disk });
  const other = Buffer.from(otherPassword);
  const counted = vault.signIn('anna', other).catch((error: unknown) => error);
  await Promise.resolve();
  const during = readFileSync(join(profileDir, 'keyfile'));
  await counted;
  // Whoever kills the process now and starts again has had the try.
  const killed = join(ground.dir, 'killed');
  cpSync(profileDir, killed, { recursive: true });
  writeFileSync(join(killed, 'keyfile'), during);
  const again = await openVault({ profileDir: killed, keychain: ground.keychain, clock });
  assert.equal(again.state, 'key-file-rolled-back');
  full = true;
  const codes: string[] = [];
  for (let i = 0; i < 5; i += 1) codes.push((await refusal(() => vault.signIn('anna', other))).code);
  assert.ok(!codes.includes('wrong-password'), codes.join());
  full = false;
  assert.equal((await vaultOf(apart, { clock })).state, 'locked');
});
