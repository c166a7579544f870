/**
 * Ways back in with the recovery kit. Each is proved by the words first, and nothing is ever deleted. None touches
 * files that somebody works with.
 */
import { isAbsolute } from 'node:path';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { HandlerInput } from '../../../src-shared/contract/index.ts';
import type { Handlers } from '../call.ts';
import type { Core } from '../core.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Connection } from '../session.ts';
import { recoveryWhileOpen } from './recovery-open.ts';
import { createDatabaseFile } from './setup.ts';

/** @throws CallError busy */
function demandClosed(core: Core): void {
  if (core.opened() !== null) throw new CallError('busy');
}

/** The recovery file: this profile's own (undefined), or one from elsewhere; null when the dialog was dismissed. */
async function recoveryFileOf(
  core: Core,
  connection: Connection,
  { fromFile, path }: HandlerInput<'recovery.restore'>,
): Promise<string | null | undefined> {
  if (connection.channel === 'ctl') {
    if (path !== undefined && !isAbsolute(path)) throw new CallError('invalid-input', { field: 'path' });
    return path;
  }
  // A window never names a path.
  if (path !== undefined) throw new CallError('not-here', { field: 'path' });
  if (!fromFile) return undefined;
  const [chosen] = await core.dialogs.ask({ type: 'open', title: 'Carekeep', multiple: false, filters: [] });
  return chosen ?? null;
}

export const recoveryHandlers: Handlers<'recovery'> = {
  ...recoveryWhileOpen,
  restore: async ({ core, connection }, input) => {
    demandClosed(core);
    const path = await recoveryFileOf(core, connection, input);
    if (path === null) return { restored: false };
    const password = input.admin === undefined ? undefined : passwordBytes(input.admin.password);
    try {
      await core.vault.recover({
        words: input.words,
        ...(path !== undefined && { path }),
        ...(input.admin !== undefined &&
          password !== undefined && { admin: { userName: input.admin.userName, password } }),
      });
    } finally {
      wipe(password);
    }
    await core.look();
    // The new keychain cannot know the log's head; the kit has proved who goes on without it.
    core.acceptRollback();
    core.journal('recovery.used', null, 'success', input.admin === undefined ? 'restore' : 'restore-admin');
    return { restored: true };
  },
  startEmpty: async ({ core, now }, input) => {
    demandClosed(core);
    const locale = core.vault.displayDirectory()?.language ?? 'en';
    await core.vault.startEmptyDatabase(input.words, ({ deviceId, ...database }) =>
      createDatabaseFile(database, { locale, reason: 'start-empty', device: deviceId, now }),
    );
    await core.look();
    core.acceptRollback();
    core.journal('recovery.used', null, 'success', 'start-empty');
    return { ok: true };
  },
  setAside: async ({ core }, input) => {
    demandClosed(core);
    await core.vault.setDatabaseAside(input.words);
    await core.look();
    core.journal('recovery.used', null, 'success', 'set-aside');
    return { ok: true };
  },
  acknowledgeRollback: async ({ core }, input) => {
    demandClosed(core);
    if (core.vault.state === 'key-file-rolled-back') {
      await core.vault.acceptRolledBack(input.words);
      await core.look();
      core.journal('recovery.used', null, 'success', 'key-file-accepted');
    } else await core.vault.proveKit(input.words);
    core.acceptRollback();
    return { ok: true };
  },
};
