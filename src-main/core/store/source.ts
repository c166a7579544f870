/** What an import needs to know of what is there, and what an export of an import needs to give back. */
import type { Store } from './open.ts';
import { notHidden, type ResourceRow } from './row.ts';
import { sliceClock } from './slices.ts';
import { withTransaction } from './transaction.ts';

/**
 * A row with this content in this chart (of nobody when `patientId` is null), the rows of batch `within` included
 * although they are hidden; null when there is none.
 */
export function findDuplicate(
  store: Store,
  patientId: string | null,
  hash: Buffer,
  within: number,
): { readonly row: number; readonly id: string; readonly type: string } | null {
  const found = store
    .sql<[string | null, Buffer, number], { row: number; id: string; type: string }>(
      `select row, id, type from resource r where patient_id is ? and hash = ? and deleted = 0
       and (r.batch = ? or ${notHidden('r')}) limit 1`,
    )
    .get(patientId, hash, within);
  return found ?? null;
}

/** Local id of what a batch calls `reference` (fullUrl or `Type/id`): in that file first, else in any of the batch. */
export function resolveSource(store: Store, batch: number, reference: string, file: number): string | null {
  const found = store
    .sql<[number, string, number], { id: string }>(
      `select resource_id id from source_id where batch = ? and reference = ? order by file <> ?, file limit 1`,
    )
    .get(batch, reference, file);
  return found?.id ?? null;
}

export type Envelope = { readonly file: number; readonly type: string; readonly json: string; readonly rows: string };

/** The Bundles a batch came in, without their resources. Asked one by one: others write between two of them. */
export function* readEnvelopes(store: Store, batch: number): Generator<Envelope> {
  const next = store.sql<[number, number, number], Envelope & { readonly id: number }>(
    `select id, file, type, json, rows from envelope where batch = ? and (file, id) > (?, ?)
     order by file, id limit 1`,
  );
  for (let last = { file: -1, id: -1 }; ; ) {
    const found = next.get(batch, last.file, last.id);
    if (found === undefined) return;
    yield found;
    last = found;
  }
}

export type Original = Pick<ResourceRow, 'row' | 'id' | 'type' | 'json' | 'source' | 'batch' | 'updatedAt'>;

/** Original JSON of everything a batch brought in, in the order it came, later edits set aside. */
export function* readBatchOriginals(store: Store, batch: number): Generator<Original> {
  const range = store
    .sql<[number], { first: number; last: number | null }>(
      'select first_row first, last_row last from import_batch where batch = ?',
    )
    .get(batch);
  if (range === undefined || range.last === null) return;
  const page = store.sql<[number, number, number, number, number, number], Original>(
    `select row, id, type, json, source, batch, updated_at updatedAt from resource where row between ? and ? and batch = ?
     union all select row, id, type, json, source, batch, updated_at from resource_history
     where row between ? and ? and batch = ?
     order by row limit 200`,
  );
  for (let from = range.first; ; ) {
    const rows = page.all(from, range.last, batch, from, range.last, batch);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    from = last.row + 1;
  }
}

export type ImportLine = {
  readonly batch: number;
  readonly id: string;
  readonly started: number;
  readonly byUser: string | null;
  readonly files: string;
  readonly state: string;
  readonly accepted: number;
  readonly duplicates: number;
  readonly patients: number;
  readonly report: string | null;
};

const importColumns = 'batch, id, started, by_user byUser, files, state, accepted, duplicates, patients, report';

/** Imports, newest first. */
export function listImports(store: Store, limit = 200): ImportLine[] {
  return store
    .sql<[number], ImportLine>(
      // What a snapshot brought is no import of anybody's.
      `select ${importColumns} from import_batch where id not like 'snapshot/%' order by batch desc limit ?`,
    )
    .all(limit);
}

export function readImport(store: Store, id: string): ImportLine | null {
  return store.sql<[string], ImportLine>(`select ${importColumns} from import_batch where id = ?`).get(id) ?? null;
}

/** Keeps an import's report (JSON) and counts; inside a transaction. */
export function saveImportReport(
  store: Store,
  batch: number,
  report: { readonly report: string; readonly accepted: number; readonly duplicates: number },
): void {
  store
    .sql<unknown[]>('update import_batch set report = ?, accepted = ?, duplicates = ? where batch = ?')
    .run(report.report, report.accepted, report.duplicates, batch);
}

/** A patient with exactly this content, the rows of batch `within` included although they are hidden; null for none. */
export function findPatientByContent(store: Store, hash: Buffer, within: number): string | null {
  const found = store
    .sql<[Buffer, number], { id: string }>(
      `select id from resource r where type = 'Patient' and hash = ? and deleted = 0
       and (r.batch = ? or ${notHidden('r')}) limit 1`,
    )
    .get(hash, within);
  return found?.id ?? null;
}

export type Link = { readonly id: string; readonly reference: string; readonly target: string };

/** Adds references whose target came after them, as many from `from` on as fit into a slice. @returns the next index */
export function linkSlice(
  batch: { readonly store: Store; readonly now: () => number },
  links: readonly Link[],
  from: number,
): number {
  const over = sliceClock();
  let at = from;
  withTransaction(
    batch.store,
    () => {
      const add = batch.store.sql<[string, string, string]>(
        'insert or replace into reference_index select row, ?, ? from resource where id = ?',
      );
      for (; at < links.length && !over(); at += 1) {
        const link = links[at];
        if (link !== undefined) add.run(link.reference, link.target, link.id);
      }
    },
    batch.now(),
  );
  return at;
}
