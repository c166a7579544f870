/** How updates stand, looking for one, installing the one that is ready. IT does all of it in the locked state too. */
import { isAbsolute } from 'node:path';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { HandlerInput } from '../../../src-shared/contract/index.ts';
import type { Handlers, TaskContext } from '../call.ts';
import { looked } from '../looked.ts';
import { version } from '../version.ts';

/** The file that the dialog gave; null when it was dismissed. A window never names a path. */
async function bundlePath(
  { core, connection }: TaskContext,
  { path }: HandlerInput<'updates.openBundle'>,
): Promise<string | null> {
  if (connection.channel === 'ctl') {
    if (path === undefined || !isAbsolute(path)) throw new CallError('invalid-input', { field: 'path' });
    return path;
  }
  if (path !== undefined) throw new CallError('not-here', { field: 'path' });
  const filters = [{ name: 'Carekeep', extensions: ['zip'] }];
  const [chosen] = await core.dialogs.ask({ type: 'open', title: 'Carekeep', multiple: false, filters });
  return chosen ?? null;
}

export const updateHandlers: Handlers<'updates'> = {
  status: ({ core, now }) => ({ version, state: core.updates.state, unknown: core.updates.unknown(now) }),
  check: async (context) => {
    context.core.updates.demand({ kind: 'update-check' });
    looked(context, 'update.checked');
    return { ok: true };
  },
  openBundle: async (context, input) => {
    const path = await bundlePath(context, input);
    if (path === null) throw new CallError('nothing-chosen');
    context.core.updates.demand({ kind: 'update-bundle', path });
    looked(context, 'update.checked');
    return { ok: true };
  },
  install: async (context, { version: wanted }) => {
    const { core, session, record } = context;
    core.updates.demandReady(wanted);
    if (core.opened() === null || session.keys.shared === undefined) {
      core.journal('update.installed', session.userId, 'success', wanted);
    } else {
      record(({ entry }) => {
        entry.detail['version'] = wanted;
      });
    }
    core.updates.install(wanted);
    return { ok: true };
  },
};
