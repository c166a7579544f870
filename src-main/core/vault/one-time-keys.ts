/**
 * The small file of one-time keys that sign checkpoints, outside database and backups: who comes later finds the next
 * two keys and none before. Layout and order: docs/protocols/audit.md, "One-time keys".
 */
import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { OneTimeFile, OneTimeKeys } from '../audit/one-time-file.ts';
import { OpenError, open, seal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { generateEd25519 } from '../crypto/ed25519.ts';
import { hkdf } from '../crypto/kdf.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Disk } from './disk.ts';
import { fromBase64, raw32 } from './wrapped.ts';

const slotLength = 512;
const slots = 2;

const slotContent = z.strictObject({ number: z.number().int().nonnegative(), keys: z.tuple([raw32, raw32]) });

/** @param journalKey 32 bytes of the key file; outlives the device secret */
export function oneTimeFile(
  disk: Disk,
  path: string,
  profileId: string,
  journalKey: Buffer,
  random: Random,
): OneTimeFile {
  const key = hkdf(journalKey, Buffer.alloc(0), 'carekeep/v1/audit/one-time', 32);
  const aad = Buffer.from(`carekeep/v1/audit/one-time/${profileId}`, 'utf8');

  const opened = (slot: Buffer): OneTimeKeys | undefined => {
    const length = slot.readUInt16BE(0);
    if (length === 0 || length > slotLength - 2) return undefined;
    let plain: Buffer | undefined;
    try {
      plain = open(key, slot.subarray(2, 2 + length), aad);
      const { number, keys } = slotContent.parse(JSON.parse(plain.toString('utf8')));
      return { number, keys: [fromBase64(keys[0]), fromBase64(keys[1])] };
    } catch (error) {
      // A slot that a kill left half written, or that somebody changed: the other one counts, or none does.
      if (error instanceof OpenError || error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
      throw error;
    } finally {
      wipe(plain);
    }
  };

  const sealed = ({ number, keys }: OneTimeKeys): Buffer => {
    const plain = canonicalBytes({ number, keys: keys.map((one) => one.toString('base64')) });
    const bytes = seal(key, plain, aad, random);
    wipe(plain);
    const slot = Buffer.alloc(slotLength);
    slot.writeUInt16BE(bytes.length, 0);
    slot.set(bytes, 2);
    return slot;
  };

  return {
    read() {
      const file = disk.read(path, slots * slotLength);
      if (file.kind !== 'bytes' || file.bytes.length !== slots * slotLength) return undefined;
      const found = [file.bytes.subarray(0, slotLength), file.bytes.subarray(slotLength)].flatMap((slot) => {
        const keys = opened(slot);
        return keys === undefined ? [] : [keys];
      });
      const [newest, older] = found.sort((one, other) => other.number - one.number);
      wipe(...(older?.keys ?? []));
      return newest;
    },
    write(keys) {
      const at = keys.number % slots;
      try {
        const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
        try {
          writeSync(file, sealed(keys), 0, slotLength, at * slotLength);
          fsyncSync(file);
          // The new keys are safe: only now what was there before goes.
          writeSync(file, random(slotLength), 0, slotLength, (1 - at) * slotLength);
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
      } catch (error) {
        throw named(error);
      }
      if (keys.number === 0) disk.syncFolder(dirname(path));
    },
    fresh: () => generateEd25519(random).privateKey,
  };
}

function named(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return new CallError('disk-full');
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new CallError('not-writable');
  return error;
}
