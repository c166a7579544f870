/** All that is tried at a key file, as cases that a seed picks from. */
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import type { Clinic } from './clinic.ts';
import { rewritings } from './insider.ts';
import { verdictOn } from './judge.ts';
import { at, leaves, put, sealed } from './tree.ts';

export type Case = {
  readonly name: string;
  readonly play: (clinic: Clinic, other: Clinic, random: Prng) => Promise<void>;
};

const damaged = (verdict: string): boolean => verdict === 'key-file-damaged' || verdict === 'device-secret-missing';

async function demandDamaged(clinic: Clinic, file: Buffer, what: string): Promise<void> {
  const verdict = await verdictOn(clinic, file, what);
  hold(damaged(verdict), `${what}: ${verdict}`);
}

export async function flipByte(clinic: Clinic, position: number, random: Prng): Promise<void> {
  const file = Buffer.from(clinic.keyFile);
  file.writeUInt8(file.readUInt8(position) ^ (1 << random.below(8)), position);
  await demandDamaged(clinic, file, `byte ${position} turned`);
}

const flipParts = 10;
const flips: readonly Case[] = Array.from({ length: flipParts }, (_, part) => ({
  name: `each byte turned, part ${part + 1} of ${flipParts}`,
  play: async (clinic, _other, random) => {
    for (let position = part; position < clinic.keyFile.length; position += flipParts) {
      await flipByte(clinic, position, random);
    }
  },
}));

const leafParts = 12;
/** What somebody with the device secret may write in place of one value. */
function insteadOf(value: unknown, random: Prng): readonly unknown[] {
  if (typeof value === 'number') return [value + 1, 0, -1, null, undefined];
  if (typeof value !== 'string') return [value === null ? 'something' : !value, undefined];
  const bytes = Buffer.from(value, 'base64');
  const turned = bytes.length >= 12 && bytes.toString('base64') === value ? flipped(bytes, random) : `${value}x`;
  return [turned, '', null, undefined];
}

function flipped(bytes: Buffer, random: Prng): string {
  const position = random.below(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(position) ^ (1 << random.below(8)), position);
  return bytes.toString('base64');
}

const values: readonly Case[] = Array.from({ length: leafParts }, (_, part) => ({
  name: `each value of the content, part ${part + 1} of ${leafParts}`,
  play: async (clinic, _other, random) => {
    const paths = leaves(clinic.payload);
    for (let index = part; index < paths.length; index += leafParts) {
      const path = paths[index] ?? [];
      for (const value of insteadOf(at(clinic.payload, path), random)) {
        // The header repeats the profile's id, and only an id can be written there.
        if (path.join() === 'profileId' && (typeof value !== 'string' || value === '')) continue;
        const tree: unknown = structuredClone(clinic.payload);
        put(tree, path, value);
        // Whatever comes of it has a name, and nobody becomes somebody else by it.
        await verdictOn(clinic, sealed(clinic, tree), path.join('.'));
      }
    }
  },
}));

export const cases: readonly Case[] = [
  ...rewritings.map(({ name, expected, change, person }) => ({
    name,
    play: async (clinic: Clinic, other: Clinic) => {
      const tree = change(structuredClone(clinic.payload), clinic, other);
      const verdict = await verdictOn(clinic, sealed(clinic, tree), name, person);
      hold(expected.includes(verdict), `is ${verdict} instead of ${expected.join(' or ')}`);
    },
  })),
  ...flips,
  ...values,
  {
    name: 'cut anywhere',
    play: async (clinic, _other, random) => {
      const { length } = clinic.keyFile;
      for (const end of [0, 1, 7, 8, 71, 72, 73, 100, length - 17, length - 16, length - 1]) {
        await demandDamaged(clinic, clinic.keyFile.subarray(0, end), `cut to ${end} bytes`);
      }
      for (let i = 0; i < 200; i += 1) {
        const end = random.below(length);
        await demandDamaged(clinic, clinic.keyFile.subarray(0, end), `cut to ${end} bytes`);
      }
    },
  },
  {
    name: 'longer than it was',
    play: async (clinic, other, random) => {
      for (const more of [Buffer.alloc(1), Buffer.alloc(4096), random.bytes(16), clinic.keyFile, other.keyFile]) {
        await demandDamaged(clinic, Buffer.concat([clinic.keyFile, more]), `${more.length} bytes more`);
      }
    },
  },
  {
    name: 'of another clinic',
    play: (clinic, other) => demandDamaged(clinic, other.keyFile, 'another clinic’s file'),
  },
  {
    name: 'halves of two files of the same clinic',
    play: async (clinic, _other, random) => {
      const { keyFile } = clinic.older;
      for (const cut of [64, 72, random.between(73, keyFile.length - 1)]) {
        const file = Buffer.concat([clinic.keyFile.subarray(0, cut), keyFile.subarray(cut)]);
        await demandDamaged(clinic, file, `put together at ${cut}`);
      }
    },
  },
  {
    name: 'an older one put back, with and without its recovery file',
    play: async (clinic) => {
      for (const recovery of [clinic.recoveryFile, clinic.older.recoveryFile]) {
        const verdict = await verdictOn(clinic, clinic.older.keyFile, 'an older file', undefined, recovery);
        hold(verdict === 'key-file-rolled-back', `an older file is ${verdict}`);
      }
    },
  },
];
