/**
 * Who holds the kit can make themselves an admin at the start screen, alone. Where there were other admins, they look
 * at it: at the next open session the roster is asked, which nobody can rewrite, not the journal.
 */
import type { Store } from '../store/open.ts';
import { withTransaction } from '../store/transaction.ts';
import { verifyRoster } from '../vault/roster.ts';
import type { RosterChange, RosterEntry } from '../vault/roster-entry.ts';
import { activeAdmins } from '../vault/roster-state.ts';
import type { Vault } from '../vault/vault.ts';
import { Findings } from './findings.ts';

const aboutUser = (change: RosterChange): string | null =>
  change.kind === 'user-keys-replaced' || change.kind === 'user-added' ? change.userId : null;

/** Of an entry that the clinic identity alone signed after the first: whose access it made. */
function recoveredBy({ body, signatures }: RosterEntry): string | null {
  const alone = signatures.every(({ by }) => by === 'clinic');
  if (body.seq === 0 || !alone || (body.version === 2 && body.request !== undefined)) return null;
  return body.changes.map(aboutUser).find((userId) => userId !== null) ?? null;
}

const known = (store: Store, same: string): boolean =>
  store
    .sql<[string], { n: number }>("select count(*) n from review_item where kind = 'recovery-alone' and same = ?")
    .get(same)?.n !== 0;

/** Puts into the review queue what the kit did alone although there were other admins. Once each. */
export function reviewRecoveries(vault: Vault, store: Store, now: number): void {
  const entries = vault.roster();
  for (const entry of entries) {
    const userId = recoveredBy(entry);
    const { seq, at } = entry.body;
    const same = `roster:${seq}`;
    if (userId === null || known(store, same)) continue;
    const before = verifyRoster(entries.slice(0, seq), vault.ids().clinicId, vault.clinicIdentity());
    const others = activeAdmins(before).filter((id) => id !== userId);
    if (others.length === 0) continue;
    const detail = { of: 'restore', admins: others.length };
    withTransaction(
      store,
      (tx) =>
        new Findings(tx).open({
          kind: 'recovery-alone',
          userId,
          patientId: null,
          at,
          until: at,
          entries: [],
          detail,
          same,
        }),
      now,
    );
  }
}
