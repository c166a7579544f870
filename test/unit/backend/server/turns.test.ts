/** Turns: under one name one after the other, whatever becomes of the one before; under two names side by side. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns } from '../../../../src-backend/server/turns.ts';

describe('turns', () => {
  it('keep the order under one name, and a failure keeps nobody waiting', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const slow = Promise.withResolvers<void>();
    const first = turns.after('a', async () => {
      await slow.promise;
      order.push('first');
      throw new Error('not stored');
    });
    const second = turns.after('a', async () => {
      order.push('second');
      return 2;
    });
    await turns.after('b', async () => void order.push('elsewhere'));
    slow.resolve();
    await assert.rejects(first, /not stored/);
    assert.equal(await second, 2);
    assert.deepEqual(order, ['elsewhere', 'first', 'second']);
  });
});
