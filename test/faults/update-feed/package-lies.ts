/** What can be wrong with a package and the way it comes. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type FetchOptions, partialOf } from '../../../src-main/update/fetch-package.ts';
import type { Pace } from '../../../src-main/update/pace.ts';
import type { UpdateRefusal } from '../../../src-shared/updates/state.ts';
import type { Prng } from '../prng.ts';
import { hasty } from './wire.ts';

type Answer = (response: ServerResponse, bytes: Buffer, request: IncomingMessage, times: number) => boolean;

export type PackageLie = {
  readonly name: string;
  /** `well`: the right package is there in the end. */
  readonly ends: UpdateRefusal | 'well';
  /** What lies beside the place before. */
  readonly partial?: (bytes: Buffer, random: Prng) => Buffer;
  /** How the mirror answers the n-th question for the package; false: honestly. */
  readonly answer?: Answer;
  readonly pace?: Pace;
  /** Prepares the place. */
  readonly place?: (to: string) => void;
  readonly free?: FetchOptions['free'];
};

const always =
  (work: (response: ServerResponse, bytes: Buffer) => void): Answer =>
  (response, bytes) => {
    work(response, bytes);
    return true;
  };
const other = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x5a));
const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1);

export const packageLies: readonly PackageLie[] = [
  { name: 'an honest package', ends: 'well' },
  {
    name: 'other bytes of the same length',
    ends: 'wrong-bytes',
    answer: always((response, bytes) => response.end(other(bytes))),
  },
  {
    name: 'one bit',
    ends: 'wrong-bytes',
    answer: always((response, bytes) => {
      const wrong = Buffer.from(bytes);
      wrong.writeUInt8(wrong.readUInt8(wrong.length >> 1) ^ 1, wrong.length >> 1);
      response.end(wrong);
    }),
  },
  { name: 'too few bytes', ends: 'wrong-bytes', answer: always((response, bytes) => response.end(half(bytes))) },
  { name: 'nothing', ends: 'wrong-bytes', answer: always((response) => response.end()) },
  {
    name: 'a package without end',
    ends: 'too-large',
    answer: always((response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(64 * 1024)), 1);
      response.on('close', () => clearInterval(timer));
    }),
  },
  {
    name: 'one byte more',
    ends: 'too-large',
    answer: always((response, bytes) => response.end(Buffer.concat([bytes, Buffer.of(0)]))),
  },
  {
    name: 'a compressed package',
    ends: 'wrong-bytes',
    answer: always((response, bytes) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(half(bytes))),
    ),
  },
  { name: 'no package', ends: 'missing', answer: always((response) => response.writeHead(404).end()) },
  {
    name: 'a redirect to another host',
    ends: 'redirected',
    answer: always((response) => response.writeHead(302, { location: 'https://evil.invalid/x.deb' }).end()),
  },
  {
    name: 'a redirect to http',
    ends: 'redirected',
    answer: always((response) => response.writeHead(302, { location: 'http://localhost/x.deb' }).end()),
  },
  {
    name: 'a package drop by drop',
    ends: 'too-slow',
    pace: hasty,
    answer: always((response) => {
      const timer = setInterval(() => response.write('x'), 30);
      response.on('close', () => clearInterval(timer));
    }),
  },
  {
    name: 'a mirror that breaks off each time without a byte',
    ends: 'unreachable',
    answer: always((response) => response.destroy()),
  },
  { name: 'an earlier try to take up', ends: 'well', partial: (bytes) => half(bytes) },
  { name: 'an earlier try that had all', ends: 'well', partial: (bytes) => bytes },
  { name: 'an earlier try with other bytes', ends: 'well', partial: (bytes) => other(half(bytes)) },
  { name: 'an earlier try with all, but other bytes', ends: 'well', partial: (bytes) => other(bytes) },
  { name: 'an earlier try that is too long', ends: 'well', partial: (bytes) => Buffer.concat([bytes, bytes]) },
  {
    name: 'an earlier try, resumed with other bytes',
    ends: 'well',
    partial: (bytes) => half(bytes),
    answer: (response, bytes, { headers }) => {
      if (headers.range === undefined) return false;
      const from = bytes.length >> 1;
      response.writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
      response.end(other(bytes).subarray(from));
      return true;
    },
  },
  {
    name: 'an earlier try, resumed and fetched anew with other bytes',
    ends: 'wrong-bytes',
    partial: (bytes) => half(bytes),
    answer: always((response, bytes) => response.end(other(bytes))),
  },
  {
    name: 'a range that is not heard',
    ends: 'well',
    partial: (bytes) => half(bytes),
    answer: always((response, bytes) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes)),
  },
  {
    name: 'another range than the one asked for',
    ends: 'well',
    partial: (bytes) => half(bytes),
    answer: (response, bytes, { headers }) => {
      if (headers.range === undefined) return false;
      response.writeHead(206, { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` }).end(bytes);
      return true;
    },
  },
  {
    name: 'a range that there is not',
    ends: 'well',
    partial: (bytes) => half(bytes),
    answer: (response, _bytes, { headers }) => {
      if (headers.range === undefined) return false;
      response.writeHead(416).end();
      return true;
    },
  },
  {
    name: 'a connection that breaks off twice on the way',
    ends: 'well',
    answer: (response, bytes, { headers }, times) => {
      if (times > 2) return false;
      const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': bytes.length - from,
        'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      });
      response.write(bytes.subarray(from, from + (bytes.length >> 2)), () => setTimeout(() => response.destroy(), 20));
      return true;
    },
  },
  { name: 'other bytes in its place already', ends: 'well', place: (to) => writeFileSync(to, 'something else') },
  { name: 'a link in its place', ends: 'well', place: (to) => symlinkSync('/etc/passwd', to) },
  { name: 'a link beside its place', ends: 'well', place: (to) => symlinkSync('/etc/passwd', partialOf(to)) },
  { name: 'a folder in its place', ends: 'well', place: (to) => void mkdirSync(join(to, 'x'), { recursive: true }) },
  {
    name: 'a folder beside its place',
    ends: 'well',
    place: (to) => void mkdirSync(join(partialOf(to), 'x'), { recursive: true }),
  },
  { name: 'too little room, said before', ends: 'disk-full', free: async () => 1000 },
];
