import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { accessOf, denialOf, type LogRow, windowMs } from '../../../src-main/core/review/access.ts';
import { burstOf, nothingWatched, seeChart, seeDenial, type Watched } from '../../../src-main/core/review/bursts.ts';

const row = (more: Partial<LogRow>): LogRow => ({
  seq: 1,
  recorded: 1000,
  user: 'u',
  event: 'chart.read',
  patientRef: 'p',
  outcome: 0,
  ...more,
});

describe('what counts', () => {
  it('an access is a patient’s data shown to a person', () => {
    assert.deepEqual(accessOf(row({})), { seq: 1, at: 1000, userId: 'u', patientRef: 'p' });
    assert.ok(accessOf(row({ event: 'export.pdf' })));
    for (const not of [
      { user: null },
      { patientRef: null },
      { outcome: 4 },
      { outcome: 8 },
      { event: 'patient.searched' },
      { event: 'review.opened' },
      { event: 'damaged' },
    ]) {
      assert.equal(accessOf(row(not)), null);
    }
  });

  it('a denial is a refusal, or a patient’s data that was reached for in vain', () => {
    assert.ok(denialOf(row({ event: 'access.denied', outcome: 4, patientRef: null })));
    assert.ok(denialOf(row({ outcome: 8 })));
    assert.equal(denialOf(row({})), null);
    assert.equal(denialOf(row({ event: 'note.sign-refused', outcome: 8 })), null);
    assert.equal(denialOf(row({ event: 'access.denied', outcome: 4, user: null })), null);
  });
});

/** Patients seen one after the other at these times; what is left at the end. */
function charts(seen: readonly (readonly [ref: string, at: number])[], limit: number): Watched['charts'] {
  let state = nothingWatched;
  seen.forEach(([patientRef, at], seq) => {
    state = seeChart(state, { patientRef, at, seq }, limit).state;
  });
  return state.charts;
}
const distinct = (count: number, step: number) =>
  Array.from({ length: count }, (_, at) => [`p${at}`, at * step] as const);

describe('many charts', () => {
  it('the limit itself is not too many, one more is', () => {
    assert.equal(charts(distinct(30, 1000), 30).length, 30);
    assert.equal(charts(distinct(31, 1000), 30).length, 31);
  });

  it('the same patient counts once', () => {
    const twice = [...distinct(30, 1000), ...distinct(30, 1000)];
    assert.equal(charts(twice, 30).length, 30);
  });

  it('ten minutes are over when they are over', () => {
    const spread = distinct(31, windowMs / 30);
    assert.equal(charts(spread, 30).length, 30); // the first is exactly ten minutes old
    const closer = distinct(31, windowMs / 30 - 1);
    assert.equal(charts(closer, 30).length, 31);
  });

  it('a clock set back lets nobody start anew within ten minutes, and counts nothing of another hour', () => {
    assert.equal(
      charts(
        [
          ['a', windowMs],
          ['b', 1],
          ['c', 2],
        ],
        2,
      ).length,
      3,
    );
    assert.equal(
      charts(
        [
          ['a', windowMs + 2],
          ['b', 1],
          ['c', 2],
        ],
        2,
      ).length,
      2,
    );
  });

  it('keeps at most one more than the limit, and is the naive count', () => {
    const event = fc.record({ ref: fc.integer({ min: 0, max: 9 }), wait: fc.integer({ min: 0, max: windowMs / 2 }) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (events, limit) => {
        let state = nothingWatched;
        let now = 0;
        const all: { ref: string; at: number }[] = [];
        events.forEach(({ ref, wait }, seq) => {
          now += wait;
          all.push({ ref: `p${ref}`, at: now });
          const seen = seeChart(state, { patientRef: `p${ref}`, at: now, seq }, limit);
          state = seen.state;
          const naive = new Set(all.filter(({ at }) => now - at < windowMs).map((one) => one.ref)).size;
          assert.equal(seen.latest.length > limit, naive > limit);
          assert.ok(seen.latest.length <= limit + 1);
        });
      }),
    );
  });
});

describe('denials', () => {
  it('five in ten minutes, not four, not five in more', () => {
    const after = (times: readonly number[]) => {
      let state = nothingWatched;
      times.forEach((at, seq) => {
        state = seeDenial(state, { at, seq }, 5).state;
      });
      return state.denials.length;
    };
    assert.equal(after([0, 1, 2, 3]), 4);
    assert.equal(after([0, 1, 2, 3, 4]), 5);
    assert.equal(after([0, 1, 2, 3, windowMs - 1]), 5);
    assert.equal(after([0, 1, 2, 3, windowMs]), 4);
  });
});

describe('a burst', () => {
  const seen = [
    [100, 1],
    [200, 2],
    [300, 3],
  ] as const;
  const before = { id: 'old', until: 250, lastSeq: 2, closed: false };

  it('is none below the threshold', () => {
    assert.equal(burstOf(seen, 4, null), null);
    assert.equal(burstOf([], 1, null), null);
  });
  it('is new when there was none, or the last is ten minutes past', () => {
    assert.deepEqual(burstOf(seen, 3, null), { at: 100, until: 300, entries: [1, 2, 3], grows: null });
    assert.equal(burstOf(seen, 3, { ...before, until: 300 - windowMs })?.grows, null);
  });
  it('grows what is open', () => {
    assert.equal(burstOf(seen, 3, before)?.grows, 'old');
  });
  it('counts nothing that a closed finding covers', () => {
    assert.equal(burstOf(seen, 3, { ...before, closed: true }), null);
    assert.deepEqual(burstOf(seen, 1, { ...before, closed: true })?.entries, [3]);
    assert.equal(burstOf(seen, 1, { ...before, closed: true })?.grows, null);
  });
});
