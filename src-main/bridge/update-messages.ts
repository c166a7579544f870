/** What core says to main about updates, as main reads it. */
import { z } from 'zod';
import { selfCheckFailures, updateTrust } from '../../src-shared/updates/state.ts';
import type { CoreToShell } from '../../src-shared/wire.ts';

export type CoreUpdateMessage = Extract<CoreToShell, { readonly kind: `update-${string}` | 'self-check' }>;

const coreUpdateMessage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('update-trust'),
    trust: updateTrust.nullable(),
    deviceId: z.string().max(64),
    readable: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('update-check') }),
  z.strictObject({ kind: z.literal('update-bundle'), path: z.string().min(1).max(4096) }),
  z.strictObject({ kind: z.literal('update-install'), version: z.string().max(64) }),
  z.strictObject({
    kind: z.literal('update-prepared'),
    failure: z.enum(['disk-full', 'not-writable', 'busy', 'damaged']).nullable(),
  }),
  z.strictObject({
    kind: z.literal('self-check'),
    half: z.enum(['start', 'open']),
    failure: z.enum(selfCheckFailures).nullable(),
  }),
]) satisfies z.ZodType<CoreUpdateMessage>;

export function parseUpdateMessage(value: unknown): CoreUpdateMessage | undefined {
  return coreUpdateMessage.safeParse(value).data;
}
