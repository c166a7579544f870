import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { copiedFormat, guardClipboard } from '../../../src-main/window/clipboard.ts';

function stage(test: TestContext) {
  test.mock.timers.enable({ apis: ['setTimeout'] });
  const state = { ours: true, fails: false, cleared: 0, asked: [] as string[] };
  const guard = guardClipboard({
    has: async (format) => {
      state.asked.push(format);
      if (state.fails) throw new Error('no clipboard');
      return state.ours;
    },
    clear: () => {
      state.cleared += 1;
    },
    platform: 'linux',
  });
  return { guard, state };
}

describe('the clipboard', () => {
  it('loses what was copied after its time, asked for by format only', async (test) => {
    const { guard, state } = stage(test);
    guard.clearAfter(30);
    test.mock.timers.tick(29_999);
    await turn();
    assert.equal(state.cleared, 0);
    test.mock.timers.tick(1);
    await turn();
    assert.equal(state.cleared, 1);
    assert.deepEqual(state.asked, [copiedFormat('linux')]);
  });
  it('starts again with each copy', async (test) => {
    const { guard, state } = stage(test);
    guard.clearAfter(30);
    test.mock.timers.tick(20_000);
    guard.clearAfter(30);
    test.mock.timers.tick(20_000);
    await turn();
    assert.equal(state.cleared, 0);
  });
  it('keeps what somebody copied elsewhere meanwhile', async (test) => {
    const { guard, state } = stage(test);
    guard.clearAfter(30);
    state.ours = false;
    test.mock.timers.tick(30_000);
    await turn();
    assert.equal(state.cleared, 0);
  });
  it('is emptied at once by a lock, and left alone where nothing was copied', async (test) => {
    const { guard, state } = stage(test);
    await guard.clearNow();
    assert.deepEqual(state.asked, []);
    guard.clearAfter(30);
    await guard.clearNow();
    assert.equal(state.cleared, 1);
    test.mock.timers.tick(60_000);
    await turn();
    assert.equal(state.cleared, 1);
  });
  it('is emptied where nobody can say whose it is', async (test) => {
    const { guard, state } = stage(test);
    state.fails = true;
    guard.clearAfter(1);
    await guard.clearNow();
    assert.equal(state.cleared, 1);
  });
});
