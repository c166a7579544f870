import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { type Clock, DraftSaver, type SaveState } from '../../../src-renderer/notes/draft-saver.ts';

type FakeClock = Clock & { readonly pass: (ms: number) => Promise<void> };

/** Time that stands until it is told to pass; promises settle at each step. */
function fakeClock(): FakeClock {
  let now = 0;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    pass: async (ms) => {
      const end = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((each) => each !== due);
        now = Math.max(now, due.at);
        due.run();
        await turn();
      }
      now = end;
      await turn();
    },
  };
}

type Ask = { readonly text: string; readonly at: number; readonly answer: (ok: boolean) => Promise<void> };

/** A core that answers when the test says so, or at once. */
function fakeCore(clock: Clock, atOnce: boolean) {
  const asked: Ask[] = [];
  let stored = '';
  let under = 0;
  const save = (text: string): Promise<{ savedAt: number }> => {
    const { promise, resolve, reject } = Promise.withResolvers<{ savedAt: number }>();
    under += 1;
    assert.equal(under, 1, 'one save at a time');
    const answer = async (ok: boolean) => {
      under -= 1;
      if (ok) {
        stored = text;
        resolve({ savedAt: clock.now() });
      } else reject(new Error('disk-full'));
      await turn();
    };
    asked.push({ text, at: clock.now(), answer });
    if (atOnce) void answer(true);
    return promise;
  };
  return { asked, save, stored: () => stored };
}

const kinds = (saver: DraftSaver<string>): SaveState['kind'][] => {
  const seen: SaveState['kind'][] = [];
  saver.subscribe(() => seen.push(saver.state().kind));
  return seen;
};

test('saves seven tenths of a second after the last key', async () => {
  const clock = fakeClock();
  const core = fakeCore(clock, true);
  const saver = new DraftSaver<string>('', null, core.save, clock);
  const seen = kinds(saver);
  assert.deepEqual(saver.state(), { kind: 'new' });
  saver.change('a');
  await clock.pass(200);
  saver.change('ab');
  await clock.pass(699);
  assert.equal(core.asked.length, 0);
  await clock.pass(1);
  assert.deepEqual(
    core.asked.map(({ text, at }) => [text, at]),
    [['ab', 900]],
  );
  assert.deepEqual(saver.state(), { kind: 'saved', at: 900 });
  assert.deepEqual([...new Set(seen)], ['waiting', 'saving', 'saved']);
  await clock.pass(60_000);
  assert.equal(core.asked.length, 1, 'nothing new is nothing to save');
});

test('who types without a pause is saved at least every second', async () => {
  const clock = fakeClock();
  const core = fakeCore(clock, true);
  const saver = new DraftSaver<string>('', null, core.save, clock);
  let text = '';
  for (let key = 0; key < 100; key += 1) {
    text += 'x';
    saver.change(text);
    await clock.pass(200);
  }
  const times = core.asked.map(({ at }) => at);
  assert.ok(times.length >= 15);
  let before = 0;
  for (const at of times) {
    assert.ok(at - before <= 1200, `${at - before} ms between two saves`);
    before = at;
  }
});

test('what is typed during a save goes with the next', async () => {
  const clock = fakeClock();
  const core = fakeCore(clock, false);
  const saver = new DraftSaver<string>('', null, core.save, clock);
  saver.change('first');
  await clock.pass(1500);
  saver.change('first and second');
  await core.asked[0]?.answer(true);
  assert.deepEqual(saver.state(), { kind: 'waiting', since: 1500 });
  await clock.pass(1500);
  assert.equal(core.asked[1]?.text, 'first and second');
  await core.asked[1]?.answer(true);
  assert.equal(saver.state().kind, 'saved');
});

test('a failed save keeps the text, says so, and is tried again ever more slowly', async () => {
  const clock = fakeClock();
  const core = fakeCore(clock, false);
  const saver = new DraftSaver<string>('', 7, core.save, clock);
  saver.change('precious');
  await clock.pass(1500);
  const tries: number[] = [];
  for (let failure = 0; failure < 6; failure += 1) {
    const ask = core.asked.at(-1);
    tries.push(ask?.at ?? -1);
    await ask?.answer(false);
    const state = saver.state();
    assert.equal(state.kind, 'failed');
    assert.equal(saver.content(), 'precious');
    await clock.pass(20_000);
  }
  const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
  assert.equal(gaps.length, 5);
  assert.ok(gaps.every((gap) => gap >= 2000));
  await core.asked.at(-1)?.answer(true);
  assert.equal(core.stored(), 'precious');
  assert.equal(saver.state().kind, 'saved');
});

test('what no waiting mends is not tried again by itself, and the text stays for the next key', async () => {
  const clock = fakeClock();
  const core = fakeCore(clock, false);
  const saver = new DraftSaver<string>('', 7, core.save, clock, () => true);
  saver.change('precious');
  await clock.pass(1500);
  await core.asked[0]?.answer(false);
  await clock.pass(120_000);
  assert.equal(core.asked.length, 1);
  assert.equal(saver.state().kind, 'failed');
  assert.equal(saver.content(), 'precious');
  saver.change('precious, and more');
  await clock.pass(1500);
  await core.asked[1]?.answer(true);
  assert.equal(core.stored(), 'precious, and more');
});

test('a save that throws at once is a failed save like any other', async () => {
  const clock = fakeClock();
  let broken = true;
  let stored = '';
  const save = (text: string): Promise<{ savedAt: number }> => {
    if (broken) throw new Error('no port');
    stored = text;
    return Promise.resolve({ savedAt: clock.now() });
  };
  const saver = new DraftSaver<string>('', null, save, clock);
  saver.change('kept');
  await saver.flush();
  assert.equal(saver.state().kind, 'failed');
  broken = false;
  await clock.pass(2000);
  assert.equal(stored, 'kept');
  await saver.flush();
});

test('a lock waits for all that was typed, whoever else is saving', async () => {
  const clock = fakeClock();
  const core = fakeCore(clock, false);
  const saver = new DraftSaver<string>('', null, core.save, clock);
  saver.change('one');
  await clock.pass(1500);
  saver.change('one two');
  // the timer, a change of patient and a lock ask within the same moment
  let ended = 0;
  const flushes = [saver.flush(), saver.flush(), saver.flush()].map((flush) => flush.then(() => (ended += 1)));
  await core.asked[0]?.answer(true);
  await turn();
  assert.equal(core.asked[1]?.text, 'one two');
  assert.equal(ended, 0, 'none is done before the last word is saved');
  await core.asked[1]?.answer(true);
  await Promise.all(flushes);
  assert.equal(core.stored(), 'one two');
  assert.equal(core.asked.length, 2);
});

test('a signed draft is not saved any more', async () => {
  const clock = fakeClock();
  const core = fakeCore(clock, true);
  const saver = new DraftSaver<string>('', null, core.save, clock);
  saver.change('signed');
  saver.end();
  saver.change('after');
  await clock.pass(60_000);
  await saver.flush();
  assert.equal(core.asked.length, 0);
});

test('no order of typing, waiting, failing and flushing loses a letter', async () => {
  const step = fc.oneof(
    fc.constant({ kind: 'type' as const }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 7000 }) }),
    fc.record({ kind: fc.constant('answer' as const), ok: fc.boolean() }),
    fc.constant({ kind: 'flush' as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = fakeClock();
      const core = fakeCore(clock, false);
      const saver = new DraftSaver<string>('', null, core.save, clock);
      const answered = new Set<Ask>();
      const answer = async (ok: boolean) => {
        const open = core.asked.find((ask) => !answered.has(ask));
        if (open === undefined) return false;
        answered.add(open);
        await open.answer(ok);
        return true;
      };
      let text = '';
      for (const each of steps) {
        if (each.kind === 'type') {
          text += 'x';
          saver.change(text);
        } else if (each.kind === 'wait') await clock.pass(each.ms);
        else if (each.kind === 'answer') await answer(each.ok);
        else void saver.flush();
        assert.equal(saver.content(), text);
      }
      const last = saver.flush();
      await turn();
      while (await answer(true)) await turn();
      await last;
      assert.equal(core.stored(), text);
      assert.ok(['saved', 'new'].includes(saver.state().kind));
    }),
    { numRuns: 150 },
  );
});
