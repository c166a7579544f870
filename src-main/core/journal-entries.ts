/** What happened while the database was closed becomes entries of the log, in the order it happened. */
import { type AuditCode, auditEvents } from '../../src-shared/contract/audit-events.ts';
import { append } from './audit/log.ts';
import { readMeta, writeMeta } from './store/meta.ts';
import type { Store } from './store/open.ts';
import { type Tx, withTransaction } from './store/transaction.ts';
import type { JournalEvent } from './vault/journal.ts';
import type { Vault } from './vault/vault.ts';

const lastKey = 'journal_last';

function isAuditCode(kind: string): kind is AuditCode {
  return Object.hasOwn(auditEvents, kind);
}

/** A denial is told apart from what merely failed, as it is for entries written at once. */
function outcomeOf({ kind, outcome }: JournalEvent): 0 | 4 | 8 {
  if (outcome !== 'failure') return 0;
  return kind === ('access.denied' satisfies AuditCode) ? 4 : 8;
}

function reasonOf({ kind, outcome, reason }: JournalEvent): Record<string, string> {
  if (reason === undefined || reason === '') return {};
  if (kind === ('access.denied' satisfies AuditCode)) return { procedure: reason };
  return outcome === 'failure' ? { error: reason } : { reason };
}

/**
 * Takes the journal over in one transaction, then lets its file go. A kill between the two leaves lines that were
 * taken over already: the last one's id is kept, and everything up to it is passed over.
 */
export function drainJournal(vault: Vault, store: Store, now: number): void {
  vault.journal().drain(({ events, damaged, truncated }) => {
    const last = readMeta(store.db, lastKey)?.toString('utf8');
    const known = events.findIndex((event) => event.id === last);
    const fresh = events.slice(known + 1);
    if (fresh.length === 0 && damaged === 0 && !truncated) return;
    const take = (tx: Tx): void => {
      for (const event of fresh) {
        append(tx, {
          type: isAuditCode(event.kind) ? event.kind : 'application.started',
          outcome: outcomeOf(event),
          agent: { user: event.userId ?? null, roles: [], session: null },
          purpose: 'HOPERAT',
          origin: 'core',
          detail: { at: event.at, ...reasonOf(event) },
        });
      }
      if (damaged > 0 || truncated) {
        append(tx, {
          type: 'application.started',
          outcome: 8,
          agent: { user: null, roles: [], session: null },
          purpose: 'HOPERAT',
          origin: 'core',
          detail: { journalDamaged: damaged, journalTruncated: truncated ? 1 : 0 },
        });
      }
      const newest = fresh.at(-1);
      if (newest !== undefined) writeMeta(store.db, lastKey, Buffer.from(newest.id, 'utf8'));
    };
    withTransaction(store, take, now);
  });
}
