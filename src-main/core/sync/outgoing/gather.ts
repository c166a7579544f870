/** What the log has for others from a number on: up to one batch of ops, in slices. */
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import { currentHead } from '../../store/head.ts';
import type { Store } from '../../store/open.ts';
import { type Sliced, sliceClock } from '../../store/slices.ts';
import { erasedAmong, type LocalOp, outgoingOp } from './read-ops.ts';
import { readStoreOps, type StoreOp } from './store-op.ts';

/** Plain bytes of ops in one batch: even if nothing gets smaller, seals and header have room beside them. */
export const batchText = limits.batchBytes - 256 * 1024;
const entriesAtOnce = 256;

export type ImportOfLog = { readonly seq: number; readonly op: Extract<StoreOp, { kind: 'import' }> };
export type Gathered = {
  /** One list a batch; several only where a single entry has more ops than one batch holds. */
  readonly parts: readonly (readonly LocalOp[])[];
  /** Number of the entry to go on with. */
  readonly next: number;
  /** An import stands there: its pages go first. */
  readonly importAt: ImportOfLog | null;
};

/** @throws CallError record-damaged */
export function* gather(store: Store, from: number): Sliced<Gathered> {
  const end = currentHead(store).frontier.size;
  const page = store.sql<[number, number], { seq: number; ops: string }>(
    'select seq, ops from audit_entry where seq >= ? and seq < ? and ops is not null order by seq',
  );
  const erased = erasedAmong(store);
  const ops: LocalOp[] = [];
  let bytes = 0;
  let over = sliceClock();
  for (let next = from; next < end; ) {
    const upTo = Math.min(next + entriesAtOnce, end);
    for (const row of page.all(next, upTo)) {
      const found = opsOf(store, row, erased);
      if ('importAt' in found) return { parts: ops.length > 0 ? [ops] : [], next: row.seq, importAt: found.importAt };
      const size = found.ops.reduce((sum, one) => sum + one.bytes, 0);
      if (ops.length + found.ops.length > limits.batchOps || bytes + size > batchText) {
        if (ops.length > 0) return { parts: [ops], next: row.seq, importAt: null };
        return { parts: split(found.ops), next: row.seq + 1, importAt: null };
      }
      ops.push(...found.ops);
      bytes += size;
      next = row.seq + 1;
      if (ops.length >= limits.batchOps) return { parts: [ops], next, importAt: null };
      if (over()) {
        yield { done: ops.length, total: limits.batchOps };
        over = sliceClock();
      }
    }
    next = upTo;
  }
  return { parts: ops.length > 0 ? [ops] : [], next: end, importAt: null };
}

function opsOf(
  store: Store,
  { seq, ops: json }: { readonly seq: number; readonly ops: string },
  erased: (patient: string) => boolean,
): { readonly ops: LocalOp[] } | { readonly importAt: ImportOfLog } {
  const ops: LocalOp[] = [];
  for (const op of readStoreOps(json)) {
    if (op.kind === 'import') return { importAt: { seq, op } };
    const out = outgoingOp(store, seq, op, erased);
    if (out !== null) ops.push(out);
  }
  return { ops };
}

function split(ops: readonly LocalOp[]): LocalOp[][] {
  const parts: LocalOp[][] = [];
  let part: LocalOp[] = [];
  let bytes = 0;
  for (const op of ops) {
    if (part.length > 0 && (part.length >= limits.batchOps || bytes + op.bytes > batchText)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(op);
    bytes += op.bytes;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
