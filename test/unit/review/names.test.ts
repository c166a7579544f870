import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { homeOf, shared } from '../../../src-main/core/review/homes.ts';
import { nameMatch, sameFullName, sharesFamily, staffName, staffOf } from '../../../src-main/core/review/names.ts';

const shares = (displayName: string, family: string) => sharesFamily(staffName(displayName), family);

describe('family names', () => {
  for (const [displayName, family] of [
    ['Lena Hof', 'Hof'],
    ['Dr. med. Lena Hof', 'HOF'],
    ['Hof, Lena', 'Hof'],
    ['Lena Hof, MD', 'hof'],
    ['Prof. Dr. Jürgen Müller', 'Mueller'],
    ['Jurgen Mueller', 'Müller'],
    ['Søren Sørensen', 'Soerensen'],
    ['Dra. María García López', 'García Ruiz'],
    ['María García López', 'López'],
    ['Eva Müller-Schmidt', 'Schmidt'],
    ['Eva Schmidt', 'Schmidt-Müller'],
    ['Siobhán O’Brien', "O'Brien"],
    ['Ana de la Cruz', 'de la Cruz'],
    ['Jan van den Berg', 'Berg'],
    ['Mme Zoë Lefèvre', 'LEFEVRE'],
    ['Çağla Şahin', 'Sahin'],
  ] as const) {
    it(`${displayName} shares ${family}`, () => assert.equal(shares(displayName, family), true));
  }

  for (const [displayName, family] of [
    ['Lena Hof', 'Hofer'],
    ['Lena Hof', 'Lena'],
    ['Lena Hof', ''],
    ['Lena Hof', '—'],
    ['María García López', 'Ruiz García'], // a second surname alone is the mother's
    ['Jan van den Berg', 'van den Heuvel'],
    ['Ana de la Cruz', 'de la Torre'],
    ['Dr. Lena Hof', 'Dr'],
    ['', 'Hof'],
    ['Dr.', 'Hof'],
  ] as const) {
    it(`${displayName || '(nobody)'} does not share ${family || '(nothing)'}`, () =>
      assert.equal(shares(displayName, family), false));
  }

  it('a full name is family name and first given name', () => {
    const lena = staffName('Dr. Lena Hof');
    assert.equal(sameFullName(lena, { family: 'Hof', given: 'Lena Maria' }), true);
    assert.equal(sameFullName(lena, { family: 'Hof', given: 'Marlena' }), false);
    assert.equal(sameFullName(lena, { family: 'Hof', given: '' }), false);
    assert.equal(sameFullName(staffName('Hof'), { family: 'Hof', given: 'Hof' }), false);
  });

  it('the person’s own name comes before a colleague’s, and a full name before a family name', () => {
    const people = staffOf([
      { id: 'a', displayName: 'Ana Hof' },
      { id: 'b', displayName: 'Lena Hof' },
      { id: 'c', displayName: 'Otto Kern' },
    ]);
    const patient = { family: 'Hof', given: 'Lena' };
    assert.deepEqual(nameMatch(people, 'a', patient), { whose: 'own', full: false, colleague: null });
    assert.deepEqual(nameMatch(people, 'b', patient), { whose: 'own', full: true, colleague: null });
    assert.deepEqual(nameMatch(people, 'c', patient), { whose: 'colleague', full: true, colleague: 'b' });
    assert.equal(nameMatch(people, 'c', { family: 'Stein', given: 'Lena' }), null);
  });
});

describe('homes', () => {
  const living = (line: string | string[], postalCode: string, use?: string) =>
    homeOf({ address: [{ line: [line].flat(), postalCode, ...(use && { use }) }] });
  const called = (value: string, more: object = {}) => homeOf({ telecom: [{ system: 'phone', value, ...more }] });

  it('are the same however the street is written', () => {
    assert.equal(shared(living('Hauptstraße 5', '10115'), living('HAUPTSTR. 5', '10115')), 'address');
    assert.equal(shared(living('12 Rue de l’Église', '75001'), living('12, rue de l eglise', '75 001')), 'address');
    assert.equal(shared(living(['Calle Mayor', '3'], '28013'), living('Calle Mayor 3', '28013')), 'address');
    assert.equal(shared(living('4 Mill Road', 'AB1 2CD'), living('4 mill rd', 'ab12cd')), 'address');
  });

  it('are not the same for another house, another place, or half an address', () => {
    assert.equal(shared(living('Hauptstraße 5', '10115'), living('Hauptstraße 50', '10115')), null);
    assert.equal(shared(living('Hauptstraße 5', '10115'), living('Hauptstraße 5', '10117')), null);
    assert.equal(shared(living('Hauptstraße 5', ''), living('Hauptstraße 5', '')), null);
    assert.equal(shared(living('', '10115'), living('', '10115')), null);
    assert.equal(shared(living('Hauptstraße 5', '10115', 'old'), living('Hauptstraße 5', '10115')), null);
    assert.equal(shared(homeOf({}), homeOf({})), null);
  });

  it('share a telephone with and without the country’s code, but not the clinic’s', () => {
    assert.equal(shared(called('+49 30 1234567'), called('030 1234567')), 'phone');
    assert.equal(shared(called('612 345 678'), called('+34612345678')), 'phone');
    assert.equal(shared(called('612 345 678', { use: 'work' }), called('612345678')), null);
    assert.equal(shared(called('112'), called('112')), null);
    assert.equal(shared(called('a@b.example', { system: 'email' }), called('a@b.example', { system: 'email' })), null);
  });

  it('read nothing into a resource of the wrong shape', () => {
    for (const odd of [null, 1, 'x', [], { address: 'x', telecom: { system: 1 } }, { address: [{ line: [1] }] }]) {
      assert.deepEqual(homeOf(odd), { addresses: new Set(), phones: new Set() });
    }
  });
});
