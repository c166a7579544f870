/** The idle timer on a clock of the test's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startIdleTimer } from '../../../src-main/core/people/idle.ts';

test('locks by its own input, by the system’s, and after a sleep', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let now = 1000;
  let wall = 1_700_000_000_000;
  const locks: string[] = [];
  const told: number[] = [];
  const timer = startIdleTimer({
    limitMinutes: 1,
    monotonic: () => now,
    wall: () => wall,
    over: (reason) => void locks.push(reason),
    tell: (seconds) => void told.push(seconds),
  });
  const pass = (seconds: number) => {
    for (let at = 0; at < seconds; at += 1) {
      now += 1000;
      wall += 1000;
      context.mock.timers.tick(1000);
    }
  };
  pass(50);
  assert.equal(told.at(-1), 10);
  timer.touch();
  pass(59);
  assert.deepEqual([locks, told.at(-1)], [[], 1]);
  pass(1);
  assert.deepEqual(locks, ['idle']);

  locks.length = 0;
  timer.touch();
  timer.systemIdle(60);
  pass(1);
  assert.deepEqual(locks, ['idle'], 'the system saw nobody for longer than we did');

  locks.length = 0;
  timer.touch();
  timer.setLimit(10);
  pass(120);
  assert.deepEqual(locks, []);
  now += 31_000;
  context.mock.timers.tick(1000);
  assert.deepEqual(locks, ['suspend'], 'nothing ran for half a minute');
  locks.length = 0;
  wall += 31_000;
  context.mock.timers.tick(1000);
  assert.deepEqual(locks, ['suspend'], 'the monotonic clock of Linux stands still in a sleep, the other does not');
  locks.length = 0;
  wall -= 3_600_000;
  pass(1);
  assert.deepEqual(locks, [], 'a clock that is set back is no sleep');
  timer.stop();
  pass(1200);
  assert.deepEqual(locks, []);
});
