/** Ways back in with the recovery kit. Each is proved by the words first, and nothing is ever deleted. */
import type { Handlers } from '../call.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { createDatabaseFile } from './setup.ts';

export const recoveryHandlers: Handlers<'recovery'> = {
  restore: async ({ core }, input) => {
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
    await core.vault.setDatabaseAside(input.words);
    await core.look();
    core.journal('recovery.used', null, 'success', 'set-aside');
    return { ok: true };
  },
  acknowledgeRollback: async ({ core }, input) => {
    core.vault.proveKit(input.words);
    core.acceptRollback();
    return { ok: true };
  },
};
