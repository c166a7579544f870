/** What a harness asks of a core that runs in a process of its own. */
import { z } from 'zod';
import { errorValue } from '../../../src-shared/contract/errors.ts';

/** Milliseconds that the clocks of a core are ahead of the machine's. */
export const ahead = z.strictObject({
  wall: z.number().int(),
  monotonic: z.number().int(),
  /** How much further they go with each call. */
  perCall: z.number().int().default(0),
});
export type Ahead = z.input<typeof ahead>;

export const request = z.discriminatedUnion('kind', [
  z.strictObject({
    id: z.number().int(),
    kind: z.literal('call'),
    procedure: z.string(),
    input: z.unknown(),
    /** Who asks: an even number is a command line, an odd one a window. */
    desk: z.number().int().min(0).max(15).default(0),
  }),
  /** Milliseconds that core's clocks are ahead of the machine's from now on. */
  z.strictObject({ id: z.number().int(), kind: z.literal('ahead'), to: ahead }),
  /** Digest of all that the record holds, by table. */
  z.strictObject({ id: z.number().int(), kind: z.literal('dump') }),
  /** `problemOf` the open database. */
  z.strictObject({ id: z.number().int(), kind: z.literal('check') }),
  /** Makes the open database one of a later release. */
  z.strictObject({ id: z.number().int(), kind: z.literal('age') }),
  /** What stands in the log from a number on. */
  z.strictObject({ id: z.number().int(), kind: z.literal('entries'), from: z.number().int() }),
  z.strictObject({ id: z.number().int(), kind: z.literal('close') }),
]);
export type Request = z.input<typeof request>;

const id = z.number().int();
export const answer = z.union([
  z.strictObject({ id, ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ id, ok: z.literal(false), error: errorValue }),
]);
export type Answer = z.infer<typeof answer>;

/** child → parent once: core is there, or another one holds the profile. */
export const greeting = z.strictObject({ kind: z.literal('started'), error: errorValue.nullable() });
export type Greeting = z.infer<typeof greeting>;

/** Table → rows and digest of their content. */
export const dump = z.record(z.string(), z.string());
export type Dump = z.infer<typeof dump>;

/** The log from a number on. */
export const entries = z.strictObject({
  size: z.number().int(),
  entries: z.array(z.strictObject({ type: z.string(), outcome: z.number().int(), procedure: z.string().nullable() })),
});
export type Entries = z.infer<typeof entries>;
