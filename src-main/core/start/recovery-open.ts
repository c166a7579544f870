/** What the kit is good for while somebody is signed in: drill, another form, access for who forgot a password. */
import type { Handlers, TaskContext } from '../call.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { forgetPin } from '../people/state.ts';
import { demandUsable } from '../requests/standing.ts';
import { endRequest } from '../store/request.ts';
import { addReview } from '../store/review.ts';
import { nextSeq } from '../store/transaction.ts';
import { saveKit } from './save-kit.ts';

type WhileOpen = Pick<
  Handlers<'recovery'>,
  'kit' | 'startDrill' | 'answerDrill' | 'remake' | 'saveRemade' | 'confirmRemade' | 'restoreAccess'
>;

/** The request that this is done under, if one is named. @throws CallError request-needed, request-over, not-found */
function usable({ core, session, now }: TaskContext, requestId: string | null) {
  if (requestId === null) return undefined;
  return demandUsable(core, core.demandOpen().store, session, requestId, 'restore-access', now);
}

export const recoveryWhileOpen: WhileOpen = {
  kit: ({ core }) => {
    const { form, createdAt, lastDrill, drillDue } = core.vault.recovery.kit();
    const { users } = core.vault.rosterState();
    const last = lastDrill === null ? null : { ...lastDrill, by: users.get(lastDrill.by)?.displayName ?? lastDrill.by };
    return { form, createdAt, lastDrill: last, drillDue };
  },
  startDrill: async ({ core, session }) => ({ ask: [...core.vault.recovery.startDrill(session.keys)] }),
  answerDrill: async ({ core, session, record }, input) => {
    const answer = 'kit' in input ? input.kit : input.words;
    const passed = await core.vault.recovery.answerDrill(session.keys, answer);
    return record(({ entry }) => {
      entry.detail['passed'] = passed ? 'yes' : 'no';
      entry.detail['asked'] = typeof answer === 'string' ? 'kit' : 'words';
      return { passed };
    });
  },
  remake: async ({ core, session }, { words, form }) => {
    const kit = await core.vault.recovery.remake(session.keys, words, form);
    return { ...kit, words: [...kit.words], ask: [...kit.ask] };
  },
  saveRemade: async (context, input) => {
    await context.core.vault.recovery.proveWritten(input.words);
    return { saved: await saveKit(context, input) };
  },
  confirmRemade: async ({ core, session, record }, { words }) => {
    const form = await core.vault.recovery.confirmRemade(session.keys, words);
    return record(({ entry }) => {
      entry.detail['form'] = form;
      return { ok: true };
    });
  },
  restoreAccess: async (context, { userId, requestId, words, password }) => {
    const { core, session, record } = context;
    const request = usable(context, requestId);
    const bytes = passwordBytes(password);
    try {
      const done = await core.vault.recovery.restoreAccess(session.keys, { userId, request, words, password: bytes });
      record(({ tx, entry }) => {
        entry.entity.push(userId);
        entry.detail['reason'] = 'restore-access';
        // It was set with a password that is no more.
        forgetPin(tx, userId);
        if (requestId !== null) entry.detail['request'] = requestId;
        // There are others, and none of them could agree: they look at it afterwards.
        if (done.alone && done.otherAdmins > 0) {
          const detail = { of: 'restore-access', colleague: userId };
          const at = tx.now;
          const entries = [nextSeq(tx)];
          addReview(tx, { kind: 'recovery-alone', userId: session.userId, patientId: null, at, entries, detail });
        }
      });
      if (requestId !== null) {
        record((call) => {
          call.entry.event = 'request.carried-out';
          call.entry.entity.push(requestId);
          call.entry.detail['kind'] = 'restore-access';
          endRequest(call.tx, requestId, 'done', session.userId);
        });
      }
      core.endSessionsOf(userId);
      return { ok: true };
    } finally {
      wipe(bytes);
    }
  },
};
