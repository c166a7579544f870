/**
 * Verification from the first entry: the log against its own tree, then everything the log vouches for against what
 * is there. In slices; what is written meanwhile is checked as it stands when its turn comes.
 */
import type { AuditVerdict } from '../../../src-shared/contract/audit.ts';
import { failureCode } from '../store/failure.ts';
import type { Store } from '../store/open.ts';
import type { Sliced } from '../store/slices.ts';
import { Found, type Problem } from './problem.ts';
import { newRecordState } from './record-state.ts';
import type { SignerBook } from './signatures.ts';
import { type LogFacts, verifyLog } from './verifylog.ts';
import { verifyPages, verifySearch } from './verifypages.ts';
import { verifyRecord } from './verifyrecord.ts';

export type VerifyOptions = {
  readonly now?: () => number;
  /** Also what cannot be sliced: the search index both ways, and every page, table by table (core: `checkPages`). Default true. */
  readonly pages?: boolean;
  /** Who could sign with which key when: notes' signatures are checked as well. */
  readonly signers?: SignerBook;
};

/** Verifies log, rows, charts, imports, patients and index. */
export function* verifyStore(store: Store, options: VerifyOptions = {}): Sliced<AuditVerdict> {
  const now = options.now ?? Date.now;
  let facts: LogFacts | null = null;
  let rows = 0;
  let problem: Problem | null = null;
  try {
    facts = yield* verifyLog(store);
    const state = newRecordState(facts.size);
    yield* verifyRecord(store, state, options.signers === undefined ? {} : { signers: options.signers });
    rows = state.rows;
    if (options.pages ?? true) {
      verifySearch(store);
      yield* verifyPages(store);
    }
  } catch (error) {
    if (error instanceof Found) problem = error.problem;
    else if (failureCode(error) === 'database-damaged') problem = { code: 'page-damaged', at: '' };
    else throw error;
  }
  return {
    ok: problem === null,
    entries: facts?.size ?? 0,
    rows,
    root: facts?.root ?? '',
    problem,
    finishedAt: now(),
  };
}
