import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseCoreMessage } from '../../../src-main/bridge/core-messages.ts';

const request = { type: 'open', title: 'Files', multiple: true, filters: [{ name: 'FHIR', extensions: ['json'] }] };

describe('what core says', () => {
  it('is taken when it is whole', () => {
    for (const message of [
      { kind: 'ready' },
      { kind: 'profile-in-use' },
      { kind: 'veil' },
      { kind: 'lock', reason: 'idle' },
      { kind: 'lock', reason: 'wrong-pin' },
      { kind: 'flushed', token: 3 },
      { kind: 'validator-start', child: 1 },
      { kind: 'validator-stop', child: 1 },
      { kind: 'dialog', dialog: 1, request },
      { kind: 'dialog', dialog: 2, request: { type: 'save', title: 'x', defaultName: 'a.pdf', filters: [] } },
    ]) {
      assert.deepEqual(parseCoreMessage(message), message);
    }
  });
  it('is dropped when it is not', () => {
    for (const message of [
      null,
      'ready',
      [],
      { kind: 'lock' },
      { kind: 'lock', reason: 'toString' },
      { kind: 'flushed', token: '3' },
      { kind: 'validator-start', child: '1' },
      { kind: 'validator-stop' },
      { kind: 'dialog', dialog: 1 },
      { kind: 'dialog', dialog: 1, request: { ...request, filters: [{ name: 'x' }] } },
      { kind: 'dialog', dialog: 1, request: { ...request, type: 'message' } },
    ]) {
      assert.equal(parseCoreMessage(message), undefined);
    }
    fc.assert(fc.property(fc.anything(), (value) => void parseCoreMessage(value)));
  });
  it('keeps nothing beside what is known', () => {
    assert.deepEqual(parseCoreMessage({ kind: 'ready', extra: 1 }), { kind: 'ready' });
  });
});
