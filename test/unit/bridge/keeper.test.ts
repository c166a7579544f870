import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Core, flushLimit, keepCore } from '../../../src-main/bridge/keeper.ts';
import type { CoreToShell, ShellToCore } from '../../../src-shared/wire.ts';

type Fake = {
  readonly said: ShellToCore[];
  readonly says: (message: CoreToShell) => void;
  readonly dies: () => void;
  readonly kills: () => number;
};

/** Cores that answer only when the test says so; everything that happens, in order. */
function stage() {
  const cores: Fake[] = [];
  const happened: string[] = [];
  let now = 0;
  const keeper = keepCore<never>({
    start: (heard, ended): Core<never> => {
      const said: ShellToCore[] = [];
      const number = cores.length;
      let kills = 0;
      happened.push(`start ${number}`);
      cores.push({ said, says: heard, dies: () => ended({ pid: 1, exitCode: 9, began: 0 }), kills: () => kills });
      return {
        send: (message) => void said.push(message),
        kill: async () => {
          kills += 1;
          happened.push(`kill ${number}`);
          await turn();
          ended({ pid: 1, exitCode: 9, began: 0 });
        },
      };
    },
    replaceWindow: () => void happened.push('window'),
    showDialog: async (message) => [`/${message.request.title}`],
    openHelp: () => void happened.push('help'),
    clearClipboard: (after) => void happened.push(`clipboard ${after}`),
    update: (message) => void happened.push(message.kind),
    profileInUse: () => void happened.push('in use'),
    lost: ({ exitCode }) => void happened.push(`lost ${exitCode}`),
    giveUp: () => void happened.push('give up'),
    now: () => now,
  });
  const core = (number: number): Fake => {
    const one = cores[number];
    assert.ok(one);
    return one;
  };
  const later = (ms: number): void => {
    now += ms;
  };
  return { keeper, core, happened, later };
}

const tokenOf = (core: Fake): number => {
  const flush = core.said.find((message) => message.kind === 'flush');
  assert.ok(flush);
  return flush.token;
};

describe('a lock', () => {
  it('flushes, kills, and only then starts a fresh core behind a fresh window', async () => {
    const { keeper, core, happened } = stage();
    const locked = keeper.lock('suspend');
    assert.deepEqual(
      core(0).said.map((message) => message.kind),
      ['power', 'flush'],
    );
    core(0).says({ kind: 'flushed', token: tokenOf(core(0)) });
    await locked;
    assert.deepEqual(happened, ['start 0', 'kill 0', 'start 1', 'window']);
  });
  it('waits no longer than the limit for a core that hangs', async () => {
    const { keeper, core, happened } = stage();
    const started = performance.now();
    core(0).says({ kind: 'lock', reason: 'user' });
    core(0).says({ kind: 'flushed', token: 99 }); // somebody else's token counts for nothing
    await keeper.lock('user'); // joins the one under way
    const took = performance.now() - started;
    assert.ok(took >= flushLimit - 5 && took < flushLimit + 300, `${took}`);
    assert.deepEqual(happened, ['start 0', 'kill 0', 'start 1', 'window']);
  });
  it('goes on at once when core dies while it flushes', async () => {
    const { keeper, core, happened } = stage();
    const locked = keeper.lock('idle');
    core(0).dies();
    await locked;
    assert.deepEqual(happened, ['start 0', 'kill 0', 'start 1', 'window']);
  });
});

describe('a veil', () => {
  it('replaces the window and leaves core alone', async () => {
    const { core, happened } = stage();
    core(0).says({ kind: 'veil' });
    await turn();
    assert.deepEqual(happened, ['start 0', 'window']);
    assert.deepEqual([core(0).said, core(0).kills()], [[], 0]);
  });
  it('gives way to a lock under way: one window, the fresh core’s', async () => {
    const { keeper, core, happened } = stage();
    const locked = keeper.lock('screen-lock');
    core(0).says({ kind: 'veil' });
    core(0).says({ kind: 'flushed', token: tokenOf(core(0)) });
    await locked;
    assert.deepEqual(happened, ['start 0', 'kill 0', 'start 1', 'window']);
  });
  it('is followed by a lock like any other state', async () => {
    const { keeper, core, happened } = stage();
    core(0).says({ kind: 'veil' });
    const locked = keeper.lock('suspend');
    core(0).says({ kind: 'flushed', token: tokenOf(core(0)) });
    await locked;
    assert.deepEqual(happened, ['start 0', 'window', 'kill 0', 'start 1', 'window']);
    core(0).says({ kind: 'veil' }); // the killed core's last word
    assert.equal(happened.length, 5);
    core(1).says({ kind: 'veil' });
    assert.equal(happened.at(-1), 'window');
  });
  it('is nothing once the application has stopped', async () => {
    const { keeper, core, happened } = stage();
    const stopped = keeper.stop();
    core(0).says({ kind: 'veil' });
    core(0).says({ kind: 'flushed', token: tokenOf(core(0)) });
    await stopped;
    core(0).says({ kind: 'veil' });
    assert.deepEqual(happened, ['start 0', 'kill 0']);
  });
});

describe('a core that dies by itself', () => {
  it('is replaced, and so is the window', () => {
    const { core, happened } = stage();
    core(0).dies();
    assert.deepEqual(happened, ['start 0', 'lost 9', 'start 1', 'window']);
  });
  it('is given up after three times in ten seconds, not in more', () => {
    const { core, happened, later } = stage();
    core(0).dies();
    later(6_000);
    core(1).dies();
    later(6_000);
    core(2).dies();
    assert.ok(!happened.includes('give up'));
    later(1_000);
    core(3).dies();
    assert.equal(happened.at(-1), 'give up');
  });
});

describe('core asks', () => {
  it('for a dialog and gets the paths', async () => {
    const { core } = stage();
    const request = { type: 'open', title: 'T', multiple: false, filters: [] } as const;
    core(0).says({ kind: 'dialog', dialog: 5, request });
    await turn();
    assert.deepEqual(core(0).said, [{ kind: 'dialog-result', dialog: 5, paths: ['/T'] }]);
  });
  it('and an old one is not heard any more', async () => {
    const { keeper, core, happened } = stage();
    core(0).dies();
    core(0).says({ kind: 'lock', reason: 'user' });
    core(0).says({ kind: 'profile-in-use' });
    await turn();
    assert.deepEqual(happened, ['start 0', 'lost 9', 'start 1', 'window']);
    core(1).says({ kind: 'profile-in-use' });
    assert.equal(happened.at(-1), 'in use');
    await keeper.lock('user');
    assert.equal(core(1).kills(), 0);
  });
});

it('stops for good, after a flush', async () => {
  const { keeper, core, happened } = stage();
  const stopped = keeper.stop();
  core(0).says({ kind: 'flushed', token: tokenOf(core(0)) });
  await stopped;
  await keeper.lock('user');
  assert.deepEqual(happened, ['start 0', 'kill 0']);
});
