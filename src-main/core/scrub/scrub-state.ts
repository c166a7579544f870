/** What a scrub keeps between sessions: the last whole one's verdict, and how far the one at work has come. */
import { z } from 'zod';
import { auditVerdict } from '../../../src-shared/contract/audit.ts';
import { recordState } from '../audit/record-state.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import type { Store } from '../store/open.ts';

const name = 'scrub';

export const scrubRound = z.strictObject({
  startedAt: z.number().int(),
  /** Of the log as it was checked first, and `record` counts from there; empty before: that is not taken up half way. */
  root: z.string(),
  /** Of that log, entries that their user's session signed, and that nobody signed. */
  actions: auditVerdict.shape.actions,
  record: recordState,
});
export type ScrubRound = z.infer<typeof scrubRound>;

const scrubState = z.strictObject({
  last: auditVerdict.extend({ startedAt: z.number().int() }).nullable(),
  round: scrubRound.nullable(),
});
export type ScrubState = z.infer<typeof scrubState>;

const nothingYet: ScrubState = { last: null, round: null };

/** What is not readable, or of a version that kept something else, is begun anew. */
export function readScrub(store: Store): ScrubState {
  const bytes = readMeta(store.db, name);
  if (bytes === undefined) return nothingYet;
  try {
    return scrubState.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return nothingYet;
  }
}

export function writeScrub(store: Store, state: ScrubState): void {
  writeMeta(store.db, name, Buffer.from(JSON.stringify(state), 'utf8'));
}
