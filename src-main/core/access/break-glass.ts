/**
 * Emergency access: one restricted chart, for an hour, to someone who says why and proves again who they are. Never
 * refused for its reason; told at once to those who review it, shown in the chart for good, and reviewed by others.
 */
import { breakGlassLasts } from '../../../src-shared/contract/access.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { CallContext, Handlers, TaskContext } from '../call.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { breakTheGlass } from '../entry.ts';
import { endEmergency, insertEmergency, readEmergency } from '../store/access.ts';
import { readPatient } from '../store/patient.ts';
import { addReview } from '../store/review.ts';
import { nextSeq } from '../store/transaction.ts';
import { mayOpen } from './chokepoint.ts';

/** A chart that is there and closed to this session, or open by an emergency access only. @throws CallError not-found, not-restricted */
function demandClosed({ tx, session }: CallContext, patientId: string): void {
  if (readPatient(tx.store, patientId) === null) throw new CallError('not-found');
  if (session.grants.running(patientId) === null && mayOpen(tx.store, session, patientId)) {
    throw new CallError('not-restricted');
  }
}

/** The own password again, counted like a sign-in; a wrong one is an entry about this patient. */
async function proveAgain({ core, session, record }: TaskContext, patientId: string, typed: string): Promise<void> {
  const password = passwordBytes(typed);
  try {
    const proved = await core.vault.verifyPassword(session.userId, password);
    proved.close();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    record(({ entry }) => {
      entry.event = 'break-glass.refused';
      entry.patientId = patientId;
      throw error;
    });
  } finally {
    wipe(password);
  }
}

export const breakGlassHandlers: Pick<Handlers<'access'>, 'breakGlass' | 'endBreakGlass' | 'reason'> = {
  breakGlass: async (context, { patientId, reason, text, password }) => {
    const { core, session, record } = context;
    await proveAgain(context, patientId, password);
    return record((inside) => {
      const { tx, entry, kept } = inside;
      entry.patientId = patientId;
      demandClosed(inside, patientId);
      const until = tx.now + breakGlassLasts;
      const { userId, id: sessionId } = session;
      const id = insertEmergency(tx, { patientId, userId, sessionId, endsAt: until, reason, told: text.trim() });
      const about = { kind: 'break-glass', userId, patientId, at: tx.now } as const;
      addReview(tx, { ...about, entries: [nextSeq(tx)], detail: { grant: id, reason } });
      entry.purpose = breakTheGlass;
      entry.entity.push(id);
      entry.detail['reason'] = reason;
      kept(() => {
        session.grants.open(patientId, { id, reason, until }, tx.now);
        core.tell('review:read', { event: 'alarm', data: { kind: 'break-glass', at: tx.now } });
      });
      return { until };
    });
  },
  endBreakGlass: ({ tx, session, entry, kept }, { patientId }) => {
    entry.patientId = patientId;
    const running = session.grants.running(patientId);
    if (running === null) throw new CallError('not-restricted');
    endEmergency(tx, running.id);
    entry.entity.push(running.id);
    kept(() => session.grants.end(patientId));
    return { ok: true };
  },
  reason: ({ tx, entry }, { id }) => {
    const { patientId, reason, told } = readEmergency(tx.store, id);
    entry.patientId = patientId;
    entry.entity.push(id);
    return { reason, text: told };
  },
};
