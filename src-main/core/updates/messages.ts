/** What main says to core about updates, as core reads it. */
import { z } from 'zod';
import { selfCheckFailures, updateState, updateTrust } from '../../../src-shared/updates/state.ts';
import { semanticVersion } from '../../../src-shared/updates/target.ts';

const versions = { from: semanticVersion, to: semanticVersion };

export const updateMessages = [
  z.strictObject({ kind: z.literal('update-state'), state: updateState }),
  z.strictObject({ kind: z.literal('update-trusted'), trust: updateTrust, anchored: z.boolean() }),
  z.strictObject({ kind: z.literal('update-prepare'), ...versions }),
  z.strictObject({ kind: z.literal('update-trial'), ...versions, failure: z.enum(selfCheckFailures).nullable() }),
  z.strictObject({ kind: z.literal('update-ended'), outcome: z.enum(['kept', 'fell-back']), ...versions }),
] as const;
export type UpdateMessage = z.infer<(typeof updateMessages)[number]>;
