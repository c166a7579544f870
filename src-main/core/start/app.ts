/** The application before anyone signs in. */

import type { StartState } from '../../../src-shared/contract/app.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Handlers } from '../call.ts';
import type { Core } from '../core.ts';
import { version } from '../version.ts';
import { weakKeychain } from './weak-keychain.ts';

const looking = new WeakMap<Core, Promise<StartState>>();

/** However often a page asks before anybody signed in: one look at keychain and files at a time, and all hear of it. */
function lookOnce(core: Core): Promise<StartState> {
  const running = looking.get(core) ?? core.look().finally(() => looking.delete(core));
  looking.set(core, running);
  return running;
}

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
      help: core.policy.policy.helpAddress !== undefined,
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
  openHelp: async ({ core }) => {
    if (core.policy.policy.helpAddress === undefined) throw new CallError('not-found');
    core.openHelp();
    return { ok: true };
  },
  copied: async ({ core }) => {
    core.clearClipboardSoon();
    return { ok: true };
  },
  lastStop: ({ core, now }) => core.stops.last(now),
  stopSeen: async ({ core }, { reference }) => {
    core.stops.seen(reference);
    return { ok: true };
  },
  reportFault: async ({ core }, fault) => core.stops.report(fault),
  retry: async ({ core }) => ({ state: await lookOnce(core) }),
};
