/** The log by itself: its tree, its checkpoints, who signed for what, and its head in memory. */
import type { Store } from '../store/open.ts';
import type { Sliced } from '../store/slices.ts';
import { originOf } from './checkpoint-note.ts';
import { type Frontier, frontierRoot } from './merkle.ts';
import { Found } from './problem.ts';
import { type AdminBook, covers, demandPrunesSigned, prunesOf, prunesThatHold } from './prune/pruned.ts';
import type { SignerBook } from './signatures.ts';
import { type ActionReport, verifyActions } from './verifyactions.ts';
import { type TreeRules, verifyTree } from './verifytree.ts';

/** What a verifier of the log goes by: the clinic's roster. `RosterHistory` is such a book. */
export interface LogBook extends SignerBook, AdminBook {
  deviceKeys(deviceId: string): readonly Buffer[];
}
export type LogTrust = { readonly clinicId: string; readonly book: LogBook };

export type LogFacts = {
  /** Entries verified; later ones came while we worked. */
  readonly size: number;
  readonly root: string;
  /** Who signed for how much; null where nobody was asked. */
  readonly actions: ActionReport | null;
};

/** @throws Found prune-differs */
export function treeRules(store: Store, trust: LogTrust | undefined): TreeRules {
  if (trust === undefined) return { of: null, pruned: () => false, signed: false };
  const { clinicId, book } = trust;
  const prunes = prunesThatHold(store, clinicId, book);
  return {
    of: { origin: originOf(clinicId, store.device), deviceKeys: book.deviceKeys(store.device) },
    pruned: prunes.length === 0 ? () => false : (seq) => covers(prunes, seq),
    signed: true,
  };
}

/**
 * What this process itself wrote last does not come from the file, so the file cannot have changed it.
 * @param held as it was when verification began
 * @throws Found head-differs
 */
export function demandHeld(held: Frontier | undefined, found: Frontier): void {
  if (held === undefined) return;
  if (held.size !== found.size) throw new Found('entry-missing', Math.min(held.size, found.size));
  if (!frontierRoot(held).equals(frontierRoot(found))) throw new Found('head-differs', found.size);
}

/** @throws Found as verifyTree, verifyActions, demandHeld, treeRules */
export function* verifyLog(store: Store, trust?: LogTrust): Sliced<LogFacts> {
  const held = store.held.head?.frontier;
  const rules = treeRules(store, trust);
  const found = yield* verifyTree(store, rules);
  demandHeld(held, found);
  return yield* logFacts(store, found, trust);
}

/** The rest, once the tree is verified. */
export function* logFacts(store: Store, found: Frontier, trust: LogTrust | undefined): Sliced<LogFacts> {
  const actions =
    trust === undefined
      ? null
      : yield* verifyActions(store, { origin: originOf(trust.clinicId, store.device), signers: trust.book });
  // Their rows were checked with the tree.
  if (trust !== undefined) demandPrunesSigned(store, prunesOf(store));
  return { size: found.size, root: frontierRoot(found).toString('hex'), actions };
}
