/**
 * What came as pages: an import of another workstation, or the snapshot a new one begins with. Written hidden by the bulk
 * path, shown in one transaction; a kill between takes it back (`removeLeftovers`), and it is taken again.
 */
import type { ImportOp, PageRef } from '../../../../src-shared/sync-protocol/ops.ts';
import { splitVersion } from '../../../../src-shared/sync-protocol/primitives.ts';
import { wipe } from '../../crypto/wipe.ts';
import {
  type Batch,
  beginBatch,
  beginFile,
  cancelBatch,
  endFile,
  finishBatch,
  writeEnvelope,
  writeSlice,
} from '../../store/batch.ts';
import { type Erasure, noteErased } from '../../store/erasures.ts';
import type { Store } from '../../store/open.ts';
import { runSliced } from '../../store/slices.ts';
import { type Tx, withTransaction } from '../../store/transaction.ts';
import type { GroupOp } from '../merge/apply.ts';
import { keyOfBlobs } from './blobs.ts';
import { BadBatch } from './groups.ts';
import { type PageRules, type RowBeside, readRows } from './page-rows.ts';
import { Tally } from './slices.ts';
import { byCore, type TakeParts } from './take.ts';

export type PagesOf = {
  /** Of the batch of rows: an import's id, or `snapshot/<position>`. */
  readonly id: string;
  readonly author: string | null;
  readonly files: string;
  readonly pages: readonly PageRef[];
  /** Version of the op that names the pages. */
  readonly version: string;
  readonly epoch: number;
  readonly rules: PageRules;
  readonly detail: Readonly<Record<string, string | number>>;
  /** Beside the rows, in the transaction that shows them. */
  readonly beside?: (tx: Tx, rows: readonly RowBeside[]) => void;
  readonly onProgress?: (done: number, total: number) => void;
};

function isDone(store: Store, id: string): boolean {
  return (
    store.sql<[string], { state: string }>('select state from import_batch where id = ?').get(id)?.state === 'done'
  );
}

/** @returns how many rows it brought; 0 where it is here already. @throws BadBatch, SyncStop, the signal's reason */
export async function takePages(parts: TakeParts, of: PagesOf): Promise<number> {
  const { store, signal } = parts;
  if (isDone(store, of.id)) return 0;
  // What a kill left under this name is taken back by now; its line goes too.
  withTransaction(store, () => {
    store
      .sql<[string]>('delete from import_batch where id = ? and batch not in (select batch from hidden_batch)')
      .run(of.id);
  });
  const batch = beginBatch(store, { id: of.id, byUser: of.author, files: of.files, now: parts.now });
  let shown = false;
  const clinicKey = keyOfBlobs(parts, null, of.epoch);
  try {
    const { access, erased, beside, skipped } = await writePages(parts, batch, of, clinicKey);
    const detail = { ...of.detail, rows: batch.whole.rows, ...(skipped > 0 && { skipped }) };
    const entry = { ...byCore, type: 'sync.received', outcome: 0, detail } as const;
    const finish = finishBatch(batch, entry, {
      op: of.version,
      beside: (tx) => {
        shown = true;
        tx.head.lamport = Math.max(tx.head.lamport, splitVersion(of.version).lamport);
        for (const one of erased) noteErased(tx, one);
        of.beside?.(tx, beside);
        const tally = new Tally();
        tally.apply(tx, access, new Map());
        return access.length === 0 ? {} : tally.detail();
      },
    });
    await runSliced(finish, { signal });
    store
      .sql<[number, number]>('update import_batch set accepted = ? where batch = ?')
      .run(batch.whole.rows, batch.number);
    return batch.whole.rows;
  } catch (error) {
    // While the database closes, the next opening takes it back.
    if (!(shown || signal.aborted) && store.db.open) await runSliced(cancelBatch(batch, 'failed'));
    throw contradicts(error) ? new BadBatch('rows that are here already') : error;
  } finally {
    wipe(clinicKey);
  }
}

/** The database itself refused: two rows of one id, or what contradicts what is here. Never so of what one of ours made. */
function contradicts(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_CONSTRAINT');
}

async function writePages(
  parts: TakeParts,
  batch: Batch,
  { pages, epoch, rules, onProgress }: PagesOf,
  clinicKey: Buffer,
): Promise<{
  readonly access: GroupOp[];
  readonly erased: Erasure[];
  readonly beside: RowBeside[];
  readonly skipped: number;
}> {
  const access: GroupOp[] = [];
  const erased: Erasure[] = [];
  const beside: RowBeside[] = [];
  let skipped = 0;
  // The next page is on its way while this one is written.
  let coming = pages[0] === undefined ? null : readRows(parts, pages[0], { clinicKey, epoch, rules });
  for (let at = 0; coming !== null; at += 1) {
    const content = await coming;
    const next = pages[at + 1];
    coming = next === undefined ? null : readRows(parts, next, { clinicKey, epoch, rules });
    // Whoever awaits it hears of its failure; until then nobody calls it unhandled.
    coming?.catch(() => undefined);
    parts.signal.throwIfAborted();
    beginFile(batch, at);
    for (let row = 0; row < content.rows.length; ) {
      row = writeSlice(batch, content.rows, row);
      await new Promise<void>((resolve) => setImmediate(resolve));
      parts.signal.throwIfAborted();
    }
    for (const envelope of content.envelopes) writeEnvelope(batch, envelope);
    endFile(batch);
    access.push(...content.access);
    erased.push(...content.erased);
    beside.push(...content.beside);
    skipped += content.skipped;
    onProgress?.(at + 1, pages.length);
  }
  return { access, erased, beside, skipped };
}

/** An import of another workstation. */
export async function takeImport(
  parts: TakeParts,
  op: ImportOp,
  { device, epoch, position }: { readonly device: string; readonly epoch: number; readonly position: number },
): Promise<void> {
  const { id, author, files, pages, v: version } = op;
  if (!isJson(files)) throw new BadBatch('files that are no JSON');
  const rules = { kind: 'import', lamport: splitVersion(version).lamport } as const;
  await takePages(parts, { id, author, files, pages, version, epoch, rules, detail: { device, position, import: id } });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
