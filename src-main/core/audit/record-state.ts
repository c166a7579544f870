/**
 * How far the check of the record has come. Wherever it yields, this says all it needs to go on, so that it can be
 * written down and taken up again days later.
 */
import { z } from 'zod';

const count = z.number().int().nonnegative();

/** In this order; each is done for the whole record before the next begins. */
export const recordStages = [
  'entries',
  'imports',
  'charts',
  'strays',
  'history',
  'restrictions',
  'patients',
  'index',
] as const;
export type RecordStage = (typeof recordStages)[number];

export const recordState = z.strictObject({
  /** Entries there were when it began; what came later proves itself. */
  size: count,
  stage: z.enum([...recordStages, 'done']),
  /** The next entry to read. */
  seq: count,
  /** Imports that an entry vouches for: batch → that entry. */
  batches: z.record(z.string(), count),
  /** Patient's pseudonym → HMAC of their restriction as the last entry about it left it; read up to `restrictedTo`. */
  restrictions: z.record(z.string(), z.string()),
  restrictedTo: count,
  /** The import whose rows are hashed anew, the next row, and the edge of its tree so far. */
  import: z.strictObject({ batch: count, row: count, size: count, hashes: z.array(z.base64()) }).nullable(),
  /** The last chart, row, patient or chunk of the viewer's index looked at in this stage. */
  after: z.string(),
  row: count,
  version: count,
  /** Parts of charts found per import. */
  parts: z.record(z.string(), count),
  /** Rows found, and done of this stage. */
  rows: count,
  done: count,
});
export type RecordState = z.infer<typeof recordState>;

/** @param size entries of the log that were checked against its tree */
export function newRecordState(size: number): RecordState {
  return {
    size,
    stage: 'entries',
    seq: 0,
    batches: {},
    restrictions: {},
    restrictedTo: 0,
    import: null,
    after: '',
    row: 0,
    version: 0,
    parts: {},
    rows: 0,
    done: 0,
  };
}

/** The next stage begins at its beginning. */
export function nextStage(state: RecordState): void {
  const next = state.stage === 'done' ? -1 : recordStages.indexOf(state.stage) + 1;
  Object.assign(state, { stage: recordStages[next] ?? 'done', import: null, after: '', row: 0, version: 0, done: 0 });
}
