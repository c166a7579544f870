/** What a harness and the backend in a process of its own say to each other. */
import { z } from 'zod';

export const order = z.strictObject({
  data: z.string(),
  /** 0: any free one. */
  port: z.number().int(),
  /** Where its log lines go. */
  log: z.string(),
  /** Limits of requests a minute out of the way: for measuring, not for trials of the limits. */
  unlimited: z.boolean(),
  connections: z.number().int(),
  /** Where all that goes through its connections is written down, decrypted; null: nowhere. */
  record: z.string().nullable(),
});
export type Order = z.infer<typeof order>;

export const started = z.strictObject({
  port: z.number().int(),
  authority: z.string(),
  fingerprint: z.string(),
  name: z.string(),
  logKey: z.string(),
});
export type Started = z.infer<typeof started>;

export const asked = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('clinic'), quota: z.number().optional() }),
  z.strictObject({ kind: z.literal('metrics') }),
  z.strictObject({ kind: z.literal('stop') }),
]);
export type Asked = z.infer<typeof asked>;

export const clinic = z.strictObject({ tenant: z.string(), token: z.string() });
export type NewClinic = z.infer<typeof clinic>;
export const metrics = z.strictObject({ text: z.string() });
export const stopped = z.strictObject({ stopped: z.literal(true) });
