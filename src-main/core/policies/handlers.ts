/** The policies of this workstation, to read. */
import type { Handlers } from '../call.ts';
import { connectionProblems } from './backend-named.ts';
import { shown } from './shown.ts';

export const policyHandlers: Handlers<'policies'> = {
  get: async ({ core }) => {
    const { policy, source, problems } = core.policy;
    return {
      source,
      entries: shown(policy),
      problems: [...problems, ...connectionProblems(policy, core.vault.backend.get())],
      exportAllowed: policy.exportAllowed !== false,
      pinAllowed: policy.pinAllowed !== false,
      idleMinutes: policy.idleMinutes ?? null,
      backendAddress: policy.backendAddress ?? null,
      helpAddress: policy.helpAddress ?? null,
    };
  },
};
