/**
 * Verification from the first entry: the log against its own tree, then everything the log vouches for against what
 * is there. In slices; what is written meanwhile is checked as it stands when its turn comes.
 */
import type { AuditVerdict } from '../../../src-shared/contract/audit.ts';
import { failureCode } from '../store/failure.ts';
import type { Store } from '../store/open.ts';
import type { Sliced } from '../store/slices.ts';
import type { Frontier } from './merkle.ts';
import { Found, type Problem } from './problem.ts';
import { newRecordState } from './record-state.ts';
import { type LogFacts, type LogTrust, logFacts, verifyLog } from './verifylog.ts';
import { verifyPages, verifySearch } from './verifypages.ts';
import { verifyRecord } from './verifyrecord.ts';

export type VerifyOptions = {
  readonly now?: () => number;
  /** Also what cannot be sliced: the search index both ways, and every page, table by table (core: `checkPages`). Default true. */
  readonly pages?: boolean;
  /** The clinic's roster: checkpoints, prunes and signatures are checked against it. Without it, the tree alone is. */
  readonly trust?: LogTrust;
  /** The tree's edge, where workers have verified it already. */
  readonly tree?: Frontier;
};

/** Verifies log, rows, charts, imports, patients and index. */
export function* verifyStore(store: Store, options: VerifyOptions = {}): Sliced<AuditVerdict> {
  const now = options.now ?? Date.now;
  let facts: LogFacts | null = null;
  let rows = 0;
  let problem: Problem | null = null;
  try {
    facts = yield* options.tree === undefined
      ? verifyLog(store, options.trust)
      : logFacts(store, options.tree, options.trust);
    const state = newRecordState(facts.size);
    yield* verifyRecord(store, state, options.trust === undefined ? {} : { signers: options.trust.book });
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
    actions: facts?.actions ? { signed: facts.actions.signed, unsigned: facts.actions.unsigned } : null,
    finishedAt: now(),
  };
}
