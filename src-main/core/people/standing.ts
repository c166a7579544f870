/** What a session may do now, and how a person's own change to their account is written down. */
import type { AuditCode } from '../../../src-shared/contract/audit-events.ts';
import type { TaskContext } from '../call.ts';
import type { Core } from '../core.ts';
import type { LiveSession } from '../session.ts';
import type { Tx } from '../store/transaction.ts';
import type { VaultSession } from '../vault/session.ts';
import { permissionsNow } from './roles.ts';

/** Nobody who still owes something holds a permission. */
export function standing(core: Core, keys: VaultSession): Pick<LiveSession, 'owes' | 'permissions'> {
  const owes = core.vault.people.owedBy(keys);
  return { owes, permissions: owes === null ? permissionsNow(core.vault)(keys.user.roles) : new Set() };
}

/** In the log; in the journal for who has no key to the database. */
export function recordOwn(
  { core, session, record }: TaskContext,
  code: AuditCode,
  detail: Readonly<Record<string, string>>,
  more: (tx: Tx) => void = () => undefined,
): void {
  if (session.keys.shared === undefined || core.opened() === null) {
    core.journal(code, session.userId, 'success', Object.values(detail).join(' '));
    return;
  }
  record(({ tx, entry }) => {
    more(tx);
    entry.entity.push(session.userId);
    Object.assign(entry.detail, detail);
  });
}
