/** The import screens' and command line's procedures. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { importState } from '../../../src-shared/contract/exchange.ts';
import { importId } from '../../../src-shared/contract/primitives.ts';
import type { Handlers, TaskContext } from '../call.ts';
import { type ImportLine, listImports } from '../store/source.ts';
import { parseReport } from './import-report.ts';
import { callOffPreview, forgetPreview, keepPreview } from './previews.ts';

const fileNames = z.array(z.string());

/** Paths from the dialog on the screen, from the call on the command line. @throws CallError not-here, nothing-chosen */
async function pathsFor(
  { core, connection }: TaskContext,
  named: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (connection.channel === 'ctl') {
    if (named === undefined) throw new CallError('nothing-chosen', { field: 'paths' });
    if (!named.every((path) => isAbsolute(path))) throw new CallError('invalid-input', { field: 'paths' });
    return named;
  }
  if (named !== undefined) throw new CallError('not-here', { field: 'paths' });
  const asking = connection.session;
  const chosen = await core.dialogs.ask({
    type: 'open',
    title: 'Carekeep',
    multiple: true,
    filters: [
      { name: 'FHIR', extensions: ['json', 'ndjson', 'jsonl'] },
      { name: '*', extensions: ['*'] },
    ],
  });
  if (connection.session !== asking) throw new CallError('not-signed-in');
  if (chosen.length === 0) throw new CallError('nothing-chosen');
  return chosen;
}

/** A batch that brought nothing new was taken back; the import itself has ended well. */
function stateOf({ state, report }: ImportLine): string {
  return state === 'failed' ? (parseReport(report)?.state ?? state) : state;
}

export const importHandlers: Handlers<'imports'> = {
  choose: async (context, input) => {
    const paths = await pathsFor(context, input.paths);
    context.core.demandOpen();
    const report = await context.core.imports.preview(paths);
    context.record(({ tx, entry }) => {
      keepPreview(tx.store, { report, paths });
      entry.entity.push(report.id);
      entry.detail['files'] = report.files.length;
      entry.detail['bytes'] = report.files.reduce((sum, { bytes }) => sum + bytes, 0);
    });
    return report;
  },
  start: async ({ core, session, record }, input) => {
    core.imports.start(input.importId, session, () =>
      record(({ tx, entry }) => {
        forgetPreview(tx.store, input.importId);
        entry.entity.push(input.importId);
      }),
    );
    return { ok: true };
  },
  wait: async ({ core, record }, input) => {
    const report = await core.imports.wait(input.importId);
    record(({ entry }) => entry.entity.push(input.importId));
    return report;
  },
  cancel: async ({ core, record }, input) => {
    const { state } = await core.imports.cancel(input.importId);
    record(({ tx, entry }) => {
      callOffPreview(tx.store, input.importId);
      entry.entity.push(input.importId);
      // A cancel can come too late: what is shown already stays.
      entry.detail['state'] = state === 'previewed' ? 'cancelled' : state;
    });
    return { ok: true };
  },
  report: ({ core }, input) => core.imports.report(input.importId),
  list: ({ core, tx }) => {
    const people = core.vault.people.names();
    return {
      imports: listImports(tx.store).map((line) => {
        const names = fileNames.safeParse(JSON.parse(line.files));
        const files = names.success ? names.data : [];
        const state = importState.safeParse(stateOf(line));
        return {
          id: importId.parse(line.id),
          state: state.success ? state.data : 'failed',
          startedAt: line.started,
          by: people.get(line.byUser ?? '') ?? '',
          firstFile: files[0] ?? '',
          files: files.length,
          accepted: line.accepted,
          duplicates: line.duplicates,
        };
      }),
    };
  },
};
