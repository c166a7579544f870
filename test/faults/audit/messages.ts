/** What the kind `audit-insider` and the processes that play its trials say to each other. */
import { z } from 'zod';
import type { Made } from './made.ts';
import type { Played } from './room.ts';

/** parent → child, once. */
export const order = z.strictObject({
  made: z.custom<Made>((value) => typeof value === 'object' && value !== null),
  folder: z.string(),
  seeds: z.array(z.number().int()),
});
export type Order = z.infer<typeof order>;

/** child → parent: what was played since the last time. */
export const said = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unsound'), reason: z.string() }),
  z.strictObject({
    kind: z.literal('played'),
    played: z.array(z.custom<Played>((value) => typeof value === 'object' && value !== null)),
  }),
]);
export type Said = z.infer<typeof said>;
