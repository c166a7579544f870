/** Clinic settings. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Handlers } from '../call.ts';
import { type ClinicSettings, managedSettings, readSettings, settingsUnder, writeSettings } from './clinic-settings.ts';

export const settingsHandlers: Handlers<'settings'> = {
  get: ({ core, tx }) => {
    const shown = core.vault.displayDirectory();
    return {
      clinicName: shown?.clinicName ?? '',
      country: shown?.country ?? '',
      workstationName: shown?.workstationName ?? '',
      ...settingsUnder(core.policy.policy, readSettings(tx.store)),
      ...core.vault.rosterState().policy,
      managed: managedSettings(core.policy.policy),
    };
  },
  set: ({ core, tx, entry, kept }, change) => {
    const { policy } = core.policy;
    const managed = managedSettings(policy).find((name) => Object.hasOwn(change, name));
    if (managed !== undefined) throw new CallError('policy-forbids', { field: managed });
    const before = readSettings(tx.store);
    const after = { ...before, ...change };
    writeSettings(tx.store, after);
    kept(() => core.presence.settingsChanged(settingsUnder(policy, after)));
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
