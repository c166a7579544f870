/** The closed list of events that core sends to a window without being asked. */
import { z } from 'zod';

export const progress = z.strictObject({
  task: z.string(),
  kind: z.enum(['import', 'verify', 'index', 'export', 'rotation', 'prune']),
  done: z.number().int().nonnegative(),
  total: z.number().int().nonnegative(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
});
export type Progress = z.infer<typeof progress>;

export const coreEvents = {
  /** A long piece of work moved on. */
  progress,
  /** The idle timer: seconds until this window locks. */
  'locks-in': z.strictObject({ seconds: z.number().int().nonnegative() }),
  /** The record changed elsewhere than by this window's own call: lists on screen may be stale. */
  'record-changed': z.strictObject({ patientId: z.string().nullable() }),
  /** How the exchange with the other workstations stands is another: ask `sync.status`. */
  'sync-changed': z.strictObject({}),
  /** How updates stand is another: ask `updates.status`. A screen that nobody is signed in at asks by itself. */
  'update-changed': z.strictObject({}),
  /** Something that those who review should hear of at once. Names nobody. */
  alarm: z.strictObject({ kind: z.enum(['break-glass', 'record-differs']), at: z.number().int() }),
} as const;
export type CoreEventName = keyof typeof coreEvents;
export type CoreEventData<N extends CoreEventName> = z.infer<(typeof coreEvents)[N]>;
export type CoreEvent = { [N in CoreEventName]: { readonly event: N; readonly data: CoreEventData<N> } }[CoreEventName];
