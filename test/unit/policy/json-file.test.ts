import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseJsonPolicy } from '../../../src-main/policy/json-file.ts';
import { judge, refuse } from '../../../src-main/policy/judge.ts';
import {
  noPolicy,
  type PolicyProblemCode,
  policyProblemCodes,
  policySchema,
  type ReadPolicy,
  strictPolicy,
} from '../../../src-shared/policy/policy.ts';
import { anyPolicy, certificateText } from './policies.ts';

const read = (text: string | Buffer): ReadPolicy => judge('file', parseJsonPolicy(Buffer.from(text)));
const problemsOf = (value: unknown): ReadPolicy['problems'] => read(JSON.stringify(value)).problems;

describe('a policy file', () => {
  it('counts as it stands when all of it fits', () => {
    const policy = { idleMinutes: 3, exportAllowed: false, backupTargets: ['/srv/copies', '\\\\nas\\carekeep'] };
    assert.deepEqual(read(JSON.stringify(policy)), { policy, source: 'file', problems: [] });
    assert.deepEqual(read(`\uFEFF${JSON.stringify(policy)}\n`).policy, policy);
    assert.deepEqual(read('{}'), { policy: {}, source: 'file', problems: [] });
  });

  it("may be in UTF-16 as Windows' tools write it, and then says the same", () => {
    const text = '{\r\n  "exportAllowed": false,\r\n  "backupTargets": ["D:\\\\Sicherung für Ärzte"]\r\n}\r\n';
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    const big = Buffer.from(little).swap16();
    const policy = { exportAllowed: false, backupTargets: ['D:\\Sicherung für Ärzte'] };
    for (const bytes of [little, big]) assert.deepEqual(read(bytes), { policy, source: 'file', problems: [] });
    const cut = read(little.subarray(0, -1));
    assert.deepEqual(cut, { policy: strictPolicy, source: 'file', problems: [{ name: '', code: 'policy-encoding' }] });
    // without a mark nobody can tell: strict
    assert.equal(read(little.subarray(2)).policy, strictPolicy);
    const twice = Buffer.from('\uFEFF{"exportAllowed":false,"exportAllowed":true}', 'utf16le');
    assert.equal(read(twice).problems[0]?.code, 'policy-duplicate');
  });

  it('is the strict policy as a whole when one name of it does not fit', () => {
    const wrong: readonly [string, unknown, PolicyProblemCode][] = [
      ['idleMinutes', '5', 'policy-type'],
      ['idleMinutes', 0, 'policy-range'],
      ['idleMinutes', 61, 'policy-range'],
      ['idleMinutes', 2.5, 'policy-type'],
      ['idleMinutes', null, 'policy-type'],
      ['pinAllowed', 0, 'policy-type'],
      ['pinAllowed', 'false', 'policy-type'],
      ['backupTargets', '/srv', 'policy-type'],
      ['backupTargets', ['srv/copies'], 'policy-place'],
      ['backupTargets', Array.from({ length: 9 }, () => '/srv'), 'policy-range'],
      ['updateSource', 'http://updates.example', 'policy-value'],
      ['updateChannel', 'nightly', 'policy-value'],
      ['updateRing', 'all', 'policy-value'],
      ['updateCa', 'MIIB', 'policy-certificate'],
      ['updateProxy', 'http://name:word@proxy.example', 'policy-proxy'],
      ['backendAddress', 'http://backend.example', 'policy-https'],
      ['backendAddress', 'https://somebody@backend.example', 'policy-https'],
      ['backendCa', 'ab:cd', 'policy-fingerprint'],
      ['helpAddress', 'javascript:alert(1)', 'policy-https'],
      ['IdleMinutes', 5, 'policy-unknown'],
      ['telemetry', true, 'policy-unknown'],
    ];
    for (const [name, value, code] of wrong) {
      const found = read(JSON.stringify({ screenCaptureProtected: false, [name]: value }));
      assert.deepEqual(found, { policy: strictPolicy, source: 'file', problems: [{ name, code }] }, name);
    }
  });

  it('takes no name twice, at any depth, however it is written', () => {
    for (const text of [
      '{"exportAllowed":false,"exportAllowed":true}',
      '{"exportAllowed":false,"\\u0065xportAllowed":true}',
    ]) {
      assert.deepEqual(read(text).problems, [{ name: 'exportAllowed', code: 'policy-duplicate' }]);
    }
    assert.deepEqual(read('{"__proto__":{"exportAllowed":true}}').problems, [
      { name: '__proto__', code: 'policy-unknown' },
    ]);
    assert.deepEqual(read('{"constructor":1}').problems, [{ name: 'constructor', code: 'policy-unknown' }]);
  });

  it('names what is wrong with the whole', () => {
    const deep = `{"backupTargets":${'['.repeat(200)}${']'.repeat(200)}}`;
    assert.equal(read(deep).problems[0]?.code, 'policy-too-deep');
    for (const text of [
      '',
      ' ',
      '[]',
      'null',
      '"off"',
      '{',
      '{}x',
      '{"idleMinutes":5,}',
      "{'idleMinutes':5}",
      '\u0000',
    ]) {
      assert.deepEqual(read(text), refuse('file', [{ name: '', code: 'policy-syntax' }]), JSON.stringify(text));
    }
    assert.equal(
      read(Buffer.from('{"helpAddress":"https://\xff.example"}', 'latin1')).problems[0]?.code,
      'policy-syntax',
    );
  });

  it('repeats no value and no odd name in what it says is wrong', () => {
    const found = problemsOf({ 'Mustermann, Max 1970': 1, helpAddress: 'http://anna.example' });
    assert.deepEqual(found.map(({ name }) => name).sort(), ['?', 'helpAddress']);
    assert.ok(problemsOf(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`n${at}`, 1]))).length <= 16);
  });

  it('holds a certificate and a root in full', () => {
    const policy = { updateCa: certificateText, updateRoot: `{"signed":${'1'.repeat(100_000)}}` };
    assert.deepEqual(read(JSON.stringify(policy)).policy, policy);
  });

  it('comes back from any policy that fits, in one order', () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        const reversed = Object.fromEntries(Object.entries(policy).reverse());
        const found = read(JSON.stringify(reversed));
        assert.deepEqual(found.problems, []);
        assert.equal(JSON.stringify(found.policy), JSON.stringify(policySchema.parse(policy)));
      }),
    );
  });

  it('is a policy that fits, or the strict one with its reason, whatever lies in the file', () => {
    const holds = (found: ReadPolicy): void => {
      assert.ok(policySchema.safeParse(found.policy).success);
      if (found.problems.length > 0) assert.equal(found.policy, strictPolicy);
      for (const { name, code } of found.problems) {
        assert.match(name, /^(?:[A-Za-z0-9_.-]{0,64}|\?)$/);
        assert.ok(policyProblemCodes.includes(code));
      }
      assert.notDeepEqual(found, noPolicy);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => holds(read(Buffer.from(bytes)))));
    fc.assert(fc.property(fc.json({ maxDepth: 4 }), (text) => holds(read(text))));
    const names = Object.keys(policySchema.shape);
    const wild = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 6 });
    fc.assert(fc.property(wild, (value) => holds(read(JSON.stringify(value)))));
  });
});
