import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countDocuments } from '../../../src-main/bridge/documents.ts';
import { type Asker, mayHavePort } from '../../../src-main/bridge/gate.ts';
import { appUrl } from '../../../src-main/window/address.ts';

const ours: Asker = { ourWindow: true, frame: { url: appUrl('/index.html'), isTop: true }, hasPort: false };

describe('the gate', () => {
  it('lets our page in, once', () => {
    assert.equal(mayHavePort(ours), 'allow');
    assert.equal(mayHavePort({ ...ours, hasPort: true }), 'asked-twice');
  });
  it('lets nobody else in', () => {
    assert.equal(mayHavePort({ ...ours, ourWindow: false }), 'not-our-window');
    assert.equal(mayHavePort({ ...ours, frame: null }), 'frame-gone');
    assert.equal(mayHavePort({ ...ours, frame: { url: appUrl('/index.html'), isTop: false } }), 'not-top-frame');
    for (const url of [
      '',
      'about:blank',
      'data:text/html,x',
      'https://carekeep/index.html',
      ['app', 'evil/'].join('://'),
    ]) {
      assert.equal(mayHavePort({ ...ours, frame: { url, isTop: true } }), 'not-our-page', url);
    }
  });
});

describe('documents', () => {
  it('have numbers that never come again, and at most one holds a port', () => {
    const documents = countDocuments();
    assert.equal(documents.leave(), undefined);
    assert.equal(documents.enter(), 1);
    assert.equal(documents.current(), 1);
    assert.equal(documents.leave(), 1);
    assert.equal(documents.current(), undefined);
    assert.equal(documents.enter(), 2);
  });
});
