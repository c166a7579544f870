/**
 * The log as FHIR AuditEvents, NDJSON, for the clinic's own systems. Staff by name, patients by the log's pseudonyms,
 * and of the details only what stands in the clear: what is sealed under a patient's key goes out in no file, or erasing
 * the patient would no longer blind it.
 */
import type { HandlerInput, Output } from '../../../src-shared/contract/index.ts';
import { chunkSize } from '../audit/bitmap.ts';
import { type AuditEntry, decodeEntry } from '../audit/entry.ts';
import { type AuditEventNames, toAuditEvent } from '../audit/fhir-audit-event.ts';
import { firstEntrySince } from '../audit/index-store.ts';
import { head } from '../audit/log.ts';
import type { Handlers, TaskContext } from '../call.ts';
import type { Core } from '../core.ts';
import { followedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { type ExportRun, LongExport } from './long-export.ts';
import { saveFile } from './save-file.ts';

const page = 200;

/** What stands behind the ids, for those who may see all of the log. */
export function auditEventNames(core: Core, store: Store): AuditEventNames {
  const people = core.vault.people.names();
  const roles = core.vault.ownRoleNames();
  const shown = core.vault.displayDirectory();
  const typeOf = store.sql<[string], { type: string }>('select type from resource where id = ?');
  return {
    clinic: shown?.clinicName ?? '',
    device: (id) => (id === store.device ? (shown?.workstationName ?? '') : ''),
    user: (id) => {
      const name = people.get(id);
      return { identifier: id, display: name ?? id, ...(name !== undefined && { name }) };
    },
    role: (id) => roles.get(id) ?? id,
    patient: (pseudonym) => ({
      type: 'Patient',
      identifier: { system: 'urn:carekeep:audit-pseudonym', value: pseudonym },
    }),
    entity: ({ entity }) =>
      entity.map((id) => {
        const type = typeOf.get(id)?.type;
        return type === undefined ? { id } : { id, type };
      }),
    detail: ({ detail }) => detail,
  };
}

/** Where to begin so that nothing recorded since then is missed, whatever the clock did. */
function beginning(store: Store, from: number | null): number {
  if (from === null) return 0;
  const span = firstEntrySince(store, from);
  return span === undefined ? followedTo(store, 'index') : span.chunk * chunkSize;
}

/** Pages of entries below `end`; a page may be empty, so that who asks gets a turn after each. */
function* entriesWithin(
  store: Store,
  { from, to }: { readonly from: number | null; readonly to: number | null },
  end: number,
): Generator<{ readonly entries: readonly AuditEntry[]; readonly at: number }> {
  const next = store.sql<[number, number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq limit ?',
  );
  for (let at = beginning(store, from); at < end; ) {
    const rows = next.all(at, end, page);
    const last = rows.at(-1);
    if (last === undefined) return;
    at = last.seq + 1;
    const decoded = rows.flatMap(({ entry }) => decodeEntry(entry) ?? []);
    const fits = ({ recorded }: AuditEntry) => (from === null || recorded >= from) && (to === null || recorded <= to);
    yield { entries: decoded.filter(fits), at };
  }
}

export class AuditEventExport extends LongExport<'auditEventExport.save'> {
  constructor(core: Core) {
    super(core, 'audit-fhir');
  }

  /** @throws CallError disk-full, not-writable */
  protected override async write(
    run: ExportRun,
    { core, connection, record }: TaskContext,
    { from, to, path }: HandlerInput<'auditEventExport.save'>,
  ): Promise<Output<'auditEventExport.save'>> {
    const { store } = core.demandOpen();
    const end = head(store).size;
    const written = { bytes: 0, entries: 0 };
    const note = (step: 'written' | 'not-saved'): void =>
      record(({ entry }) => {
        entry.detail['step'] = step;
        entry.detail['entries'] = written.entries;
        if (from !== null) entry.detail['from'] = from;
        if (to !== null) entry.detail['to'] = to;
      });
    const lines = function* (): Generator<Buffer> {
      const names = auditEventNames(core, store);
      for (const { entries, at } of entriesWithin(store, { from, to }, end)) {
        run.demand();
        const text = entries.map((entry) => `${JSON.stringify(toAuditEvent(entry, names))}\n`).join('');
        const part = Buffer.from(text, 'utf8');
        written.bytes += part.length;
        written.entries += entries.length;
        yield part;
        run.moved(at, end);
      }
      // The file gets its name only when the entry that says what is in it is on the disk.
      note('written');
    };
    const saved = await saveFile(core, connection, {
      path,
      title: 'Carekeep',
      defaultName: 'carekeep-audit.ndjson',
      filters: [{ name: 'NDJSON', extensions: ['ndjson'] }],
      bytes: lines(),
    });
    if (!saved) note('not-saved');
    return { saved, ...written };
  }
}

export const auditEventExportHandlers: Handlers<'auditEventExport'> = {
  save: (context, input) => context.core.auditEventExport.run(context, input),
  cancel: async ({ core }) => {
    core.auditEventExport.cancel();
    return { ok: true };
  },
};
