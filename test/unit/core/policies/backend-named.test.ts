import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { readCertificate } from '../../../../src-main/core/crypto/certificate.ts';
import { issueAuthority } from '../../../../src-main/core/crypto/certificate-issuing.ts';
import {
  connectionProblems,
  demandNamedAddress,
  demandNamedAuthority,
  namedAddress,
  namedAuthority,
} from '../../../../src-main/core/policies/backend-named.ts';
import { shown } from '../../../../src-main/core/policies/shown.ts';
import { strictPolicy } from '../../../../src-shared/policy/policy.ts';

describe('the backend that a policy names', () => {
  let authority = '';
  let fingerprint = '';
  before(async () => {
    authority = (await issueAuthority({ name: 'Authority', now: 1_800_000_000_000 })).pem;
    fingerprint = readCertificate(authority)?.fingerprint ?? '';
  });

  it('is at 8443 where no port is named, at 443 only where that is', () => {
    const at = (backendAddress: string) => namedAddress({ backendAddress });
    assert.deepEqual(at('https://backend.example'), { host: 'backend.example', port: 8443 });
    assert.deepEqual(at('https://Backend.Example/'), { host: 'backend.example', port: 8443 });
    assert.deepEqual(at('https://backend.example:443/x?y#z'), { host: 'backend.example', port: 443 });
    assert.deepEqual(at('https://[2001:db8::1]:9443'), { host: '2001:db8::1', port: 9443 });
    assert.equal(namedAddress({}), null);
  });

  it('is any where none is named', () => {
    demandNamedAddress({}, 'anything.example:1');
    demandNamedAuthority({}, 'AB', 'address');
  });

  it('is none at all while a policy cannot be read: it may have named one', () => {
    assert.throws(() => demandNamedAddress(strictPolicy, 'anything.example:1'), { message: 'policy-forbids' });
  });

  it('is told from others by address and by authority', () => {
    const policy = { backendAddress: 'https://backend.example', backendCa: fingerprint.toLowerCase() };
    demandNamedAddress(policy, ' BACKEND.example ');
    demandNamedAuthority(policy, fingerprint, 'address');
    for (const address of ['backend.example:443', 'backend.example.evil.example', 'xbackend.example']) {
      assert.throws(() => demandNamedAddress(policy, address), { message: 'policy-forbids' });
    }
    assert.throws(() => demandNamedAuthority(policy, 'AB:CD', 'address'), { message: 'policy-forbids' });
    assert.equal(namedAuthority({ backendCa: fingerprint.replaceAll(':', '') }), fingerprint);
  });

  it('is a problem where the clinic is connected to another already', () => {
    const pinned = { host: 'backend.example', port: 8443, authority };
    assert.deepEqual(connectionProblems({ backendAddress: 'https://backend.example' }, pinned), []);
    assert.deepEqual(connectionProblems({ backendCa: fingerprint }, pinned), []);
    assert.deepEqual(connectionProblems({ backendAddress: 'https://other.example' }, null), []);
    assert.deepEqual(
      connectionProblems({ backendAddress: 'https://other.example', backendCa: 'AB'.repeat(32) }, pinned),
      [
        { name: 'backendAddress', code: 'policy-backend' },
        { name: 'backendCa', code: 'policy-backend' },
      ],
    );
  });

  it('shows authorities by their fingerprints, also several in one text', () => {
    const [entry] = shown({ updateCa: `${authority}\n${authority}` });
    assert.deepEqual(entry, { name: 'updateCa', value: `SHA-256 ${fingerprint}\nSHA-256 ${fingerprint}` });
  });
});
