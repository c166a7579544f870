import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isOutside, nightOf } from '../../../src-main/core/review/hours.ts';

const clinic = { on: true, days: [1, 2, 3, 4, 5, 6], from: '06:00', to: '21:00' };
/** Local time; 16 November 2026 is a Monday. */
const at = (day: number, hours: number, minutes = 0, seconds = 0) =>
  new Date(2026, 10, day, hours, minutes, seconds).getTime();

describe('opening hours', () => {
  it('count the opening minute as open and the closing one as closed', () => {
    assert.equal(isOutside(clinic, at(16, 5, 59, 59)), true);
    assert.equal(isOutside(clinic, at(16, 6)), false);
    assert.equal(isOutside(clinic, at(16, 20, 59, 59)), false);
    assert.equal(isOutside(clinic, at(16, 21)), true);
  });

  it('know the day of the week', () => {
    assert.equal(isOutside(clinic, at(21, 12)), false); // Saturday
    assert.equal(isOutside(clinic, at(22, 12)), true); // Sunday
    assert.equal(isOutside({ ...clinic, days: [7] }, at(22, 12)), false);
    assert.equal(isOutside({ ...clinic, days: [] }, at(16, 12)), true);
  });

  it('may run past midnight: the morning belongs to the day before', () => {
    const night = { ...clinic, days: [7], from: '20:00', to: '08:00' };
    assert.equal(isOutside(night, at(22, 19, 59)), true);
    assert.equal(isOutside(night, at(22, 20)), false);
    assert.equal(isOutside(night, at(23, 7, 59)), false);
    assert.equal(isOutside(night, at(23, 8)), true);
    assert.equal(isOutside(night, at(22, 7)), true);
  });

  it('the same time twice is the whole day', () => {
    const always = { ...clinic, days: [1], from: '00:00', to: '00:00' };
    assert.equal(isOutside(always, at(16, 0)), false);
    assert.equal(isOutside(always, at(16, 23, 59)), false);
    assert.equal(isOutside(always, at(17, 0)), true);
  });
});

describe('a night', () => {
  it('is one from closing to opening, and a closed day is one of its own', () => {
    assert.equal(nightOf(clinic, at(16, 21)), '2026-11-16');
    assert.equal(nightOf(clinic, at(16, 23, 59)), '2026-11-16');
    assert.equal(nightOf(clinic, at(17, 0, 1)), '2026-11-16');
    assert.equal(nightOf(clinic, at(17, 5, 59)), '2026-11-16');
    assert.equal(nightOf(clinic, at(17, 21)), '2026-11-17');
    assert.equal(nightOf(clinic, at(22, 5)), '2026-11-21');
    assert.equal(nightOf(clinic, at(22, 7)), '2026-11-22');
  });

  it('lasts no longer than a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: at(1, 0), max: at(28, 0) }), fc.integer({ min: 0, max: 23 }), (instant, hour) => {
        const hours = { ...clinic, from: `${String(hour).padStart(2, '0')}:00` };
        assert.notEqual(nightOf(hours, instant), nightOf(hours, instant + 26 * 3_600_000));
        assert.match(nightOf(hours, instant), /^2026-1[01]-\d\d$/);
      }),
    );
  });
});
