/** What IT staff set for this workstation, to read. */
import { z } from 'zod';
import { policyProblemCodes, policySources } from '../policy/policy.ts';
import { empty } from './primitives.ts';
import { task } from './procedure.ts';

export const policies = {
  // A task: IT staff, whose own these are, have no key to the database.
  get: task({
    summary: 'The policies of this workstation, where they come from, and what is wrong with them.',
    input: empty,
    output: z.strictObject({
      source: z.enum(policySources),
      /** Name and value as a person reads it; certificates and roots as their SHA-256. */
      entries: z.array(z.strictObject({ name: z.string(), value: z.string() })),
      problems: z.array(z.strictObject({ name: z.string(), code: z.enum(policyProblemCodes) })),
      /** What the screens leave out or lock. */
      exportAllowed: z.boolean(),
      pinAllowed: z.boolean(),
      idleMinutes: z.number().int().nullable(),
      backendAddress: z.string().nullable(),
      helpAddress: z.string().nullable(),
    }),
    needs: 'session',
    audits: { none: 'settings of the machine, nothing about people' },
  }),
};
