import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { appUrl, isOurAddress, isOurPage, mayLoad, mayNavigate } from '../../../src-main/window/address.ts';

const app = (rest: string) => ['app', rest].join('://');
const foreign = [
  '',
  'about:blank',
  'https://carekeep/index.html',
  app('carekeep.evil.example/index.html'),
  app('evil/index.html'),
  app('carekeep:8080/index.html'),
  app('user@carekeep/index.html'),
  app('user:word@carekeep/index.html'),
  app('carekeep@evil/index.html'),
  'app:carekeep/index.html',
  'app:/carekeep/index.html',
  'file:///index.html',
  'data:text/html,<p>',
  'javascript:alert(1)',
  `view-source:${app('carekeep/index.html')}`,
  `blob:${app('carekeep/1')}`,
];

describe('our address', () => {
  it('is the one page, with or without a hash', () => {
    for (const path of ['/', '/index.html', '/index.html#/patients/1']) assert.ok(isOurPage(appUrl(path)), path);
  });
  it('is nothing else', () => {
    for (const address of foreign) {
      assert.equal(isOurAddress(address), false, address);
      assert.equal(mayNavigate(address), false, address);
    }
    for (const value of [undefined, null, 3, {}, [appUrl('/')]]) assert.equal(isOurAddress(value), false);
  });
  it('lets the window go to the page only, not to other files of the bundle, and never with a query', () => {
    assert.equal(mayNavigate(appUrl('/assets/index.js')), false);
    assert.equal(mayNavigate(appUrl('/index.html?patient=1')), false);
  });
  it('fails closed on whatever cannot be parsed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (!text.startsWith('app:')) assert.equal(isOurAddress(text), false);
      }),
    );
  });
  it('loads our files and what the page made itself', () => {
    assert.ok(mayLoad(appUrl('/assets/inter.woff2')));
    assert.ok(mayLoad('data:image/png;base64,AA=='));
    assert.ok(mayLoad(`blob:${appUrl('/0b1c')}`));
    for (const address of [
      'https://example.org/x.png',
      'blob:https://example.org/1',
      'ws://localhost',
      'file:///etc/passwd',
      'x',
    ]) {
      assert.equal(mayLoad(address), false, address);
    }
  });
});
