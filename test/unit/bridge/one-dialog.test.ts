import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneAtATime } from '../../../src-main/bridge/one-dialog.ts';

test('a window has one dialog at a time, however often a page asks', async () => {
  const shown: string[] = [];
  const ends: ((paths: readonly string[]) => void)[] = [];
  const ask = oneAtATime<object, string>((_window, request) => {
    shown.push(request);
    return new Promise((resolve) => ends.push(resolve));
  });
  const window = {};
  const first = ask(window, 'first');
  for (let n = 0; n < 100; n += 1) assert.deepEqual(await ask(window, 'flood'), []);
  void ask({}, 'the next window');
  assert.deepEqual(await ask(undefined, 'no window'), []);
  assert.deepEqual(shown, ['first', 'the next window']);
  ends[0]?.(['/a']);
  assert.deepEqual(await first, ['/a']);
  void ask(window, 'later');
  assert.equal(shown.at(-1), 'later');
});

test('a dialog that fails does not close the way for the next', async () => {
  let tries = 0;
  const ask = oneAtATime<object, string>(async () => {
    tries += 1;
    if (tries === 1) throw new Error('no desktop');
    return ['/b'];
  });
  const window = {};
  await assert.rejects(ask(window, 'x'));
  assert.deepEqual(await ask(window, 'x'), ['/b']);
});
