/** The review queue: looking, and signing a verdict. */

import { breakGlassLasts } from '../../../src-shared/contract/access.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { everything } from '../audit/filters.ts';
import { readEntry } from '../audit/log.ts';
import { newest } from '../audit/page.ts';
import type { Handlers } from '../call.ts';
import { followedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { patientByRef, patientRef } from '../store/patient.ts';
import { closeReview, countReviews, type ReviewRow, readReview, readReviews } from '../store/review.ts';
import { entriesOf } from './findings.ts';
import { codesOf, peopleOf, toLine } from './lines.ts';
import { readRules, rulesInWords, writeRules } from './rules.ts';
import { weekHandlers } from './week-handlers.ts';

/** This many of the accesses are shown; the audit page has them all. */
const evidenceShown = 200;
/** A name that no pseudonym of the log can have. */
const nobody = '-';
const outcomes = { 0: 'success', 4: 'denied', 8: 'failure' } as const;

/** What was done with the chart while it stood open in an emergency: the reviewer sees more than that it was opened. */
function emergencyEntries(store: Store, { kind, userId, patientId, at, lastSeq }: ReviewRow): number[] {
  if (kind !== 'break-glass' || patientId === null) return [];
  const filter = { ...everything, user: userId, patient: patientRef(store, patientId) ?? nobody };
  const opened = { ...filter, from: at, to: at + breakGlassLasts };
  return [...newest(store, opened, lastSeq + 1, followedTo(store, 'index'))].reverse().slice(0, 1000);
}

export const reviewHandlers: Handlers<'reviews'> = {
  ...weekHandlers,
  list: (context, { state, before, limit }) => {
    const { tx, entry } = context;
    const nameOf = peopleOf(context);
    const rows = readReviews(tx.store, state, before, limit);
    entry.detail['count'] = rows.length;
    entry.detail['state'] = state;
    return {
      items: rows.map((row) => toLine(context, row, nameOf)),
      total: countReviews(tx.store, state),
      next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
    };
  },
  get: (context, { id }) => {
    const { tx, session, entry } = context;
    const row = readReview(tx.store, id);
    if (row === null) throw new CallError('not-found');
    entry.entity.push(id);
    entry.patientId = row.patientId;
    const nameOf = peopleOf(context);
    const detail = codesOf(row);
    const { colleague } = detail;
    const numbers = [...entriesOf(row), ...emergencyEntries(tx.store, row)];
    const mayRead = session.permissions.has('patient:read');
    const patientOf = (ref: string): string | null => {
      const patient = mayRead ? patientByRef(tx.store, ref) : null;
      return patient === null ? null : [patient.family, patient.given].filter((part) => part !== '').join(', ');
    };
    return {
      ...toLine(context, row, nameOf),
      colleague: typeof colleague === 'string' ? nameOf(colleague) : null,
      evidence: numbers.slice(0, evidenceShown).flatMap((seq) => {
        const found = readEntry(tx.store, seq);
        if (found === undefined) return [];
        return [
          {
            seq,
            recorded: found.recorded,
            event: found.type,
            outcome: outcomes[found.outcome],
            patient: found.patient === null ? null : patientOf(found.patient),
            patientRef: found.patient,
          },
        ];
      }),
      entryCount: numbers.length,
      comment: row.comment,
      mayClose: session.permissions.has('review:close') && row.closedAt === null && row.userId !== session.userId,
    };
  },
  count: ({ tx }) => ({ open: countReviews(tx.store, 'open') }),
  close: ({ tx, session, entry }, { id, verdict, comment }) => {
    // Before anything can refuse: the entry of a refusal says what it was about.
    const row = readReview(tx.store, id);
    if (row !== null) {
      entry.entity.push(id);
      entry.patientId = row.patientId;
      entry.detail['kind'] = row.kind;
    }
    entry.detail['verdict'] = verdict;
    closeReview(tx, id, { by: session.userId, verdict, comment: comment.trim() });
    return { ok: true };
  },
  rules: ({ tx }) => readRules(tx.store),
  setRules: ({ tx, entry }, next) => {
    const before = rulesInWords(readRules(tx.store));
    writeRules(tx.store, next);
    for (const [name, said] of Object.entries(rulesInWords(next))) {
      if (before[name] !== said) entry.detail[name] = said;
    }
    entry.detail['of'] = 'reviews';
    return { ok: true };
  },
};
