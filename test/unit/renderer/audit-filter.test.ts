import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  type Chosen,
  kept,
  nothingChosen,
  sameChoice,
  startOfDay,
  toFilter,
  unkept,
} from '../../../src-renderer/audit/filter.ts';
import { auditFilter, savedFilter } from '../../../src-shared/contract/audit-filter.ts';

const zone = process.env['TZ'];
process.env['TZ'] = 'Europe/Berlin';
after(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const hour = 3_600_000;
const at = (text: string) => Date.parse(text);
const noon = at('2026-11-22T12:00:00+01:00');
const days = (from: string, to: string): Chosen => ({ ...nothingChosen, range: { kind: 'days', from, to } });
const last = (name: 'day' | 'week' | 'month' | 'year' | 'all'): Chosen => ({
  ...nothingChosen,
  range: { kind: 'last', name },
});

test('nothing chosen asks for the last thirty local days', () => {
  assert.deepEqual(toFilter(nothingChosen, noon), {
    userId: null,
    patientId: null,
    kind: null,
    outcome: null,
    device: null,
    purpose: null,
    terms: [],
    from: at('2026-10-24T00:00:00+02:00'),
    to: null,
  });
});

test('the same choice is the same question all day long, but for the last 24 hours', () => {
  assert.deepEqual(toFilter(last('week'), noon), toFilter(last('week'), noon + 11 * hour));
  assert.equal(toFilter(last('week'), noon).from, at('2026-11-16T00:00:00+01:00'));
  assert.equal(toFilter(last('day'), noon).from, noon - 24 * hour);
  assert.deepEqual([toFilter(last('all'), noon).from, toFilter(last('all'), noon).to], [null, null]);
});

test('chosen days are whole local days, the clock’s change included', () => {
  const one = toFilter(days('2026-10-25', '2026-10-25'), noon);
  assert.equal(one.from, at('2026-10-25T00:00:00+02:00'));
  assert.equal(one.to, at('2026-10-26T00:00:00+01:00') - 1);
  assert.equal((one.to ?? 0) + 1 - (one.from ?? 0), 25 * hour);
  const spring = toFilter(days('2026-03-29', '2026-03-29'), noon);
  assert.equal((spring.to ?? 0) + 1 - (spring.from ?? 0), 23 * hour);
  assert.equal(startOfDay('2026-12-31', 1), at('2027-01-01T00:00:00+01:00'));
});

test('person, patient, kind and outcome go along by id, and core takes it', () => {
  const filter = toFilter(
    {
      person: { id: 'u1', name: 'Ana' },
      patient: { id: 'p1', name: 'Marta' },
      kind: 'system',
      outcome: 'denied',
      device: { id: 'd1', name: 'Reception' },
      purpose: 'TREAT',
      text: 'Marta',
      range: { kind: 'last', name: 'all' },
    },
    noon,
  );
  assert.deepEqual(filter, {
    userId: 'u1',
    patientId: 'p1',
    kind: 'system',
    outcome: 'denied',
    device: 'd1',
    purpose: 'TREAT',
    terms: [],
    from: null,
    to: null,
  });
  assert.ok(!JSON.stringify(filter).includes('Marta'));
  assert.equal(toFilter(last('year'), noon).from, at('2025-11-23T00:00:00+01:00'));
  for (const chosen of [nothingChosen, last('day'), days('2026-01-01', '2026-12-31')])
    auditFilter.parse(toFilter(chosen, noon));
});

test('a choice is kept by its ids and comes back with the names of the day', () => {
  const chosen: Chosen = {
    ...nothingChosen,
    person: { id: 'u1', name: 'Ana' },
    device: { id: 'd1', name: 'Reception' },
    text: 'denied',
    range: { kind: 'days', from: '2026-01-01', to: '2026-01-31' },
  };
  const filter = savedFilter.parse(kept(chosen));
  assert.ok(!JSON.stringify(filter).includes('Ana'));
  const line = { id: 'f', name: 'Mine', filter, person: 'Ana Ruiz', patient: null };
  const back = unkept(line, () => 'Desk');
  assert.deepEqual(back, { ...chosen, person: { id: 'u1', name: 'Ana Ruiz' }, device: { id: 'd1', name: 'Desk' } });
  assert.ok(sameChoice(back, chosen), 'names do not make another choice');
  assert.ok(!sameChoice(back, nothingChosen));
});
