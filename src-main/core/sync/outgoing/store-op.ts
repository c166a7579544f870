/** Ops as the log keeps them beside its entries (store/record.ts, `addOp`): names and versions, no content. */
import { z } from 'zod';

const text = z.string();
const number = z.number().int();
const fields = z.record(text, text);
const settled = z.array(z.tuple([text, text]));
const patient = text.nullable();
const common = { lamport: number, op: text };
const ofRow = { ...common, patient, id: text, type: text, version: number };

/** Loose: what a later version of the record adds beside these is for others. */
const storeOp = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create'), ...ofRow }),
  z.object({ kind: z.literal('update'), ...ofRow, fields, settles: settled.optional() }),
  z.object({ kind: z.literal('delete'), ...ofRow, covers: fields.optional() }),
  z.object({
    kind: z.literal('settle'),
    ...common,
    patient,
    id: text,
    settles: settled,
    author: text.nullable().optional(),
  }),
  z.object({ kind: z.literal('restriction'), ...common, patient: text, version: number }),
  z.object({ kind: z.literal('emergency'), ...common, patient: text, id: text }),
  z.object({ kind: z.literal('erase'), ...common, patient: text, request: text, roster: number }),
  z.object({ kind: z.literal('import'), ...common, patient, batch: number, id: text, rows: number }),
]);
export type StoreOp = z.infer<typeof storeOp>;
export type RowOp = Extract<StoreOp, { kind: 'create' | 'update' | 'delete' }>;

const storeOps = z.array(storeOp);

/** @param json `audit_entry.ops` */
export function readStoreOps(json: string): StoreOp[] {
  return storeOps.parse(JSON.parse(json));
}
