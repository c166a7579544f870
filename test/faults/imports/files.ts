/** What a file system can hold instead of a good file, NDJSON, and choices of several files. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Prng } from '../prng.ts';
import { accepted, bytesCase, either, type ImportCase, refused } from './case.ts';
import { family, observation, patient } from './samples.ts';

const line = (random: Prng) => JSON.stringify(patient(random));
const ndjson = (name: string, expected: ImportCase['expected'], content: (random: Prng) => string | Buffer) =>
  bytesCase(name, expected, content, 'file.ndjson');

/** Good lines with one other at the place given, from 1. */
function lines(random: Prng, count: number, at: number, other: string): string {
  const all = Array.from({ length: count }, () => line(random));
  all[at - 1] = other;
  return `${all.join('\n')}\n`;
}

const ndjsonCases: readonly ImportCase[] = [
  ndjson('NDJSON of 300 patients', accepted, (random) => Array.from({ length: 300 }, () => line(random)).join('\n')),
  ndjson('NDJSON with empty lines and CRLF', either, (random) => `${line(random)}\r\n\r\n${line(random)}\r\n`),
  ndjson('NDJSON without a line end', accepted, (random) => line(random)),
  ndjson('NDJSON of nothing', refused('empty'), () => ''),
  ndjson('NDJSON of line ends', refused(), () => '\n\n\n'),
  ndjson('NDJSON with one line cut', refused('not-json', { line: 57 }), (random) =>
    lines(random, 100, 57, '{"resourceType":"Pat'),
  ),
  ndjson('NDJSON with one invalid line', refused(undefined, { line: 99 }), (random) =>
    lines(random, 100, 99, JSON.stringify(patient(random, { gender: 'F' }))),
  ),
  ndjson('NDJSON with one empty object', refused(undefined, { line: 2 }), (random) => lines(random, 3, 2, '{}')),
  ndjson('NDJSON with two objects on a line', refused(undefined, { line: 2 }), (random) =>
    lines(random, 3, 2, `${line(random)}${line(random)}`),
  ),
  ndjson('NDJSON with an array line', refused(undefined, { line: 1 }), (random) =>
    lines(random, 3, 1, `[${line(random)}]`),
  ),
  ndjson('NDJSON with a deep line', refused('too-deep', { line: 5 }), (random) =>
    lines(random, 9, 5, `{"resourceType":"Patient","extension":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  ),
  ndjson('NDJSON with __proto__ in a line', refused('forbidden-key', { line: 4 }), (random) =>
    lines(random, 9, 4, '{"resourceType":"Patient","__proto__":{"active":true}}'),
  ),
  ndjson('NDJSON with a line over 8 MB', refused('line-too-long', { line: 3 }), (random) =>
    lines(random, 5, 3, JSON.stringify(patient(random, { name: [{ family: 'x'.repeat(8 * 1024 * 1024) }] }))),
  ),
  ndjson('NDJSON of one line that never ends', refused('line-too-long', { line: 1 }), () =>
    Buffer.alloc(70 << 20, 0x7b),
  ),
  ndjson('NDJSON that is not UTF-8 on one line', refused('not-utf8', { line: 2 }), (random) =>
    Buffer.concat([Buffer.from(`${line(random)}\n`), Buffer.from([0x7b, 0xff, 0x7d, 0x0a]), Buffer.from(line(random))]),
  ),
  ndjson('NDJSON with a patient who is nowhere', refused('reference-nowhere', { line: 2 }), (random) =>
    lines(random, 3, 2, JSON.stringify(observation(random, 'Patient/nobody-has-this-id'))),
  ),
  ndjson('NDJSON whose observations come before their patient', accepted, (random) => {
    const subject = patient(random);
    return [observation(random, `Patient/${subject.id}`), subject].map((one) => JSON.stringify(one)).join('\n');
  }),
];

type Place = (path: string, random: Prng) => void;
const place = (name: string, expected: ImportCase['expected'], put: Place, file = 'file.json'): ImportCase => ({
  name,
  expected,
  make(folder, random) {
    const path = join(folder, file);
    put(path, random);
    return { paths: [path] };
  },
});

const placeCases: readonly ImportCase[] = [
  place('no such file', refused('unreadable'), () => undefined),
  place('a folder', refused(), (path) => mkdirSync(path)),
  place('a link to nowhere', refused('unreadable'), (path) => symlinkSync('/nowhere/at/all.json', path)),
  place('a link to itself', refused('unreadable'), (path) => symlinkSync(path, path)),
  place('a link to a good file', accepted, (path, random) => {
    writeFileSync(`${path}.target`, line(random));
    symlinkSync(`${path}.target`, path);
  }),
  place('a pipe that nobody writes to', refused('unreadable'), (path) => execFileSync('mkfifo', [path])),
  place('a device without end', refused(), (path) => symlinkSync('/dev/zero', path)),
  place('a device without content', refused(), (path) => symlinkSync('/dev/null', path)),
  place('memory of a process', refused(), (path) => symlinkSync('/proc/self/mem', path)),
  ...[
    '<img src=x onerror=alert(1)>.json',
    'a\nb.json',
    '\u202egnp.json',
    `${'n'.repeat(240)}.json`,
    "';drop table patient;--.json",
    '%2e%2e%2f.json',
    ' .json',
  ].map((file) =>
    place(
      `a file named ${JSON.stringify(file.slice(0, 24))}`,
      accepted,
      (path, random) => writeFileSync(path, line(random)),
      file,
    ),
  ),
];

const path = (folder: string, name: string) => join(folder, name);

const choices: readonly ImportCase[] = [
  {
    name: 'a file that vanishes before the import',
    expected: refused('unreadable'),
    make(folder, random) {
      const file = path(folder, 'a.json');
      writeFileSync(file, line(random));
      return { paths: [file], meanwhile: () => rmSync(file) };
    },
  },
  {
    name: 'a file that is cut before the import',
    expected: refused(),
    make(folder, random) {
      const file = path(folder, 'a.json');
      const text = JSON.stringify(family(random, 50));
      writeFileSync(file, text);
      return { paths: [file], meanwhile: () => truncateSync(file, random.between(1, text.length - 2)) };
    },
  },
  {
    name: 'a file that becomes another, hostile one before the import',
    expected: refused(),
    make(folder, random) {
      const file = path(folder, 'a.json');
      writeFileSync(file, line(random));
      return { paths: [file], meanwhile: () => writeFileSync(file, '{"resourceType":"Patient","__proto__":{}}') };
    },
  },
  {
    name: 'an NDJSON file that grows a bad line before the import',
    expected: refused(),
    make(folder, random) {
      const file = path(folder, 'a.ndjson');
      writeFileSync(file, `${line(random)}\n`);
      return { paths: [file], meanwhile: () => appendFileSync(file, '{"resourceType":"Nonsense"}\n') };
    },
  },
  {
    name: 'the same file again',
    expected: { verdict: 'accepted-once' },
    make(folder, random) {
      const file = path(folder, 'a.json');
      writeFileSync(file, JSON.stringify(family(random)));
      return { paths: [file] };
    },
  },
  {
    name: 'the same NDJSON again',
    expected: { verdict: 'accepted-once' },
    make(folder, random) {
      const file = path(folder, 'a.ndjson');
      writeFileSync(file, Array.from({ length: 40 }, () => line(random)).join('\n'));
      return { paths: [file] };
    },
  },
];

export const fileCases: readonly ImportCase[] = [...ndjsonCases, ...placeCases, ...choices];
