/**
 * Ways back in with the recovery kit. Each is proved by the words first, and nothing is ever deleted. None touches
 * files that somebody works with.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Handlers } from '../call.ts';
import type { Core } from '../core.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { createDatabaseFile } from './setup.ts';

/** @throws CallError busy */
function demandClosed(core: Core): void {
  if (core.opened() !== null) throw new CallError('busy');
}

export const recoveryHandlers: Handlers<'recovery'> = {
  restore: async ({ core }, input) => {
    demandClosed(core);
    const password = passwordBytes(input.password);
    try {
      await core.vault.recover({ words: input.words, userName: input.userName, password });
    } finally {
      wipe(password);
    }
    await core.look();
    // The new keychain cannot know the log's head; the kit has proved who goes on without it.
    core.acceptRollback();
    core.journal('recovery.used', null, 'success', 'restore');
    return { ok: true };
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
    } else core.vault.proveKit(input.words);
    core.acceptRollback();
    return { ok: true };
  },
};
