/** JSON that is not valid FHIR R4: other releases, what each validator alone finds, references to nowhere. */
import type { Prng } from '../prng.ts';
import { accepted, byValidator, type Expected, either, type ImportCase, jsonCase, refused } from './case.ts';
import { bundle, family, observation, patient, uniqueId, uuid } from './samples.ts';

type More = Readonly<Record<string, unknown>>;
const badPatient = (name: string, more: More, path: RegExp, expected: Expected = refused(byValidator, { path })) =>
  jsonCase(name, expected, (random) => patient(random, more));
const badObservation = (name: string, more: More, path: RegExp) =>
  jsonCase(name, refused(byValidator, { path }), (random) => observation(random, undefined, more));
const resource = (name: string, expected: Expected, content: More) =>
  jsonCase(name, expected, (random) => ({ id: uniqueId(random), ...content }));
/** Against FHIR R4, but neither ajv on its schema nor Medplum's validator says so (4.5.2): what came in must go out. */
const neitherSees = either;
const nobody = { display: 'somebody' };

const shape: readonly ImportCase[] = [
  badPatient('unknown element', { shoeSize: 42 }, /^$|shoeSize/),
  badPatient('unknown element deep', { name: [{ family: 'A', nick: 'B' }] }, /name/),
  badPatient('name not a list', { name: { family: 'A' } }, /name/),
  badPatient('name a list of texts', { name: ['Eva'] }, /name/),
  badPatient('given not a list', { name: [{ given: 'Eva' }] }, /name/),
  badPatient('gender unknown to FHIR', { gender: 'F' }, /gender/),
  badPatient('gender a number', { gender: 1 }, /gender/),
  badPatient('active a text', { active: 'true' }, /active/),
  badPatient('null element', { birthDate: null }, /birthDate|^$/),
  badPatient('birth date in month 13', { birthDate: '1971-13-01' }, /birthDate/),
  badPatient('birth date 31 February', { birthDate: '1971-02-31' }, /birthDate/, either),
  badPatient('birth date in German', { birthDate: '14.03.1971' }, /birthDate/),
  badPatient('birth date with a time', { birthDate: '1971-03-14T00:00:00Z' }, /birthDate/),
  badPatient('birth date year 0', { birthDate: '0000-01-01' }, /birthDate/),
  badPatient('birth date of five digits', { birthDate: '19711-03-14' }, /birthDate/),
  badPatient('deceased twice', { deceasedBoolean: true, deceasedDateTime: '2020-01-01' }, /deceased/),
  badPatient('id with dots and slashes', { id: '../../etc/passwd' }, /id/),
  badPatient('id of 65 letters', { id: 'a'.repeat(65) }, /id/),
  badPatient('id with a space', { id: 'a b' }, /id/),
  badPatient('id empty', { id: '' }, /id/),
  badPatient('id a number', { id: 17 }, /id/),
  badPatient('extension without url', { extension: [{ valueString: 'x' }] }, /extension/),
  badPatient(
    'extension with value and extensions',
    {
      extension: [{ url: 'http://example.org/a', valueString: 'x', extension: [{ url: 'b', valueString: 'y' }] }],
    },
    /extension/,
  ),
  badPatient('contact without anything (pat-1)', { contact: [{ gender: 'male' }] }, /contact/),
  badPatient('link without type', { link: [{ other: nobody }] }, /link/),
  badPatient(
    'narrative with a script',
    {
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></div>' },
    },
    /text/,
    either,
  ),
  badPatient('narrative without div', { text: { status: 'generated' } }, /text/),
  badPatient('empty object (ele-1)', { maritalStatus: {} }, /maritalStatus/, neitherSees),
  badPatient('empty list', { name: [] }, /name/, neitherSees),
  badPatient('photo with bad base64', { photo: [{ contentType: 'image/png', data: '!!!' }] }, /photo/),
  badObservation('no status', { status: undefined }, /status|^$/),
  badObservation('unknown status', { status: 'done' }, /status/),
  badObservation('no code', { code: undefined }, /code|^$/),
  badObservation(
    'value and reason for its absence (obs-6)',
    { dataAbsentReason: { text: 'x' } },
    /^$|dataAbsentReason/,
  ),
  badObservation('two values', { valueString: 'x' }, /value/),
  badObservation('instant without a zone', { issued: '2024-05-01T10:00:00' }, /issued/),
  badObservation('time without a zone', { effectiveDateTime: '2024-05-01T10:00:00' }, /effective/),
  badObservation('comparator unknown', { valueQuantity: { value: 1, comparator: '==' } }, /valueQuantity/),
  badObservation(
    'reference range without anything (obs-3)',
    { referenceRange: [{ type: { text: 'x' } }] },
    /referenceRange/,
  ),
  resource('Condition without subject', refused(byValidator), { resourceType: 'Condition', code: { text: 'x' } }),
  resource('AllergyIntolerance without patient', refused(byValidator), {
    resourceType: 'AllergyIntolerance',
    code: { text: 'x' },
  }),
  resource('Encounter without class', refused(byValidator), { resourceType: 'Encounter', status: 'finished' }),
  resource('Immunization without vaccine', refused(byValidator), {
    resourceType: 'Immunization',
    status: 'completed',
    patient: nobody,
    occurrenceDateTime: '2020',
  }),
  resource('MedicationRequest without medication', refused(byValidator), {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    subject: nobody,
  }),
  resource('Questionnaire with repeated link ids (que-2)', neitherSees, {
    resourceType: 'Questionnaire',
    status: 'active',
    item: [
      { linkId: 'a', type: 'string' },
      { linkId: 'a', type: 'string' },
    ],
  }),
];

const releases: readonly ImportCase[] = [
  resource('DSTU2 MedicationOrder', refused(['wrong-release']), { resourceType: 'MedicationOrder', patient: nobody }),
  resource('DSTU2 Condition', refused(['wrong-release']), {
    resourceType: 'Condition',
    patient: nobody,
    code: { text: 'x' },
    verificationStatus: 'confirmed',
  }),
  resource('STU3 Patient with an animal', refused(['wrong-release']), {
    resourceType: 'Patient',
    animal: { species: { text: 'dog' } },
  }),
  resource('STU3 AllergyIntolerance', refused(['wrong-release']), {
    resourceType: 'AllergyIntolerance',
    clinicalStatus: 'active',
    verificationStatus: 'confirmed',
    patient: nobody,
  }),
  resource('STU3 ServiceDefinition', refused(['wrong-release']), {
    resourceType: 'ServiceDefinition',
    status: 'active',
  }),
  resource('R5 Encounter', refused(['wrong-release']), {
    resourceType: 'Encounter',
    status: 'completed',
    class: [{ text: 'x' }],
    subject: nobody,
  }),
  resource('R5 MedicationStatement', refused(['wrong-release']), {
    resourceType: 'MedicationStatement',
    status: 'recorded',
    medication: { concept: { text: 'x' } },
    subject: nobody,
  }),
  resource('R5 Transport', refused(['wrong-release']), {
    resourceType: 'Transport',
    status: 'completed',
    intent: 'order',
  }),
];

const inBundle = (random: Prng, change: (entries: { fullUrl?: string; resource?: More }[]) => void) => {
  const entries = Array.from({ length: 5 }, () => ({ fullUrl: `urn:uuid:${uuid(random)}`, resource: patient(random) }));
  change(entries);
  return { resourceType: 'Bundle', type: 'collection', entry: entries };
};

const bundles: readonly ImportCase[] = [
  resource('bundle without type', refused(byValidator), { resourceType: 'Bundle', entry: [] }),
  resource('bundle of unknown type', refused(byValidator), { resourceType: 'Bundle', type: 'heap' }),
  resource('bundle entry not a list', refused(), { resourceType: 'Bundle', type: 'collection', entry: {} }),
  resource('bundle entry null', refused(), { resourceType: 'Bundle', type: 'collection', entry: [null] }),
  resource('document without anything', refused(byValidator), { resourceType: 'Bundle', type: 'document' }),
  jsonCase('one bad of five', refused(undefined, { path: /^entry\[3\]\.resource/ }), (random) =>
    inBundle(random, (entries) => {
      entries[3] = { fullUrl: `urn:uuid:${uuid(random)}`, resource: patient(random, { gender: 'F' }) };
    }),
  ),
  jsonCase('one of another release', refused(undefined, { path: /^entry\[2\]/ }), (random) =>
    inBundle(random, (entries) => {
      entries[2] = { fullUrl: `urn:uuid:${uuid(random)}`, resource: { resourceType: 'MedicationOrder', id: 'x' } };
    }),
  ),
  jsonCase('an entry that is no resource', refused(undefined, { path: /^entry\[1\]/ }), (random) =>
    inBundle(random, (entries) => {
      entries[1] = { fullUrl: `urn:uuid:${uuid(random)}`, resource: { hello: 'world' } };
    }),
  ),
  jsonCase('the same fullUrl twice (bdl-7)', refused(byValidator), (random) =>
    inBundle(random, (entries) => {
      const [first, second] = entries;
      if (first?.fullUrl !== undefined && second !== undefined) second.fullUrl = first.fullUrl;
    }),
  ),
  jsonCase('document whose first entry is no composition (bdl-11)', refused(byValidator), (random) => ({
    ...bundle('document', [patient(random)], random),
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${uuid(random)}` },
    timestamp: '2024-05-01T10:00:00Z',
  })),
  jsonCase('a bundle inside a bundle, broken', refused(), (random) =>
    bundle(
      'collection',
      [{ ...bundle('collection', [patient(random, { gender: 'F' })], random), id: uniqueId(random) }],
      random,
    ),
  ),
  jsonCase('5,000 good and one bad at the end', refused(undefined, { path: /^entry\[5000\]/ }), (random) => {
    const many = Array.from({ length: 5000 }, () => observation(random));
    return bundle('collection', [...many, observation(random, undefined, { status: 'done' })], random);
  }),
  jsonCase('a transaction', accepted, (random) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl: `urn:uuid:${uuid(random)}`, resource: patient(random), request: { method: 'POST', url: 'Patient' } },
    ],
  })),
  jsonCase('a transaction without requests (bdl-3)', refused(byValidator), (random) =>
    bundle('transaction', [patient(random)], random),
  ),
  jsonCase('a family of references by urn', accepted, (random) => family(random)),
  jsonCase('unknown extensions and contained resources', accepted, (random) =>
    patient(random, {
      extension: [{ url: 'http://example.org/never-heard-of', valueDecimal: 0.5 }],
      contained: [{ resourceType: 'Organization', id: 'o', name: 'A' }],
      managingOrganization: { reference: '#o' },
    }),
  ),
];

const references: readonly ImportCase[] = [
  jsonCase('patient who is nowhere', refused('reference-nowhere', { path: /subject/ }), (random) =>
    observation(random, `Patient/${uniqueId(random)}`),
  ),
  jsonCase('patient at an address who is nowhere', refused('reference-nowhere', { path: /subject/ }), (random) =>
    observation(random, `https://example.org/fhir/Patient/${uniqueId(random)}`),
  ),
  jsonCase('urn that no entry has', refused('urn-missing', { path: /^entry\[0\]/ }), (random) =>
    bundle('collection', [observation(random, `urn:uuid:${uuid(random)}`)], random),
  ),
  jsonCase(
    'contained resource that is not there',
    refused('contained-missing', { path: /managingOrganization/ }),
    (random) => patient(random, { managingOrganization: { reference: '#gone' } }),
  ),
  jsonCase('contained resource of no type', refused(undefined, { path: /contained/ }), (random) =>
    patient(random, { contained: [{ id: 'a' }], managingOrganization: { reference: '#a' } }),
  ),
  jsonCase('contained resource that is broken', refused(undefined, { path: /contained/ }), (random) =>
    patient(random, {
      contained: [{ resourceType: 'Organization', id: 'o', active: 'yes' }],
      managingOrganization: { reference: '#o' },
    }),
  ),
  jsonCase('reference to a file', either, (random) =>
    patient(random, { managingOrganization: { reference: 'file:///etc/passwd' } }),
  ),
  jsonCase('reference by script', either, (random) =>
    patient(random, { managingOrganization: { reference: 'javascript:alert(1)' } }),
  ),
  jsonCase('a reference that is a number', refused(byValidator, { path: /managingOrganization/ }), (random) =>
    patient(random, { managingOrganization: { reference: 5 } }),
  ),
];

export const fhirCases: readonly ImportCase[] = [...shape, ...releases, ...bundles, ...references];
