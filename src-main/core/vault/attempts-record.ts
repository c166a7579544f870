/** How tries of passwords are counted, as the key file keeps it (docs/protocols/keys.md, "Failed sign-ins"). */
import { z } from 'zod';
import { raw32 } from './wrapped.ts';

const count = z.number().int().nonnegative();

/** All tries of this workstation together. */
const allAttempts = z.strictObject({
  /** Tries ever begun or ended: of two records the one with more is the later one. */
  tries: count,
  /** Milliseconds of waiting that failed tries have run up, as of `at`. */
  debt: count,
  /** Milliseconds since the machine's start. */
  at: count,
});
export type AllAttempts = z.infer<typeof allAttempts>;

export const noAttempts: AllAttempts = { tries: 0, debt: 0, at: 0 };

/** By HMAC of the typed name: a name that does not exist looks like one that does. */
export const attemptsRecord = z.strictObject({
  key: raw32,
  counters: z.array(
    z.strictObject({
      name: raw32,
      failures: z.number().int().positive(),
      /** For people; nothing is decided by it. */
      lastFailedAt: count,
      /** Milliseconds since the machine's start at the last failure. */
      at: count,
    }),
  ),
  all: allAttempts,
});
export type Attempts = z.infer<typeof attemptsRecord>;
