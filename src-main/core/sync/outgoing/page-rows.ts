/** Rows of the record as lines of a page, and what of them must be at the backend before the page is. */
import type { BlobRef, PageResource } from '../../../../src-shared/sync-protocol/ops.ts';
import { wipe } from '../../crypto/wipe.ts';
import type { Store } from '../../store/open.ts';
import { blobChunks } from './blobs.ts';
import { type PageRows, type Sending, type SentPage, sendPage } from './pages.ts';
import { blobKeyOf } from './pending.ts';
import { referencesFrom, textOrBlob } from './read-ops.ts';

export type PagedRow = {
  readonly row: number;
  readonly id: string;
  readonly type: string;
  readonly patient: string | null;
  readonly encounter: string | null;
  readonly author: string | null;
  readonly source: string | null;
  readonly json: string;
  readonly signed: number;
  readonly deleted: number;
  readonly createdSeq: number | null;
  readonly fieldVersions: string | null;
  readonly batch: number;
  readonly updatedAt: number;
  readonly hash: Buffer | null;
};
export const pagedColumns = `row, id, type, patient_id patient, encounter_id encounter, author_user author, source, json,
 signed, deleted, created_seq createdSeq, field_versions fieldVersions, batch, updated_at updatedAt, hash`;

/** A long text of a page's row: sent before the page, kept in mind for its patient's erasure. */
export type PageBlob = { readonly ref: BlobRef; readonly patient: string | null };

/** Sends a row's text as a blob where it is long. @param epoch of the clinic key under which the page will be */
export async function textOfRow(
  store: Store,
  { backend, clinic, signal }: Sending,
  { json, patient }: PagedRow,
  epoch: number,
): Promise<{ readonly text: { readonly json: string } | { readonly blob: BlobRef }; readonly blob: PageBlob | null }> {
  const text = textOrBlob(store, json);
  if ('json' in text) return { text, blob: null };
  const { id } = text.blob;
  const plain = Buffer.from(json, 'utf8');
  const key = blobKeyOf(store, patient, epoch);
  try {
    for (const { n, bytes } of blobChunks(key, { clinic, id, plain })) {
      signal.throwIfAborted();
      await backend.putChunk(id, n, bytes, signal);
    }
  } finally {
    wipe(plain, key);
  }
  return { text, blob: { ref: text.blob, patient } };
}

/** What an import called a row, and in which of its files it came. */
export function namesOf(store: Store, id: string): { names?: string[]; file?: number } {
  const found = store
    .sql<[string], { reference: string; file: number }>(
      'select reference, file from source_id where resource_id = ? order by reference limit 100',
    )
    .all(id);
  const [first] = found;
  return first === undefined ? {} : { names: [...new Set(found.map(({ reference }) => reference))], file: first.file };
}

/** What import and snapshot say of a row alike. */
export function pageResource(
  store: Store,
  row: PagedRow,
  text: { readonly json: string } | { readonly blob: BlobRef },
): PageResource {
  return {
    id: row.id,
    type: row.type,
    ...text,
    encounter: row.encounter,
    author: row.author,
    source: row.source,
    signed: row.signed === 1 ? 1 : 0,
    deleted: row.deleted === 1 ? 1 : 0,
    fields: null,
    updatedAt: row.updatedAt,
    ...referencesFrom(store, row.row),
    ...namesOf(store, row.id),
    ...(row.hash !== null && { hash: row.hash.toString('base64') }),
  };
}

/** Seals and sends a page under an epoch of the clinic key. */
export function sendUnder(store: Store, sending: Sending, epoch: number, rows: PageRows): Promise<SentPage | null> {
  const clinicKey = store.clinicKeys?.of(epoch);
  if (clinicKey === undefined) throw new Error('the clinic key is needed to seal a page');
  return sendPage(store, sending, clinicKey, rows);
}

/** Keeps in mind what was sent, for the erasure of its patient. Inside the transaction that keeps its page. */
export function keepPageBlobs(store: Store, blobs: readonly PageBlob[], epoch: number): void {
  const keep = store.sql<[string, string | null, number, number, number]>(
    `insert into sync_blob (id, seq, resource_id, version, patient_id, epoch, count, done)
     values (?, null, null, null, ?, ?, ?, ?)`,
  );
  for (const { ref, patient } of blobs) keep.run(ref.id, patient, epoch, ref.count, ref.count);
}

/** Others have their turn. @throws the signal's reason */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}
