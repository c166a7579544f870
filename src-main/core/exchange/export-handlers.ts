/** Taking records out: read and checked in one transaction with its entry, written where the user says. */

import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Language } from '../../../src-shared/contract/primitives.ts';
import type { FileFilter } from '../../../src-shared/wire.ts';
import type { Handlers, TaskContext } from '../call.ts';
import { randomUuid } from '../crypto/random.ts';
import { demandAllFields } from '../people/masking.ts';
import { patientsOfDocument, restrictedIn } from '../store/access.ts';
import { readImport } from '../store/source.ts';
import { version } from '../version.ts';
import { buildDocument } from './build-document.ts';
import { importedLines } from './export-import.ts';
import { exportInput } from './export-input.ts';
import { saveFile } from './save-file.ts';
import { collectionBundle } from './write/bundle.ts';
import type { ExportContext, ExportInput } from './write/input.ts';

const json: readonly FileFilter[] = [{ name: 'FHIR JSON', extensions: ['json'] }];

function circumstances({ core, session, now }: TaskContext, language: Language): Omit<ExportContext, 'newId'> {
  const shown = core.vault.displayDirectory();
  return {
    at: now,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    language,
    clinic: { name: shown?.clinicName ?? '', country: shown?.country ?? '' },
    by: session.displayName,
    version,
  };
}

type Format = {
  readonly defaultName: string;
  readonly filters: readonly FileFilter[];
  readonly build: (input: ExportInput) => Promise<Buffer>;
};

/** Reads, builds, saves. The entry is written before the record leaves, with what was asked; a dismissed dialog is one too. */
async function take(
  context: TaskContext,
  { patientId, path }: { readonly patientId: string; readonly path?: string | undefined },
  format: Format,
): Promise<{ saved: boolean; bytes: number }> {
  const input = context.record(({ tx, session, entry }) => {
    demandAllFields(session);
    entry.patientId = patientId;
    const found = exportInput(tx.store, patientId);
    entry.detail['rows'] = found.rows.length;
    // A document about several people that this record refers to goes along whole.
    for (const { id, type } of found.referred) {
      if (type === 'Bundle') entry.alsoAbout.push(...patientsOfDocument(tx.store, id));
    }
    return found;
  });
  const bytes = await format.build(input);
  // File names say nothing about the patient: they end up in lists of recent documents.
  const { defaultName, filters } = format;
  const saved = await saveFile(context.core, context.connection, {
    path,
    title: 'Carekeep',
    defaultName,
    filters,
    bytes,
  });
  return { saved, bytes: saved ? bytes.length : 0 };
}

export const exportHandlers: Handlers<'exports'> = {
  bundle: (context, input) =>
    take(context, input, {
      defaultName: 'record.json',
      filters: json,
      build: async (found) =>
        Buffer.from([...collectionBundle(found, { at: context.now, newId: randomUuid })].join(''), 'utf8'),
    }),
  summary: (context, input) =>
    take(context, input, {
      defaultName: 'patient-summary.json',
      filters: json,
      build: (found) =>
        buildDocument({ format: 'summary', input: found, context: circumstances(context, input.language) }),
    }),
  pdf: (context, input) =>
    take(context, input, {
      defaultName: 'record.pdf',
      filters: [{ name: 'PDF', extensions: ['pdf'] }],
      build: (found) => buildDocument({ format: 'pdf', input: found, context: circumstances(context, input.language) }),
    }),
  import: async (context, { importId, path }) => {
    const { core, connection, record } = context;
    const { store } = core.demandOpen();
    record(({ session, entry }) => {
      demandAllFields(session);
      const line = readImport(store, importId);
      if (line?.state !== 'done') throw new CallError('not-found');
      entry.entity.push(importId);
      // The import is given whole or not at all: it is no way round a restriction.
      entry.alsoAbout.push(...restrictedIn(store, line.batch));
    });
    let bytes = 0;
    const lines = function* (): Generator<Buffer> {
      for (const line of importedLines(store, importId)) {
        const part = Buffer.from(line, 'utf8');
        bytes += part.length;
        yield part;
      }
    };
    const saved = await saveFile(core, connection, {
      path,
      title: 'Carekeep',
      defaultName: 'import.ndjson',
      filters: [{ name: 'NDJSON', extensions: ['ndjson'] }],
      bytes: lines(),
    });
    return { saved, bytes };
  },
  all: (context, input) => context.core.bulkExport.run(context, input),
  cancelAll: async ({ core }) => {
    core.bulkExport.cancel();
    return { ok: true };
  },
};
