/** Clinic settings. */
import type { Handlers } from '../call.ts';
import { type ClinicSettings, readSettings, writeSettings } from './clinic-settings.ts';

export const settingsHandlers: Handlers<'settings'> = {
  get: ({ core, tx }) => {
    const shown = core.vault.displayDirectory();
    return {
      clinicName: shown?.clinicName ?? '',
      country: shown?.country ?? '',
      workstationName: shown?.workstationName ?? '',
      ...readSettings(tx.store),
      ...core.vault.rosterState().policy,
    };
  },
  set: ({ core, tx, entry, kept }, change) => {
    const before = readSettings(tx.store);
    const after = { ...before, ...change };
    writeSettings(tx.store, after);
    kept(() => core.presence.settingsChanged(after));
    entry.detail['before'] = told(before, change);
    entry.detail['after'] = told(after, change);
    return { ok: true };
  },
};

/** The settings that a change names, as the log shows them. */
function told(settings: ClinicSettings, change: Partial<ClinicSettings>): string {
  return Object.entries(settings)
    .filter(([name]) => Object.hasOwn(change, name))
    .map(([name, value]) => `${name} ${value}`)
    .join(' ');
}
