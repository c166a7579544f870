import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isBehind, newestVersion } from '../../../src-renderer/workstations/newest.ts';

it('a workstation is behind when another active one runs a newer version', () => {
  const devices = [
    { status: 'active', version: '1.9.0' },
    { status: 'active', version: '1.10.0-beta.2' },
    { status: 'active', version: 'no version' },
    { status: 'active', version: null },
    // what was taken out, or is nobody's, sets no measure
    { status: 'removed', version: '3.0.0' },
    { status: 'stranger', version: '9.0.0' },
  ] as const;
  const newest = newestVersion(devices);
  assert.equal(newest, '1.10.0-beta.2');
  assert.equal(isBehind('1.9.0', newest), true);
  assert.equal(isBehind('1.10.0-beta.2', newest), false);
  assert.equal(isBehind('1.10.0', newest), false);
  for (const unknown of ['no version', null]) assert.equal(isBehind(unknown, newest), false);
  assert.equal(newestVersion([]), null);
  assert.equal(isBehind('1.0.0', null), false);
});
