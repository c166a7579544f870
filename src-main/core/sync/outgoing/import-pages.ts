/**
 * An import of this workstation goes out: its rows as it brought them, as pages, then one op that names them. What is
 * sent is kept page by page, so that a kill goes on with the next; the op is kept with the position in one transaction.
 */
import type { PageLine, PageRef } from '../../../../src-shared/sync-protocol/ops.ts';
import { syncPosition } from '../../store/indexed.ts';
import type { Store } from '../../store/open.ts';
import { sliceClock } from '../../store/slices.ts';
import { withTransaction } from '../../store/transaction.ts';
import type { ImportOfLog } from './gather.ts';
import { type Author, keepOwnBatch } from './make-batch.ts';
import {
  breathe,
  keepPageBlobs,
  type PageBlob,
  type PagedRow,
  pagedColumns,
  pageResource,
  sendUnder,
  textOfRow,
} from './page-rows.ts';
import { PageRows, type Sending } from './pages.ts';
import { type ImportProgress, moveTo, readImportProgress, writeImportProgress } from './position.ts';
import { erasedAmong, toldBy } from './read-ops.ts';
import { needSlots } from './slots.ts';

export type OnProgress = (done: number, total: number) => void;

type ImportBatch = {
  readonly batch: number;
  readonly files: string;
  readonly byUser: string | null;
  readonly first: number;
  readonly last: number | null;
  readonly rows: number;
};
type EnvelopeRow = {
  readonly id: number;
  readonly file: number;
  readonly type: string;
  readonly json: string;
  readonly rows: string;
};

const rowsAtOnce = 64;
/** A Bundle without its resources that is larger than this stays here: an op's group holds no more. */
const envelopeMost = 3 * 1024 * 1024;

/**
 * Sends the pages of the import at which `makeBatch` stopped, and keeps its batch.
 * @throws the signal's reason, whatever the backend does, OpenError for an epoch of the clinic key that is not here
 */
export async function sendImport(
  store: Store,
  author: Author,
  sending: Sending,
  at: ImportOfLog,
  onProgress: OnProgress = () => undefined,
): Promise<void> {
  const found = store
    .sql<[number], ImportBatch>(
      `select batch, files, by_user byUser, first_row first, last_row last, rows from import_batch where batch = ?`,
    )
    .get(at.op.batch);
  if (found === undefined) throw new Error('an import without its line');
  const work = new ImportWork(store, sending, at, found, onProgress);
  await work.sendRows();
  await work.sendEnvelopes();
  const { pages, epoch } = work.progress;
  const { recorded } = toldBy(store, at.seq);
  withTransaction(store, (tx) => {
    if (syncPosition(store) !== at.seq) throw new Error('the log went on without this import');
    const { files, byUser } = found;
    const rows = pages.reduce((sum, page) => sum + page.rows, 0);
    const op = { k: 'import', v: at.op.op, at: recorded, id: at.op.id, files, author: byUser, rows, pages } as const;
    keepOwnBatch(tx, author, [op], { epoch });
    writeImportProgress(tx, null);
    moveTo(tx, at.seq + 1);
  });
}

class ImportWork {
  progress: ImportProgress;
  readonly #store: Store;
  readonly #sending: Sending;
  readonly #import: ImportBatch;
  readonly #onProgress: OnProgress;
  #page = new PageRows();
  #blobs: PageBlob[] = [];

  constructor(store: Store, sending: Sending, { seq }: ImportOfLog, found: ImportBatch, onProgress: OnProgress) {
    this.#store = store;
    this.#sending = sending;
    this.#import = found;
    this.#onProgress = onProgress;
    const before = readImportProgress(store);
    const epoch = store.clinicKeys?.current.epoch ?? 0;
    // Pages under an epoch that is not here could not be named by a batch from here.
    const goesOn = before?.seq === seq && store.clinicKeys?.of(before.epoch) !== undefined;
    this.progress = goesOn ? before : { seq, epoch, pages: [], row: found.first, envelope: [-1, -1] };
  }

  async sendRows(): Promise<void> {
    const { batch, last, first } = this.#import;
    if (last === null) return;
    const page = this.#store.sql<[number, number, number, number, number, number, number], PagedRow>(
      `select ${pagedColumns} from resource where row between ? and ? and batch = ?
       union all select ${pagedColumns} from resource_history where row between ? and ? and batch = ?
       order by row limit ?`,
    );
    let over = sliceClock();
    for (let from = this.progress.row; ; ) {
      const rows = page.all(from, last, batch, from, last, batch, rowsAtOnce);
      if (rows.length === 0) break;
      const erased = erasedAmong(this.#store);
      for (const row of rows) {
        from = row.row + 1;
        if (row.patient !== null && erased(row.patient)) continue;
        const { epoch } = this.progress;
        const { text, blob } = await textOfRow(this.#store, this.#sending, row, epoch);
        const line = { ...pageResource(this.#store, { ...row, deleted: 0, signed: 0 }, text), place: row.row - first };
        await this.#add(row.patient, line, { row: row.row });
        if (blob !== null) this.#blobs.push(blob);
      }
      if (over()) {
        await breathe(this.#sending.signal);
        over = sliceClock();
      }
    }
    await this.#flush({ row: last + 1 });
  }

  async sendEnvelopes(): Promise<void> {
    const next = this.#store.sql<[number, number, number], EnvelopeRow>(
      `select id, file, type, json, rows from envelope where batch = ? and (file, id) > (?, ?) order by file, id limit 1`,
    );
    let [afterFile, afterId] = this.progress.envelope;
    for (;;) {
      const one = next.get(this.#import.batch, afterFile, afterId);
      if (one === undefined) break;
      const { id, file, type, json, rows } = one;
      if (json.length + rows.length <= envelopeMost) {
        await this.#add(null, { envelope: { file, type, json, rows } }, { envelope: [afterFile, afterId] });
      }
      [afterFile, afterId] = [file, id];
      await breathe(this.#sending.signal);
    }
    await this.#flush({ envelope: [afterFile, afterId] });
  }

  /** @param here where to go on after a kill, if the page is full before this line */
  async #add(patient: string | null, line: PageLine, here: Partial<ImportProgress>): Promise<void> {
    if (this.#page.add(patient, line)) return;
    await this.#flush(here);
    this.#page.add(patient, line);
  }

  async #flush(next: Partial<ImportProgress>): Promise<void> {
    const rows = this.#page;
    const blobs = this.#blobs;
    if (rows.rows.length === 0) return;
    const { epoch } = this.progress;
    const sent = await sendUnder(this.#store, this.#sending, epoch, rows);
    this.#page = new PageRows();
    this.#blobs = [];
    const pages: PageRef[] = sent === null ? this.progress.pages : [...this.progress.pages, sent.ref];
    const progress = { ...this.progress, ...next, pages };
    withTransaction(this.#store, (tx) => {
      if (sent !== null) needSlots(tx, sent.slots);
      keepPageBlobs(this.#store, blobs, epoch);
      writeImportProgress(tx, progress);
    });
    this.progress = progress;
    this.#onProgress(
      pages.reduce((sum, page) => sum + page.rows, 0),
      this.#import.rows,
    );
  }
}
