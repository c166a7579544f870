/** A search session: one entry before its first result, one at its end, nothing for the keystrokes between. */
import type { CallContext } from '../call.ts';
import { newNotes, writeEntry } from '../entry.ts';
import type { LiveSession } from '../session.ts';
import type { Tx } from '../store/transaction.ts';

/** Without a query for this long, the next one begins a new session, milliseconds. */
const endsAfter = 60_000;

/** Called by every search: begins a session or counts the query into the running one. */
export function coverSearch({ tx, session, entry, now, kept }: CallContext, hits: number): void {
  const running = session.search;
  if (running !== null && now - running.lastAt < endsAfter) {
    running.queries += 1;
    running.hits = hits;
    running.lastAt = now;
    entry.covered = true;
    return;
  }
  if (running !== null) writeEnd(tx, session);
  kept(() => {
    session.search = { queries: 1, hits, lastAt: now };
  });
  entry.detail['phase'] = 'begin';
}

/** The box was closed. Without a running session there is nothing to end. */
export function endSearch({ session, entry, kept }: CallContext, opened: string | null): void {
  const running = session.search;
  if (running === null) {
    entry.covered = true;
    return;
  }
  entry.patientId = opened;
  Object.assign(entry.detail, endDetail(running));
  kept(() => {
    session.search = null;
  });
}

/** Ends a session that nobody closed (time ran out, lock). */
export function writeEnd(tx: Tx, session: LiveSession): void {
  if (session.search === null) return;
  const notes = newNotes('patient.searched', session);
  Object.assign(notes.detail, endDetail(session.search));
  session.search = null;
  writeEntry(tx, session, notes, 'success');
}

function endDetail({
  queries,
  hits,
}: {
  readonly queries: number;
  readonly hits: number;
}): Record<string, string | number> {
  return { phase: 'end', queries, hits };
}
