/**
 * Everything in the record as one NDJSON file, as the FHIR Bulk Data format has it: one resource a line, as stored.
 * Two admins agreed to it: restricted charts and masked fields are in it. Each row is checked against its MAC on its
 * way out. The file gets its name only when the entry that says what is in it is on the disk.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { HandlerInput, Output } from '../../../src-shared/contract/index.ts';
import type { TaskContext } from '../call.ts';
import type { Core } from '../core.ts';
import { demandUsable } from '../requests/standing.ts';
import type { Store } from '../store/open.ts';
import { endRequest } from '../store/request.ts';
import { notHidden, type ResourceRow, rowColumns, rowMac } from '../store/row.ts';
import { type ExportRun, LongExport } from './long-export.ts';
import { saveFile } from './save-file.ts';
import { ndjsonLine } from './write/bundle.ts';

/** Rows of one page: enough for a page to cost little, few enough to hold nobody up. */
const page = 200;

/** Every row that is not deleted, in the order they came, up to the last one there is now. @throws CallError record-damaged */
function* storedRows(store: Store): Generator<ResourceRow> {
  const last = store.sql<[], { row: number | null }>('select max(row) row from resource').get()?.row ?? 0;
  const next = store.sql<[number, number, number], ResourceRow>(
    `select ${rowColumns} from resource r
     where r.row > ? and r.row <= ? and r.deleted = 0 and ${notHidden('r')} order by r.row limit ?`,
  );
  let after = 0;
  for (;;) {
    const rows = next.all(after, last, page);
    for (const row of rows) {
      if (!rowMac(store, row).equals(row.mac)) throw new CallError('record-damaged', { ids: [row.id] });
      yield row;
      after = row.row;
    }
    if (rows.length < page) return;
  }
}

const count = (store: Store): number =>
  store.sql<[], { n: number }>(`select count(*) n from resource r where r.deleted = 0 and ${notHidden('r')}`).get()
    ?.n ?? 0;

/** The export of everything. */
export class BulkExport extends LongExport<'exports.all'> {
  constructor(core: Core) {
    super(core, 'export-all');
  }

  /** @throws CallError request-needed, request-over, record-damaged, disk-full, not-writable */
  protected override async write(
    run: ExportRun,
    { core, connection, session, record }: TaskContext,
    { requestId, path }: HandlerInput<'exports.all'>,
  ): Promise<Output<'exports.all'>> {
    const demand = (): void => {
      if (requestId !== null) {
        demandUsable(core, core.demandOpen().store, session, requestId, 'export-all', core.clock());
      } else if (!core.vault.requests.alone({ kind: 'export-all' })) throw new CallError('request-needed');
    };
    const written = { bytes: 0, resources: 0 };
    const lines = function* (store: Store, total: number): Generator<Buffer> {
      for (const row of storedRows(store)) {
        run.demand();
        const part = Buffer.from(ndjsonLine(row.json), 'utf8');
        written.bytes += part.length;
        written.resources += 1;
        yield part;
        run.moved(written.resources, total);
      }
      record(({ tx, entry }) => {
        // Once more: it may have been withdrawn meanwhile.
        demand();
        note(entry, requestId, 'written', written.resources);
        if (requestId !== null) endRequest(tx, requestId, 'done', session.userId);
      });
    };
    const { store } = core.demandOpen();
    const total = record(({ entry }) => {
      demand();
      const found = count(store);
      note(entry, requestId, 'begun', found);
      return found;
    });
    const saved = await saveFile(core, connection, {
      path,
      title: 'Carekeep',
      defaultName: 'carekeep-export.ndjson',
      filters: [{ name: 'NDJSON', extensions: ['ndjson'] }],
      bytes: lines(store, total),
    });
    if (!saved) record(({ entry }) => note(entry, requestId, 'not-saved', 0));
    return { saved, ...written };
  }
}

function note(
  entry: { readonly entity: string[]; readonly detail: Record<string, string | number> },
  requestId: string | null,
  step: 'begun' | 'written' | 'not-saved',
  resources: number,
): void {
  if (requestId === null) entry.detail['alone'] = 1;
  else entry.entity.push(requestId);
  entry.detail['step'] = step;
  entry.detail['resources'] = resources;
}
