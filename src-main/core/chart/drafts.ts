/** Drafts of notes: rows like all else, encrypted with the file, given to their author's sessions only. */
import { z } from 'zod';
import { type Draft, draft as draftSchema, noteContent } from '../../../src-shared/contract/chart.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { mayOpen } from '../access/chokepoint.ts';
import type { CallContext, Handlers } from '../call.ts';
import type { Store } from '../store/open.ts';
import { readPatient } from '../store/patient.ts';
import { type DraftRow, deleteDraft, readDraft, readDrafts, saveDraft } from '../store/personal.ts';
import { personName } from './person-name.ts';

const stored = z.strictObject({ encounterId: z.string().nullable(), content: noteContent });
const kind = 'note';

/** How long one entry covers the saving of the same draft by the same session, milliseconds. */
const coveredFor = 10 * 60_000;

function toDraft(row: DraftRow): Draft {
  const { encounterId, content } = stored.parse(JSON.parse(row.json));
  const { id, patientId, base: amends, updatedAt: savedAt } = row;
  return draftSchema.parse({ id, patientId, encounterId, amends, content, savedAt });
}

/** This author's drafts for one patient, the latest first. */
export function draftsOf(store: Store, author: string, patientId: string): Draft[] {
  return readDrafts(store, author, patientId).map(toDraft);
}

/** One draft of this author. @throws CallError not-found, for drafts of others too */
export function ownDraft(store: Store, author: string, id: string): Draft {
  const row = readDraft(store, author, id);
  if (row === null) throw new CallError('not-found');
  return toDraft(row);
}

/** The first save of a draft in a session is an entry; the autosaves that follow within minutes are covered by it. */
function coverAutosave({ session, entry, now, kept }: CallContext, id: string): void {
  const last = session.draftEntries.get(id);
  if (last !== undefined && now - last < coveredFor) entry.covered = true;
  else kept(() => session.draftEntries.set(id, now));
}

export const draftHandlers: Pick<Handlers<'notes'>, 'saveDraft' | 'drafts' | 'discardDraft'> = {
  saveDraft: (context, input) => {
    const { tx, session, entry, now } = context;
    if (readPatient(tx.store, input.patientId) === null) throw new CallError('not-found');
    entry.patientId = input.patientId;
    if (input.amends !== null && !session.permissions.has('note:amend')) throw new CallError('forbidden');
    if (input.draftId !== null) {
      const old = ownDraft(tx.store, session.userId, input.draftId);
      if (old.patientId !== input.patientId || old.amends !== input.amends) throw new CallError('invalid-input');
    }
    const id = saveDraft(tx, session.userId, {
      id: input.draftId,
      patientId: input.patientId,
      kind,
      json: JSON.stringify({ encounterId: input.encounterId, content: input.content }),
      base: input.amends,
    });
    entry.entity.push(id);
    coverAutosave(context, id);
    return { draftId: draftSchema.shape.id.parse(id), savedAt: now };
  },
  drafts: ({ tx, session, entry }) => {
    // What one wrote about a chart that was closed to one since then waits for it to be opened again.
    const drafts = readDrafts(tx.store, session.userId)
      .map(toDraft)
      .filter(({ patientId }) => mayOpen(tx.store, session, patientId))
      .map((draft) => ({ draft, ...personName(tx.store, draft.patientId) }));
    entry.detail['count'] = drafts.length;
    return { drafts };
  },
  discardDraft: ({ tx, session, entry }, input) => {
    const draft = ownDraft(tx.store, session.userId, input.draftId);
    deleteDraft(tx, session.userId, draft.id);
    entry.patientId = draft.patientId;
    entry.entity.push(draft.id);
    return { ok: true };
  },
};
