/** Files that are wrong before any JSON is read: encodings, other formats, cut and damaged bytes. */
import { deflateRawSync, gzipSync } from 'node:zlib';
import type { Prng } from '../prng.ts';
import { accepted, bytesCase, either, type ImportCase, refused } from './case.ts';
import { family, patient, summaryText } from './samples.ts';

const good = (random: Prng) => JSON.stringify(patient(random));
const notText = ['not-utf8', 'not-json'] as const;

/** Local header, data, central directory and end record of a one-file archive (PKZIP APPNOTE 4.3). */
function zip(content: string): Buffer {
  const data = deflateRawSync(content);
  const name = Buffer.from('patient.json');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(name.length, 26);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  return Buffer.concat([local, name, data, end]);
}

function swapped(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** Nothing but a failing parser or decoder counts as broken here, so that the verdict is not ours to argue. */
export function isBroken(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return false;
  } catch {
    return true;
  }
}

function flipped(random: Prng): Buffer {
  for (;;) {
    const bytes = Buffer.from(summaryText());
    for (let flips = random.between(1, 4); flips > 0; flips -= 1) {
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    if (isBroken(bytes)) return bytes;
  }
}

function cut(random: Prng): Buffer {
  for (;;) {
    const bytes = Buffer.from(summaryText());
    const short = bytes.subarray(0, random.between(1, bytes.length - 1));
    if (isBroken(short)) return short;
  }
}

/** A run of bytes lost, doubled or overwritten by zeros, as a bad disk or transfer leaves it. */
function scarred(random: Prng): Buffer {
  for (;;) {
    const bytes = Buffer.from(summaryText());
    const from = random.below(bytes.length - 600);
    const to = from + random.between(1, 512);
    const kind = random.below(3);
    const scar =
      kind === 0
        ? Buffer.alloc(0)
        : kind === 1
          ? Buffer.concat([bytes.subarray(from, to), bytes.subarray(from, to)])
          : Buffer.alloc(to - from);
    const out = Buffer.concat([bytes.subarray(0, from), scar, bytes.subarray(to)]);
    if (isBroken(out)) return out;
  }
}

const series = (count: number, name: string, content: (random: Prng) => Buffer): ImportCase[] =>
  Array.from({ length: count }, (_, index) => bytesCase(`${name} ${index + 1}`, refused(), content));

export const bytesCases: readonly ImportCase[] = [
  bytesCase('no bytes', refused('empty'), () => ''),
  bytesCase('only spaces', refused(['empty', 'not-json']), () => ' \n\t \r\n'),
  bytesCase('only a byte order mark', refused(['empty', 'not-json']), () => Buffer.from([0xef, 0xbb, 0xbf])),
  bytesCase('byte order mark before good JSON', accepted, (random) => `\ufeff${good(random)}`),
  bytesCase('two byte order marks', refused(), (random) => `\ufeff\ufeff${good(random)}`),
  bytesCase('UTF-16 little endian', refused(notText), (random) => Buffer.from(`\ufeff${good(random)}`, 'utf16le')),
  bytesCase('UTF-16 big endian', refused(notText), (random) => swapped(`\ufeff${good(random)}`)),
  bytesCase('UTF-16 without mark', refused(notText), (random) => Buffer.from(good(random), 'utf16le')),
  bytesCase('Latin-1', refused('not-utf8'), (random) => Buffer.from(good(random).replace('Trial', 'José'), 'latin1')),
  bytesCase('overlong UTF-8', refused('not-utf8'), (random) =>
    Buffer.concat([
      Buffer.from(good(random).slice(0, -1)),
      Buffer.from([0x2c, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]),
    ]),
  ),
  bytesCase('surrogate in UTF-8 bytes', refused('not-utf8'), (random) => {
    const [before = '', after = ''] = good(random).split('Trial');
    return Buffer.concat([Buffer.from(before), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(after)]);
  }),
  bytesCase('a byte above UTF-8', refused('not-utf8'), (random) => {
    const [before = '', after = ''] = good(random).split('Trial');
    return Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
  }),
  bytesCase('NUL before the JSON', refused(), (random) => `\0${good(random)}`),
  bytesCase('NUL inside a name', refused(), (random) => good(random).replace('Trial', 'Tri\0al')),
  bytesCase('a megabyte of NUL', refused(), () => Buffer.alloc(1 << 20)),
  bytesCase('plain words', refused('not-json'), () => 'Dear colleague, please find enclosed the record.'),
  bytesCase('random bytes', refused(notText), (random) =>
    Buffer.concat([Buffer.from([0xff, 0x01]), random.bytes(4096)]),
  ),
  bytesCase('zip', refused('zip'), (random) => zip(good(random))),
  bytesCase('zip named json with spaces before', refused(), (random) =>
    Buffer.concat([Buffer.from('  '), zip(good(random))]),
  ),
  bytesCase('empty zip', refused('zip'), () => Buffer.from('504b0506000000000000000000000000000000000000', 'hex')),
  bytesCase('gzip', refused('gzip'), (random) => gzipSync(good(random))),
  bytesCase('gzip that unpacks to a gigabyte', refused('gzip'), () => gzipSync(Buffer.alloc(1 << 24))),
  bytesCase('PDF', refused('pdf'), () => '%PDF-1.7\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\n'),
  bytesCase('XML', refused('xml'), () => '<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"/>'),
  bytesCase(
    'XML without a declaration',
    refused('xml'),
    () => '<Patient xmlns="http://hl7.org/fhir"><id value="1"/></Patient>',
  ),
  bytesCase(
    'XML with an entity bomb',
    refused('xml'),
    () => '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Patient>&b;</Patient>',
  ),
  bytesCase('HTML', refused(['xml', 'not-json']), () => '<!doctype html><script>alert(1)</script>'),
  bytesCase('PNG', refused(notText), () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
  bytesCase('SQLite', refused(notText), () => Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4080)])),
  bytesCase('ELF', refused(notText), () => Buffer.from('7f454c4602010100000000000000000003003e00', 'hex')),
  bytesCase(
    'HL7 version 2',
    refused('not-json'),
    () => 'MSH|^~\\&|LAB|X|EHR|Y|202401011200||ORU^R01|1|P|2.5\rPID|1||1\r',
  ),
  bytesCase('CSV', refused('not-json'), () => 'family,given,birthDate\nExample,Eva,1971-03-14\n'),
  bytesCase('YAML', refused('not-json'), () => 'resourceType: Patient\nid: a\n'),
  bytesCase('NDJSON named json', either, (random) => `${good(random)}\n${good(random)}\n`),
  bytesCase('just over 64 MB', refused('too-large'), (random) => {
    const text = good(random);
    return Buffer.concat([Buffer.from(text), Buffer.alloc(64 * 1024 * 1024 + 1 - text.length, 0x20)]);
  }),
  bytesCase('a family with a megabyte of spaces', accepted, (random) =>
    JSON.stringify(family(random)).replace('"type"', `${' '.repeat(1 << 20)}"type"`),
  ),
  ...series(12, 'cut short', cut),
  ...series(14, 'bits flipped', flipped),
  ...series(8, 'scarred', scarred),
];
