/** The application before anyone signs in. */

import type { Handlers } from '../call.ts';
import { version } from '../version.ts';
import { weakKeychain } from './weak-keychain.ts';

export const appHandlers: Handlers<'app'> = {
  status: ({ core, connection }) => {
    const shown = core.vault.displayDirectory();
    return {
      state: core.state(),
      signedIn: connection.session !== null,
      version,
      clinicName: shown?.clinicName ?? null,
      workstationName: shown?.workstationName ?? null,
      language: shown?.language ?? null,
      weakKeychain: weakKeychain(),
    };
  },
  retry: async ({ core }) => ({ state: await core.look() }),
};
