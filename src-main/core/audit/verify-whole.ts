/** Everything verified, what cannot be sliced in workers beside the writer. */
import type { AuditVerdict } from '../../../src-shared/contract/audit.ts';
import type { Store } from '../store/open.ts';
import { type Progress, runSliced } from '../store/slices.ts';
import { checkPages } from './check-pages.ts';
import { checkTree, missingOf, worthWorkers } from './check-tree.ts';
import { head } from './log.ts';
import type { Frontier } from './merkle.ts';
import { Found } from './problem.ts';
import { prunesThatHold } from './prune/pruned.ts';
import { verifyStore } from './verify.ts';
import { demandHeld, type LogTrust, treeRules } from './verifylog.ts';

export type Whole = {
  /** Raw database key for the workers' connections; copied. */
  readonly key: Buffer;
  readonly trust: LogTrust;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Workers step back behind whoever works. */
  readonly gentle?: boolean;
};

/** The tree's edge, verified by workers where the log is long enough for them; undefined where it is not. */
export async function treeByWorkers(
  store: Store,
  { key, trust, ...running }: Omit<Whole, 'now'>,
): Promise<Frontier | undefined> {
  if (head(store).size < worthWorkers) return undefined;
  const held = store.held.head?.frontier;
  const missing = missingOf(prunesThatHold(store, trust.clinicId, trust.book));
  const found = await checkTree(store, key, { ...treeRules(store, trust), missing }, running);
  // What came while the workers read is behind what was held when they began.
  if (held !== undefined && held.size === found.size) demandHeld(held, found);
  return found;
}

/** @throws the signal's reason when aborted */
export async function verifyWhole(store: Store, whole: Whole): Promise<AuditVerdict> {
  const { trust, now, key } = whole;
  let tree: Frontier | undefined;
  try {
    tree = await treeByWorkers(store, whole);
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    const { size, root } = head(store);
    return { ok: false, entries: size, rows: 0, root, problem: error.problem, actions: null, finishedAt: now() };
  }
  const found = await runSliced(
    verifyStore(store, { now, pages: false, trust, ...(tree !== undefined && { tree }) }),
    whole,
  );
  const problem = found.problem ?? (await checkPages({ path: store.path, key, gentle: false }, whole));
  return { ...found, ok: problem === null, problem, finishedAt: now() };
}
