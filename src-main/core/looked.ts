/** A look that IT takes as well, in the locked state: an entry of the log, or a line of the journal while it is closed. */
import type { AuditCode } from '../../src-shared/contract/audit-events.ts';
import type { TaskContext } from './call.ts';

/** @param code the procedure's declared event */
export function looked({ core, session, record }: TaskContext, code: AuditCode): void {
  if (core.opened() === null || session.keys.shared === undefined) core.journal(code, session.userId, 'success');
  else record(() => undefined);
}
