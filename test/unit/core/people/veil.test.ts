/** The veil's own time, on clocks of the test's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Veil } from '../../../../src-main/core/people/veil.ts';
import type { LiveSession } from '../../../../src-main/core/session.ts';
import { userId } from '../../../../src-shared/contract/primitives.ts';

test('the time of a veil runs out once a second is over, and stops with the return', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let now = 5000;
  let wall = 1_700_000_000_000;
  const over: string[] = [];
  const veil = new Veil({ monotonic: () => now, wall: () => wall, over: (reason) => void over.push(reason) });
  const pass = (seconds: number) => {
    for (let at = 0; at < seconds; at += 1) {
      now += 1000;
      wall += 1000;
      context.mock.timers.tick(1000);
    }
  };
  // What the veil looks at of a session is its tries.
  const session = { userId: userId.parse('someone'), wrongPins: 0 } as LiveSession;

  veil.park(session, null, 1);
  pass(59);
  assert.deepEqual(over, []);
  const parked = veil.parked();
  assert.ok(parked);
  assert.equal(veil.remaining(parked), 1000);
  wall -= 3_600_000;
  pass(1);
  assert.deepEqual(over, ['idle'], 'a clock that is set back buys nothing');
  assert.equal(veil.remaining(parked), 0);

  over.length = 0;
  assert.equal(veil.take(), session);
  assert.equal(veil.take(), null);
  pass(120);
  assert.deepEqual(over, []);

  session.wrongPins = 7;
  veil.park(session, null, 1);
  const again = veil.parked();
  assert.ok(again);
  assert.equal(veil.triesLeft(again), 0);
  now += 31_000;
  context.mock.timers.tick(1000);
  assert.deepEqual(over, ['suspend']);
  veil.stopTimer();
  pass(120);
  assert.deepEqual(over, ['suspend']);
});
