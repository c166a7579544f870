/** Randomness comes in as an argument everywhere else; this is the one that the process uses. */
import { randomBytes as nodeRandomBytes, randomUUID } from 'node:crypto';

/** Gives `size` fresh random bytes. */
export type Random = (size: number) => Buffer;

/** The operating system's generator. */
export const randomBytes: Random = (size) => nodeRandomBytes(size);

/** A version 4 UUID (RFC 9562), lower case. */
export function randomUuid(): string {
  return randomUUID();
}

/** A version 4 UUID drawn from the given source. */
export function uuidFrom(random: Random): string {
  const bytes = random(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
