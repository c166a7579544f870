import assert from 'node:assert/strict';
import { test } from 'node:test';
import { narrativeText as printed } from '../../../src-main/core/exchange/write/xhtml.ts';
import { narrativeText as read } from '../../../src-shared/fhir/note.ts';
import { rangeIn, vitalByLoinc, vitalSigns } from '../../../src-shared/fhir/vitals.ts';

test('empty cells of a long row are read in a moment', () => {
  for (const cells of [3, 12, 5000]) {
    const row = `<table><tr>${'<td></td>'.repeat(cells)}<td>x</td><td> </td></tr></table>`;
    assert.match(printed(row), /x$/);
    assert.equal(read(row), 'x');
  }
});

test('endless stray signs and blanks are read in a moment', () => {
  const started = performance.now();
  for (const text of [
    '<'.repeat(300_000),
    '<a '.repeat(100_000),
    `a${' '.repeat(300_000)}b`,
    `a${' ·'.repeat(100_000)}b`,
  ]) {
    read(text);
    printed(text);
  }
  // quadratic reading takes minutes here; what is allowed leaves room for a busy machine
  assert.ok(performance.now() - started < 10_000);
});

test('names of an object’s own members are no entities, codes or units', () => {
  for (const name of ['toString', 'constructor', 'valueOf', '__proto__']) {
    assert.equal(read(`<p>&${name};</p>`), `&${name};`);
    assert.equal(vitalByLoinc(name), undefined);
    assert.equal(rangeIn(vitalSigns.systolic, name), undefined);
  }
  assert.equal(read('<p>a &amp; b&nbsp;&lt;c&gt;</p>'), 'a & b\u00a0<c>');
});

test('a usual range is known in each unit the sign is measured in', () => {
  assert.deepEqual(rangeIn(vitalSigns.systolic, 'mm[Hg]'), { low: 90, high: 139 });
  for (const sign of Object.values(vitalSigns)) {
    if (sign.normal === undefined) continue;
    for (const { ucum } of sign.units) assert.ok(rangeIn(sign, ucum) !== undefined, `${sign.key} in ${ucum}`);
  }
});
