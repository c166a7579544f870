import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  contentSecurityPolicy,
  noncePlaceholder,
  responseHeaders,
  withNonce,
} from '../../../src-main/window/policy.ts';

describe('the policy', () => {
  it('says what the page may do, word by word', () => {
    assert.equal(
      contentSecurityPolicy('abc'),
      "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-abc'; img-src 'self' data: blob:; font-src 'self'; connect-src 'none'; worker-src 'none'; require-trusted-types-for 'script'; trusted-types default; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
  });
  it('comes with every answer', () => {
    const headers = responseHeaders('text/css', 'n');
    assert.equal(headers['content-security-policy'], contentSecurityPolicy('n'));
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['content-type'], 'text/css');
    assert.equal(headers['cache-control'], 'no-store');
  });
  it('puts the nonce into the page', () => {
    assert.equal(
      withNonce(`<meta name="csp-nonce" content="${noncePlaceholder}">`, 'q'),
      '<meta name="csp-nonce" content="q">',
    );
  });
});
