/** A batch's header (docs/protocols/sync.md, "Batches"). */
import { z } from 'zod';
import { count, hash, id } from './primitives.ts';

export const batchHeader = z.strictObject({
  version: z.literal(1),
  tenant: id,
  clinic: id,
  device: id,
  seq: count,
  /** Hash of the device's batch before; 32 zero bytes at first. */
  previous: hash,
  kind: z.enum(['ops', 'snapshot']),
  /** Of the clinic key that seals the body. */
  epoch: z.number().int().positive(),
  /** The log as the author had taken it. */
  seen: z.strictObject({ size: count, root: hash }),
  /** How many entries the author's roster had. */
  roster: count,
  bodyHash: hash,
});
export type BatchHeader = z.infer<typeof batchHeader>;
/** What is authenticated with the body, which cannot name its own hash. */
export type BatchBinding = Omit<BatchHeader, 'bodyHash'>;
