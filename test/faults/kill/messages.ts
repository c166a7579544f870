/** What the killed process and the one that kills it say to each other. */
import { z } from 'zod';

const written = z.strictObject({
  what: z.enum(['resource', 'draft']),
  id: z.string(),
  version: z.number().int(),
  digest: z.string().nullable(),
});

/** parent → child, once: what to open and what to draw writes from. */
export const order = z.strictObject({
  path: z.string(),
  key: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  clinicKey: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  seed: z.number().int(),
});
export type Order = z.infer<typeof order>;

/** child → parent: `begins` before a write with what it will touch, `wrote` once it is committed. */
export const said = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('begins'), ids: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('wrote'), written: z.array(written) }),
]);
export type Said = z.infer<typeof said>;
