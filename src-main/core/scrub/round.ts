/** One round of the scrub: the log, the record from wherever it was left, then index and pages. */
import { checkPages } from '../audit/check-pages.ts';
import { Found, type Problem } from '../audit/problem.ts';
import { newRecordState } from '../audit/record-state.ts';
import type { SignerBook } from '../audit/signatures.ts';
import { treeByWorkers } from '../audit/verify-whole.ts';
import { logFacts, verifyLog } from '../audit/verifylog.ts';
import { verifyRecord } from '../audit/verifyrecord.ts';
import { failureCode } from '../store/failure.ts';
import type { Store } from '../store/open.ts';
import type { Vault } from '../vault/vault.ts';
import { gentleSliceMs, runGently } from './gently.ts';
import type { ScrubRound } from './scrub-state.ts';

/** How far it has come is written down this often, milliseconds. */
const keepEvery = 10_000;

export type RoundParts = {
  readonly store: Store;
  readonly vault: Vault;
  /** Raw database key for the workers' connections. */
  readonly key: Buffer;
  readonly signal: AbortSignal;
  /** Something runs that somebody waits for. */
  readonly busy: () => boolean;
  /** Writes the round down as it is. */
  readonly keep: () => void;
};

const silent = (): void => undefined;

/**
 * Goes on with a round to its end; what is found wrong is its end as well.
 * @throws the signal's reason when aborted: `round` says how far it came
 */
export async function finishRound(round: ScrubRound, parts: RoundParts): Promise<Problem | null> {
  try {
    return await check(round, parts);
  } catch (error) {
    if (error instanceof Found) return error.problem;
    if (failureCode(error) === 'database-damaged') return { code: 'page-damaged', at: '' };
    throw error;
  }
}

async function check(
  round: ScrubRound,
  { store, vault, key, signal, busy, keep }: RoundParts,
): Promise<Problem | null> {
  if (round.root === '') {
    const trust = { clinicId: vault.ids().clinicId, book: vault.rosterHistory() };
    const tree = await treeByWorkers(store, { key, trust, signal, onProgress: silent, gentle: true });
    const log = tree === undefined ? verifyLog(store, trust) : logFacts(store, tree, trust);
    const { root, size, actions } = await runGently(log, { signal, busy });
    const signed = actions && { signed: actions.signed, unsigned: actions.unsigned };
    Object.assign(round, { root, actions: signed, record: newRecordState(size) });
    keep();
  }
  let kept = performance.now();
  const onSlice = (): void => {
    if (performance.now() - kept < keepEvery) return;
    keep();
    kept = performance.now();
  };
  const record = verifyRecord(store, round.record, { signers: signersOf(vault), sliceMs: gentleSliceMs });
  await runGently(record, { signal, busy, onSlice });
  keep();
  return checkPages({ path: store.path, key, gentle: true }, { signal, onProgress: silent });
}

/** By the roster of the moment: who joins and signs a note while the scrub is under way is in it. */
function signersOf(vault: Vault): SignerBook {
  let book = vault.rosterHistory();
  return {
    signingKey: (userId, size) => {
      if (size > book.size) book = vault.rosterHistory();
      return book.signingKey(userId, size);
    },
  };
}
