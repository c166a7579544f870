/** Set-up: from nothing to a clinic with one workstation, one admin and a recovery kit somebody wrote down. */

import { CallError } from '../../../src-shared/contract/errors.ts';
import { append } from '../audit/log.ts';
import type { Handlers } from '../call.ts';
import type { Core } from '../core.ts';
import { passwordBytes, passwordStrength } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { closeStore, createStore } from '../store/open.ts';
import { withTransaction } from '../store/transaction.ts';
import type { Kit } from '../vault/set-up.ts';
import { saveKit } from './save-kit.ts';
import { weakKeychain } from './weak-keychain.ts';

/** An empty database whose first entry says why it was made. */
export function createDatabaseFile(
  database: { readonly path: string; readonly key: Buffer },
  options: { readonly locale: string; readonly reason: string; readonly device: string; readonly now: number },
): void {
  const store = createStore({ ...database, device: options.device, locale: options.locale });
  try {
    withTransaction(
      store,
      (tx) =>
        append(tx, {
          type: 'setup.completed',
          outcome: 0,
          agent: { user: null, roles: [], session: null },
          purpose: 'HOPERAT',
          origin: 'core',
          detail: { reason: options.reason },
        }),
      options.now,
    );
  } finally {
    closeStore(store);
  }
}

/** The kit as it crosses, once. */
const shown = ({ form, words, ask, createdAt }: Kit) => ({ form, words: [...words], ask: [...ask], createdAt });

/** @throws CallError already-set-up, not-set-up */
function demandUnconfirmed(core: Core): void {
  const { state } = core.vault;
  if (state === 'not-set-up') throw new CallError('not-set-up');
  if (state !== 'kit-unconfirmed') throw new CallError('already-set-up');
}

export const setupHandlers: Handlers<'setup'> = {
  checkPassword: (_context, { password, personal }) => {
    const { score, problem } = passwordStrength(password, personal);
    return { score, acceptable: problem === undefined, problem: problem ?? null };
  },
  checkKeychain: async ({ core }) => ({ state: await core.vault.checkKeychain(), weak: weakKeychain() }),
  create: async ({ core, now }, input) => {
    const password = passwordBytes(input.password);
    try {
      const kit = await core.vault.setUp(
        {
          clinic: { name: input.clinicName, country: input.country },
          language: input.language,
          workstationName: input.workstationName,
          admin: {
            userName: input.admin.userName,
            displayName: input.admin.displayName,
            roles: input.admin.roles.filter((role) => role !== 'admin'),
            password,
          },
          kit: input.kit,
        },
        ({ deviceId, ...database }) =>
          createDatabaseFile(database, { locale: input.language, reason: 'set-up', device: deviceId, now }),
      );
      return shown(kit);
    } finally {
      wipe(password);
    }
  },
  newKit: async ({ core }, input) => {
    const password = passwordBytes(input.password);
    try {
      const kit = await core.vault.showKitAgain(input.userName, password);
      core.journal('setup.completed', core.vault.userIdOf(input.userName) ?? null, 'success', 'kit-shown-again');
      return shown(kit);
    } catch (error) {
      if (error instanceof CallError && core.vault.state === 'kit-unconfirmed') {
        const known = core.vault.userIdOf(input.userName) ?? null;
        core.signInFailed(known, error.value);
      }
      throw error;
    } finally {
      wipe(password);
    }
  },
  saveKit: async ({ core, connection, now }, input) => {
    // Part of set-up only, and only this clinic's words: nobody gets a page of ours with words of their own.
    demandUnconfirmed(core);
    await core.vault.recovery.proveWritten(input.words);
    return { saved: await saveKit({ core, connection, now }, input) };
  },
  confirmKit: async ({ core }, input) => {
    demandUnconfirmed(core);
    try {
      await core.vault.confirmKit(input.words);
    } catch (error) {
      if (error instanceof CallError) core.journal('recovery.kit-confirmed', null, 'failure', error.value.code);
      throw error;
    }
    core.journal('recovery.kit-confirmed', null, 'success');
    return { ok: true };
  },
};
