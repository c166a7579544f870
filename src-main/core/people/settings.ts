/** Clinic settings. */
import type { Handlers } from '../call.ts';
import { readSettings, writeSettings } from './clinic-settings.ts';

export const settingsHandlers: Handlers<'settings'> = {
  get: ({ core, tx }) => {
    const shown = core.vault.displayDirectory();
    return {
      clinicName: shown?.clinicName ?? '',
      country: shown?.country ?? '',
      workstationName: shown?.workstationName ?? '',
      idleMinutes: readSettings(tx.store).idleMinutes,
    };
  },
  set: ({ core, tx, entry }, { idleMinutes }) => {
    const before = readSettings(tx.store);
    writeSettings(tx.store, { idleMinutes });
    core.setIdleMinutes(idleMinutes);
    entry.detail['before'] = before.idleMinutes;
    entry.detail['after'] = idleMinutes;
    return { ok: true };
  },
};
