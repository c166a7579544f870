/** The application before anyone signs in. */

import type { Handlers } from '../call.ts';
import { version } from '../version.ts';
import { weakKeychain } from './weak-keychain.ts';

export const appHandlers: Handlers<'app'> = {
  status: ({ core, connection }) => {
    const shown = core.vault.displayDirectory();
    const { veil } = core.presence;
    const parked = veil.parked();
    return {
      state: core.state(),
      signedIn: connection.session !== null,
      version,
      clinicName: shown?.clinicName ?? null,
      workstationName: shown?.workstationName ?? null,
      language: shown?.language ?? null,
      weakKeychain: weakKeychain(),
      veiled:
        parked === null
          ? null
          : {
              remaining: veil.remaining(parked),
              triesLeft: veil.triesLeft(parked),
              preferences: parked.preferences ?? { language: shown?.language ?? 'en', theme: 'system' },
            },
    };
  },
  retry: async ({ core }) => ({ state: await core.look() }),
};
