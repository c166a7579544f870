import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateResource } from '../../../../src-main/core/exchange/read/validate.ts';
import { plainReason, refusalCodes } from '../../../../src-shared/fhir/refusals.ts';

function reasons(resource: unknown): string[] {
  const result = validateResource(JSON.stringify(resource));
  return result.ok ? [] : result.issues.map((issue) => `${issue.code} ${issue.path}`);
}
const observation = (more: object) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...more });

test('each kind of mistake has its reason and its place', () => {
  const cases: readonly [unknown, string][] = [
    [{ resourceType: 'Patient', nickname: 'x' }, 'unknown-element '],
    [{ resourceType: 'Patient', name: [{ family: 1 }] }, 'wrong-kind name[0].family'],
    [{ resourceType: 'Patient', name: 'x' }, 'wrong-kind name'],
    [{ resourceType: 'Patient', birthDate: '1.5.1972' }, 'wrong-format birthDate'],
    [{ resourceType: 'Patient', gender: 'F' }, 'wrong-code gender'],
    [{ resourceType: 'Patient', contact: [{ gender: 'male' }] }, 'rule contact[0]'],
    [{ resourceType: 'Observation', code: { text: 'x' } }, 'missing-element '],
    [{ resourceType: 'Patient', name: [{}] }, 'invalid name[0]'],
    [observation({ subject: { reference: '#p' } }), 'contained-missing subject'],
    [
      observation({ contained: [{ resourceType: 'Patient', gender: 'F' }], subject: { reference: '#p' } }),
      'wrong-code contained[0].gender',
    ],
    [{ resourceType: 'Nonsense' }, 'unknown-type '],
    [{ name: 'x' }, 'not-a-resource '],
    [[], 'not-a-resource '],
    ['{', 'not-a-resource '],
    [
      { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { resourceType: 'Patient', gender: 'F' } }] },
      'wrong-code entry[0].resource.gender',
    ],
    [{ resourceType: 'Bundle', type: 'document', entry: [{ resource: { resourceType: 'Patient' } }] }, 'rule '],
    [
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [
          { fullUrl: 'urn:x:1', resource: { resourceType: 'Patient' } },
          { fullUrl: 'urn:x:1', resource: { resourceType: 'Patient' } },
        ],
      },
      'rule entry[1]',
    ],
    [
      {
        resourceType: 'Parameters',
        parameter: [{ name: 'a', part: [{ name: 'b', resource: { resourceType: 'Patient', gender: 'F' } }] }],
      },
      'wrong-code parameter[0].part[0].resource.gender',
    ],
  ];
  for (const [resource, expected] of cases)
    assert.ok(reasons(resource).includes(expected), `${expected} not in ${reasons(resource)}`);
});

test('other releases are recognised, once the validators refuse', () => {
  const release = (resource: object): unknown => {
    const result = validateResource(JSON.stringify(resource));
    return result.ok ? 'accepted' : result.issues.map((issue) => `${issue.code} ${issue.params.release}`).join();
  };
  assert.equal(release({ resourceType: 'MedicationOrder' }), 'wrong-release DSTU2');
  assert.equal(
    release({ resourceType: 'Condition', subject: { reference: 'Patient/1' }, clinicalStatus: 'active' }),
    'wrong-release STU3',
  );
  assert.equal(release({ resourceType: 'Encounter', status: 'completed', class: [{ text: 'x' }] }), 'wrong-release R5');
  assert.equal(
    release({ resourceType: 'Patient', meta: { profile: ['http://hl7.org/fhir/3.0/StructureDefinition/Patient'] } }),
    'accepted',
  );
});

test('what is sound stays sound: extensions on primitives, non-breaking spaces, large scans, unknown extensions', () => {
  assert.deepEqual(
    reasons({
      resourceType: 'Patient',
      name: [
        { given: [null, 'Ewa'], _given: [{ extension: [{ url: 'http://x/y', valueString: '12\u00a0mg' }] }, null] },
      ],
      extension: [{ url: 'http://example.org/anything', valueDecimal: 1.5 }],
    }),
    [],
  );
  assert.deepEqual(
    reasons({ resourceType: 'Binary', contentType: 'application/pdf', data: 'QUJD'.repeat(500_000) }),
    [],
  );
  assert.deepEqual(reasons({ resourceType: 'Binary', contentType: 'a/b', data: 'QUJD\r\nQUJD' }), []);
  assert.deepEqual(reasons({ resourceType: 'Binary', contentType: 'a/b', data: 'QUJ' }), ['wrong-format data']);
});

test('no reason ever repeats what the file says', () => {
  const secret = 'Ivanka1972';
  const hostile = [
    { resourceType: 'Patient', [secret]: 1 },
    { resourceType: 'Patient', gender: secret, name: [{ [`${secret} x`]: secret }] },
    { resourceType: secret },
    observation({ valueQuantity: { value: 1, [`${secret}-`]: secret } }),
    observation({ subject: { reference: `#${secret}` } }),
    observation({ effectiveDateTime: secret }),
  ];
  for (const resource of hostile) {
    const result = validateResource(JSON.stringify(resource));
    assert.ok(!result.ok);
    assert.ok(!JSON.stringify(result.issues).includes(secret), JSON.stringify(result.issues));
  }
  for (const code of refusalCodes) assert.notEqual(plainReason({ code, params: {} }), '');
});
