import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { demandPin, isPin, makeVerifier } from '../../../../src-main/core/people/pin.ts';

const refused = (pin: string): boolean => {
  try {
    demandPin(pin);
    return false;
  } catch (error) {
    assert.ok(error instanceof Error && error.message === 'pin-too-simple');
    return true;
  }
};

describe('a PIN', () => {
  it('is refused when it is what anyone would try first', () => {
    for (const pin of [
      '000000',
      '777777777777',
      '121212',
      '123123',
      '369369369',
      '123456',
      '654321',
      '890123',
      '321098',
    ])
      assert.ok(refused(pin), pin);
  });
  it('is taken otherwise, years and near runs included', () => {
    for (const pin of ['274951', '197103', '123457', '112233', '100000', '135791', '902184637215'])
      assert.equal(refused(pin), false, pin);
  });
  it('is kept as a salted Argon2id hash that only it matches', async () => {
    const [one, two] = [await makeVerifier('274951'), await makeVerifier('274951')];
    assert.notEqual(one.salt, two.salt);
    assert.notEqual(one.hash, two.hash);
    assert.ok(!JSON.stringify(one).includes('274951'));
    assert.equal(await isPin('274951', one), true);
    assert.equal(await isPin('274952', one), false);
    assert.equal(await isPin('0274951', one), false);
  });
  it('is not compared at a lower cost than the floor', async () => {
    const kept = await makeVerifier('274951');
    const cheap = { ...kept, cost: { ...kept.cost, memoryKiB: 8 } };
    await assert.rejects(isPin('274951', cheap), RangeError);
  });
});
