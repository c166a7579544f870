/** A user's own second factor: set up, proved, removed. */
import type { Handlers, TaskContext } from '../call.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { describe } from './describe-session.ts';
import { recordOwn, standing } from './standing.ts';

type SecondFactor = Pick<
  Handlers<'sessions'>,
  'account' | 'beginSecondFactor' | 'confirmSecondFactor' | 'removeSecondFactor'
>;

async function withPassword<T>(password: string, work: (bytes: Buffer) => Promise<T>): Promise<T> {
  const bytes = passwordBytes(password);
  try {
    return await work(bytes);
  } finally {
    wipe(bytes);
  }
}

const told = (context: TaskContext, state: 'begun' | 'set' | 'removed'): void =>
  recordOwn(context, 'user.second-factor-changed', { state });

export const secondFactorHandlers: SecondFactor = {
  account: async ({ core, session }) => {
    const { adminSecondFactor } = core.vault.rosterState().policy;
    return {
      ...core.vault.people.account(session.keys),
      secondFactor: core.vault.secondFactor.state(session.keys),
      secondFactorRequired: adminSecondFactor && session.roles.includes('admin'),
    };
  },
  beginSecondFactor: async (context, { password }) => {
    const { core, session } = context;
    const begun = await withPassword(password, (bytes) => core.vault.secondFactor.begin(session.keys, bytes));
    told(context, 'begun');
    return begun;
  },
  confirmSecondFactor: async (context, { code }) => {
    const { core, session } = context;
    const recoveryCodes = await core.vault.secondFactor.confirm(session.keys, code);
    Object.assign(session, standing(core, session.keys));
    told(context, 'set');
    return { recoveryCodes: [...recoveryCodes], session: describe(core, session) };
  },
  removeSecondFactor: async (context, { password, code }) => {
    const { core, session } = context;
    await withPassword(password, (bytes) => core.vault.secondFactor.remove(session.keys, bytes, code));
    told(context, 'removed');
    // Where the clinic demands one, nothing else goes on before there is the next.
    Object.assign(session, standing(core, session.keys));
    return describe(core, session);
  },
};
