import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsUnder } from '../../../../src-main/core/people/clinic-settings.ts';
import { strictPolicy } from '../../../../src-shared/policy/policy.ts';

const settings = { idleMinutes: 2, pinAllowed: true, veilMinutes: 5, unseenDays: 30 };

test('a policy decides, but what stands in for a broken one makes nothing looser than the clinic has it', () => {
  assert.equal(settingsUnder({ idleMinutes: 10 }, settings).idleMinutes, 10);
  assert.equal(settingsUnder({}, settings).idleMinutes, 2);
  assert.deepEqual(settingsUnder(strictPolicy, settings), { ...settings, pinAllowed: false });
  assert.equal(settingsUnder(strictPolicy, { ...settings, idleMinutes: 30 }).idleMinutes, 5);
});
