import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseSoftware, softwareText, updatesUnknown } from '../../../src-main/core/updates/software.ts';
import { updateRefusals } from '../../../src-shared/updates/state.ts';

const at = Date.UTC(2026, 10, 22, 9);

it('what a workstation says of its software fits the register and is read back', () => {
  assert.deepEqual(parseSoftware(softwareText('1.4.0', null)), { version: '1.4.0', updates: null });
  for (const version of ['1.4.0', '10.20.30', '1.4.0-beta.12']) {
    for (const refusal of [null, ...updateRefusals]) {
      for (const lastGood of [null, at]) {
        const text = softwareText(version, { lastGood, refusal });
        assert.ok(text.length <= 40, text);
        const read = parseSoftware(text);
        assert.equal(read.version, version);
        assert.equal(read.updates?.checked, lastGood === null ? null : '2026-11-22');
        assert.ok(read.updates?.refusal === refusal || read.updates?.refusal === null);
      }
    }
  }
  assert.equal(parseSoftware(softwareText('1.4.0', { lastGood: at, refusal: 'expired' })).updates?.refusal, 'expired');
});

it('anything else counts as a version alone', () => {
  for (const text of ['test 1', '', '1.0.0; tomorrow', '1.0.0; 2026-13-40', '1.0.0; never; expired; more']) {
    assert.deepEqual(parseSoftware(text), { version: text, updates: null });
  }
});

it('nobody knows after two weeks', () => {
  const day = 86_400_000;
  assert.equal(updatesUnknown({ checked: null, refusal: null }, at), true);
  assert.equal(updatesUnknown({ checked: '2026-11-22', refusal: null }, at + 14 * day), false);
  assert.equal(updatesUnknown({ checked: '2026-11-22', refusal: null }, at + 16 * day), true);
});
