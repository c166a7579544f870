import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { judge } from '../../../src-main/policy/judge.ts';
import { parseRegistry } from '../../../src-main/policy/registry.ts';
import { type Policy, policySchema, type ReadPolicy, strictPolicy } from '../../../src-shared/policy/policy.ts';
import { anyPolicy, certificateText } from './policies.ts';

const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Carekeep';
const printed = (...lines: readonly string[]): Buffer => Buffer.from(['', key, ...lines, '', ''].join('\r\n'));
const read = (output: Buffer): ReadPolicy | null => {
  const given = parseRegistry(output);
  return given === null ? null : judge('registry', given);
};
const policyOf = (...lines: readonly string[]): Policy | undefined => {
  const found = read(printed(...lines));
  assert.deepEqual(found?.problems, []);
  return found?.policy;
};
const problemsOf = (...lines: readonly string[]) => {
  const found = read(printed(...lines));
  assert.equal(found?.policy, strictPolicy);
  return found?.problems;
};

describe('the registry as reg.exe prints it', () => {
  it('gives numbers, truths, texts and lists', () => {
    const found = policyOf(
      '    idleMinutes    REG_DWORD    0x5',
      '    pinAllowed    REG_DWORD    0x0',
      '    exportAllowed    REG_DWORD    0x1',
      '    backupTargets    REG_MULTI_SZ    \\\\nas\\0carekeep|D:\\0copies',
      '    updateSource    REG_SZ    https://updates.example/carekeep?site=2',
      '    updateRing    REG_SZ    pilot',
    );
    assert.deepEqual(found, {
      idleMinutes: 5,
      pinAllowed: false,
      exportAllowed: true,
      backupTargets: ['\\\\nas\\0carekeep', 'D:\\0copies'],
      updateSource: 'https://updates.example/carekeep?site=2',
      updateRing: 'pilot',
    });
    // 1 is a number where a number belongs
    assert.deepEqual(policyOf('    idleMinutes    REG_DWORD    0x1'), { idleMinutes: 1 });
    assert.deepEqual(policyOf('    backupTargets    REG_MULTI_SZ    D:\\copies'), { backupTargets: ['D:\\copies'] });
  });

  it('takes a certificate as one text of many lines and as a list of lines', () => {
    const lines = certificateText.split('\n');
    assert.equal(policyOf(`    updateCa    REG_SZ    ${lines.join('\r\n')}`)?.updateCa, certificateText);
    assert.equal(policyOf(`    updateCa    REG_MULTI_SZ    ${lines.join('|')}`)?.updateCa, certificateText);
    const both = policyOf(
      `    updateCa    REG_SZ    ${lines.join('\r\n')}`,
      '    helpAddress    REG_SZ    https://help.example/',
    );
    assert.deepEqual(both, { updateCa: certificateText, helpAddress: 'https://help.example/' });
  });

  it('is nothing where nothing is set, in whatever language the empty default value is printed', () => {
    assert.equal(read(printed()), null);
    assert.equal(read(Buffer.from('\r\n')), null);
    assert.equal(read(printed('    (Default)    REG_SZ    ')), null);
    assert.deepEqual(policyOf('    (Standard)    REG_SZ', '    pinAllowed    REG_DWORD    0x0'), { pinAllowed: false });
  });

  it('refuses types and values that do not belong', () => {
    assert.deepEqual(problemsOf('    idleMinutes    REG_SZ    5'), [{ name: 'idleMinutes', code: 'policy-type' }]);
    assert.deepEqual(problemsOf('    pinAllowed    REG_DWORD    0x2'), [{ name: 'pinAllowed', code: 'policy-type' }]);
    assert.deepEqual(problemsOf('    pinAllowed    REG_SZ    false'), [{ name: 'pinAllowed', code: 'policy-type' }]);
    assert.deepEqual(problemsOf('    idleMinutes    REG_DWORD    0xffffffff'), [
      { name: 'idleMinutes', code: 'policy-range' },
    ]);
    for (const type of ['REG_QWORD    0x5', 'REG_BINARY    0500', 'REG_EXPAND_SZ    %TEMP%', 'REG_NONE']) {
      assert.deepEqual(problemsOf(`    idleMinutes    ${type}`), [{ name: 'idleMinutes', code: 'policy-type' }], type);
    }
    assert.deepEqual(problemsOf('    (Default)    REG_SZ    something')?.[0]?.code, 'policy-unknown');
  });

  it('refuses what would be passed over in silence: keys below, a name twice, a name of another case', () => {
    assert.deepEqual(problemsOf('    pinAllowed    REG_DWORD    0x0', '', `${key}\\backupTargets`), [
      { name: 'backupTargets', code: 'policy-unknown' },
    ]);
    assert.deepEqual(problemsOf('    pinAllowed    REG_DWORD    0x0', '    pinAllowed    REG_DWORD    0x1'), [
      { name: 'pinAllowed', code: 'policy-duplicate' },
    ]);
    assert.deepEqual(problemsOf('    PinAllowed    REG_DWORD    0x0'), [
      { name: 'PinAllowed', code: 'policy-unknown' },
    ]);
  });

  it('refuses letters that the tool could not print', () => {
    const cp850 = Buffer.concat([printed('    backupTargets    REG_MULTI_SZ    D:\\M'), Buffer.from([0x81])]);
    assert.deepEqual(read(cp850)?.problems, [{ name: '', code: 'policy-encoding' }]);
    assert.deepEqual(problemsOf('    backupTargets    REG_MULTI_SZ    D:\\??????'), [
      { name: 'backupTargets', code: 'policy-encoding' },
    ]);
    assert.deepEqual(policyOf('    backupTargets    REG_MULTI_SZ    D:\\Müller'), { backupTargets: ['D:\\Müller'] });
  });

  it('refuses anything else that a program might print', () => {
    assert.deepEqual(read(Buffer.from('ERROR: unknown\r\n'))?.problems, [{ name: '', code: 'policy-syntax' }]);
    assert.deepEqual(read(Buffer.from([0xff, 0xfe, 0x41, 0x00]))?.problems, [{ name: '', code: 'policy-encoding' }]);
  });

  it('comes back from any policy', () => {
    const line = ([name, value]: [string, unknown]): string => {
      if (typeof value === 'boolean') return `    ${name}    REG_DWORD    0x${value ? 1 : 0}`;
      if (typeof value === 'number') return `    ${name}    REG_DWORD    0x${value.toString(16)}`;
      if (Array.isArray(value)) return `    ${name}    REG_MULTI_SZ    ${value.join('|')}`;
      return `    ${name}    REG_SZ    ${String(value).replaceAll('\n', '\r\n')}`;
    };
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        const lines = Object.entries(policy).map(line);
        const found = read(printed(...lines));
        if (lines.length === 0) assert.equal(found, null);
        else assert.deepEqual(found, { policy, source: 'registry', problems: [] });
      }),
    );
  });

  it('never throws, and is strict whenever something is wrong', () => {
    const name = fc.oneof(fc.constantFrom(...Object.keys(policySchema.shape)), fc.string({ maxLength: 12 }));
    const type = fc.constantFrom('REG_SZ', 'REG_DWORD', 'REG_MULTI_SZ', 'REG_QWORD', 'REG_', '');
    const data = fc.oneof(fc.string(), fc.constantFrom('0x0', '0x1', '0x', '|', '||', 'off'));
    const line = fc.oneof(
      fc.tuple(name, type, data).map(([a, b, c]) => `    ${a}    ${b}    ${c}`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const found = read(printed(...lines));
        if (found === null) return;
        assert.ok(policySchema.safeParse(found.policy).success);
        if (found.problems.length > 0) assert.equal(found.policy, strictPolicy);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void read(Buffer.from(bytes))));
  });
});
