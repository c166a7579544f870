/** Diagnostics for support: to read, then to save. IT makes them in the locked state too. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Handlers } from '../call.ts';
import { saveFile } from '../exchange/save-file.ts';
import { looked } from '../looked.ts';

export const diagnosticsHandlers: Handlers<'diagnostics'> = {
  preview: async (context) => {
    looked(context, 'diagnostics.made');
    return context.core.diagnostics.preview(context.connection, context.now);
  },
  save: async (context, { sha256: wanted, path }) => {
    const { core, connection, now } = context;
    // The screen names what was read on it; only the command line may ask for what nobody has read.
    if (wanted === undefined && connection.channel === 'screen')
      throw new CallError('invalid-input', { field: 'sha256' });
    const { bytes, sha256 } = core.diagnostics.toSave(connection, wanted, now);
    const saved = await saveFile(core, connection, {
      path,
      title: 'Carekeep',
      defaultName: `carekeep-diagnostics-${new Date(now).toISOString().slice(0, 10)}.txt`,
      filters: [{ name: 'Text', extensions: ['txt'] }],
      bytes,
    });
    if (saved) looked(context, 'diagnostics.made');
    return { saved, sha256 };
  },
};
