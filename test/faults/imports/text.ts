/** Texts that are JSON or nearly so: grammar, depth, keys, numbers, strings, and roots that are no resource. */
import type { Prng } from '../prng.ts';
import { accepted, bytesCase, either, type ImportCase, jsonCase, refused } from './case.ts';
import { family, observation, patient } from './samples.ts';

const good = (random: Prng) => JSON.stringify(patient(random));
/** The patient with something written into the object's end, as text. */
const withMember = (member: string) => (random: Prng) => `${good(random).slice(0, -1)},${member}}`;
const broken = (name: string, change: (text: string) => string) =>
  bytesCase(name, refused('not-json'), (random) => change(good(random)));

/** An observation of nobody whose value is written exactly so. */
const measured = (written: string) => (random: Prng) =>
  JSON.stringify(observation(random, undefined, { valueQuantity: { value: 424242 } })).replace('424242', written);

function nested(levels: number, open: string, close: string): string {
  return `{"resourceType":"Patient","extension":${open.repeat(levels)}1${close.repeat(levels)}}`;
}

const grammar: readonly ImportCase[] = [
  broken('comma too many', (text) => text.replace(/}$/, ',}')),
  broken('comma missing', (text) => text.replace('","', '""')),
  broken('single quotes', (text) => text.replaceAll('"', "'")),
  broken('keys without quotes', (text) => text.replace('"resourceType"', 'resourceType')),
  broken('comment', (text) => text.replace('{', '{/* patient */')),
  broken('line comment', (text) => `${text}\n// end`),
  broken('text after the end', (text) => `${text} and so on`),
  broken('two objects', (text) => `${text}${text}`),
  broken('brace too many', (text) => `${text}}`),
  broken('bracket for brace', (text) => text.replace(/}$/, ']')),
  broken('string never closed', (text) => text.slice(0, text.lastIndexOf('"'))),
  broken('line break inside a string', (text) => text.replace('Trial', 'Tri\nal')),
  broken('control character inside a string', (text) => text.replace('Trial', 'Tri\u0001al')),
  broken('unknown escape', (text) => text.replace('Trial', 'Tri\\xal')),
  broken('short unicode escape', (text) => text.replace('Trial', 'Tri\\u12')),
  broken('NaN', (text) => text.replace(/}$/, ',"multipleBirthInteger":NaN}')),
  broken('Infinity', (text) => text.replace(/}$/, ',"multipleBirthInteger":Infinity}')),
  broken('hexadecimal number', (text) => text.replace(/}$/, ',"multipleBirthInteger":0x10}')),
  broken('leading zero', (text) => text.replace(/}$/, ',"multipleBirthInteger":012}')),
  broken('leading plus', (text) => text.replace(/}$/, ',"multipleBirthInteger":+1}')),
  broken('bare decimal point', (text) => text.replace(/}$/, ',"multipleBirthInteger":1.}')),
  broken('undefined', (text) => text.replace(/}$/, ',"active":undefined}')),
  broken('capital True', (text) => text.replace(/}$/, ',"active":True}')),
];

const depth: readonly ImportCase[] = [
  bytesCase('100,000 arrays deep', refused('too-deep'), () => nested(100_000, '[', ']')),
  bytesCase('100,000 objects deep', refused('too-deep'), () => nested(100_000, '{"a":', '}')),
  bytesCase('100,000 extensions deep', refused('too-deep'), () =>
    nested(100_000, '[{"url":"http://example.org/x","extension":', '}]'),
  ),
  bytesCase('a million brackets, never closed', refused(), () => '['.repeat(1_000_000)),
  bytesCase('100,000 deep inside a bundle', refused('too-deep', { path: /^entry\[0\]/ }), () => {
    const inner = nested(100_000, '[', ']');
    return `{"resourceType":"Bundle","type":"collection","entry":[{"resource":${inner}}]}`;
  }),
];

const keys: readonly ImportCase[] = [
  bytesCase('__proto__', refused('forbidden-key'), withMember('"__proto__":{"active":true}')),
  bytesCase('__proto__ in escapes', refused('forbidden-key'), withMember('"\\u005f_proto_\\u005f":{"active":true}')),
  bytesCase('__proto__ in a bundle entry', refused('forbidden-key', { path: /^entry\[0\]/ }), (random) =>
    JSON.stringify(family(random)).replace('"gender"', '"__proto__":{"isAdmin":true},"gender"'),
  ),
  bytesCase('constructor', refused(), withMember('"constructor":{"prototype":{"active":true}}')),
  bytesCase('prototype', refused(), withMember('"prototype":{}')),
  bytesCase('toString', refused(), withMember('"toString":"x"')),
  bytesCase('empty key', refused(), withMember('"":1')),
  bytesCase('key with a NUL', refused(), withMember('"act\\u0000ive":true')),
  bytesCase('key of a megabyte', refused(), (random) => withMember(`"${'a'.repeat(1 << 20)}":1`)(random)),
  bytesCase('the same key twice', refused('duplicate-key'), withMember('"gender":"male"')),
  bytesCase('the same key twice, once in escapes', refused('duplicate-key'), withMember('"g\\u0065nder":"male"')),
  bytesCase('the same key twice, deep', refused('duplicate-key', { path: /name\[0\]/ }), (random) =>
    good(random).replace('"given"', '"family":"Other","given"'),
  ),
  bytesCase('resourceType twice', refused('duplicate-key'), withMember('"resourceType":"Observation"')),
  bytesCase('100,000 unknown keys', refused(), (random) => {
    const members = Array.from({ length: 100_000 }, (_, index) => `"k${index}":1`).join(',');
    return withMember(members)(random);
  }),
];

const roots: readonly ImportCase[] = [
  ...[
    '1',
    '"Patient"',
    'null',
    'true',
    '[]',
    '{}',
    '[{"resourceType":"Patient"}]',
    '{"resourceType":5}',
    '{"resourceType":null}',
    '{"resourceType":["Patient"]}',
    '{"resourceType":""}',
    '{"type":"collection","entry":[]}',
  ].map((text) => bytesCase(`root ${text}`, refused(), () => text)),
  ...[
    'Nonsense',
    'patient',
    'Patient ',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'Resource',
    'DomainResource',
    'Element',
    'HumanName',
    '../Patient',
  ].map((type) => jsonCase(`type ${type}`, refused(), (random) => ({ ...patient(random), resourceType: type }))),
];

const numbers: readonly ImportCase[] = [
  ...[
    '1.50',
    '-0',
    '0.10',
    '1e3',
    '1E+2',
    '100.000',
    '0.00000000000000000000000000001',
    '3.141592653589793238462643383279',
    '9007199254740993',
    '-273.15',
  ].map((written) => bytesCase(`decimal ${written}`, accepted, measured(written))),
  ...['1e400', '-1e400', '1e-400', `1${'0'.repeat(400)}`, `0.${'1'.repeat(5000)}`].map((written) =>
    bytesCase(`number ${written.slice(0, 12)}`, either, measured(written)),
  ),
  bytesCase('a number in quotes', refused(undefined, { path: /valueQuantity/ }), measured('"42"')),
  bytesCase('an integer too large for FHIR', either, withMember('"multipleBirthInteger":99999999999')),
  bytesCase(
    'an integer with a fraction',
    refused(undefined, { path: /multipleBirth/ }),
    withMember('"multipleBirthInteger":1.5'),
  ),
];

const strings: readonly ImportCase[] = [
  bytesCase('lone surrogate in an escape', either, (random) => good(random).replace('Trial', 'Tri\\ud800al')),
  bytesCase('NUL in an escape', either, (random) => good(random).replace('Trial', 'Tri\\u0000al')),
  bytesCase('right-to-left override', accepted, (random) => good(random).replace('Trial', 'Tri\u202eal')),
  bytesCase('a thousand combining marks', accepted, (random) =>
    good(random).replace('Trial', `T${'\u0301'.repeat(1000)}`),
  ),
  bytesCase('astral letters', accepted, (random) => good(random).replace('Trial', '𐐷👩🏽‍⚕️ﷺ')),
  bytesCase('script in a name', accepted, (random) => good(random).replace('Trial', '<script>alert(1)</script>')),
  bytesCase('a string of 10 MB', either, (random) => good(random).replace('Trial', 'x'.repeat(10_000_000))),
  bytesCase('attachment of 10 MB', accepted, (random) =>
    JSON.stringify({
      resourceType: 'Binary',
      id: patient(random).id,
      contentType: 'image/png',
      data: 'AAAA'.repeat(2_600_000),
    }),
  ),
  bytesCase('escaped slashes and letters', accepted, (random) => good(random).replace('Trial', 'A\\/\\u0042\\u00e9')),
  bytesCase('generous white space', accepted, (random) =>
    JSON.stringify(patient(random), null, '\t').replaceAll('\n', '\r\n'),
  ),
];

export const textCases: readonly ImportCase[] = [...grammar, ...depth, ...keys, ...roots, ...numbers, ...strings];
