/**
 * One call, from message to answer: parse with the schema, session, permission, one transaction with its audit entry.
 *
 * The order matters. Input is parsed before anything else happens; a denial is written down before it is told; a
 * transaction whose entry cannot be written does not commit; what is thrown becomes a value of the closed list.
 */
import type { AuditCode } from '../../src-shared/contract/audit-events.ts';
import { CallError, type ErrorValue } from '../../src-shared/contract/errors.ts';
import { isProcedureName, procedures } from '../../src-shared/contract/index.ts';
import type { Needs, Procedure } from '../../src-shared/contract/procedure.ts';
import type { CallMessage, ReplyMessage } from '../../src-shared/wire.ts';
import { demandOpenCharts } from './access/chokepoint.ts';
import type { AllHandlers, CallContext, EntryNotes, TaskContext } from './call.ts';
import type { Core } from './core.ts';
import { newNotes, writeEntry } from './entry.ts';
import { demandNoMaintenance } from './keys/gate.ts';
import type { Connection, LiveSession } from './session.ts';
import { withTransaction } from './store/transaction.ts';

export type Dispatch = (connection: Connection, message: CallMessage) => Promise<ReplyMessage>;

// The table pairs each name with the handler the contract's types demand of it; past this point the name is text.
type AnyHandler = (context: object, input: unknown) => unknown;

export function createDispatch(core: Core, handlers: AllHandlers): Dispatch {
  const table = handlerTable(handlers);
  return async (connection, message) => {
    const { id } = message;
    try {
      return { id, ok: true, value: await answer(core, table, connection, message) };
    } catch (error) {
      return { id, ok: false, error: toErrorValue(core, message.procedure, error) };
    }
  };
}

function handlerTable(handlers: AllHandlers): ReadonlyMap<string, AnyHandler> {
  return new Map(
    Object.entries(handlers).flatMap(([capability, group]) =>
      Object.entries(group).map(
        // biome-ignore lint/plugin: AllHandlers has checked every pair; the map forgets which
        ([name, handler]) => [`${capability}.${name}`, handler as AnyHandler] as const,
      ),
    ),
  );
}

async function answer(
  core: Core,
  table: ReadonlyMap<string, AnyHandler>,
  connection: Connection,
  message: CallMessage,
): Promise<unknown> {
  const { procedure: name } = message;
  const procedure = procedures.get(name);
  const handler = table.get(name);
  if (!isProcedureName(name) || procedure === undefined || handler === undefined) {
    throw new CallError('unknown-procedure');
  }
  if (procedure.channels !== undefined && !procedure.channels.includes(connection.channel)) {
    throw new CallError('not-here');
  }
  const parsed = procedure.input.safeParse(message.input);
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new CallError('invalid-input', at === '' ? {} : { field: at });
  }
  await demandNoMaintenance(core, name);
  const now = core.clock();
  if (procedure.needs === 'public') return handler({ core, connection, now }, parsed.data);

  const { session } = connection;
  if (session === null) throw new CallError('not-signed-in');
  if (session.owes !== null && !(procedure.whileOwing ?? []).includes(session.owes)) {
    core.denied(session, name);
    throw new CallError('sign-in-unfinished');
  }
  if (!allowed(procedure.needs, session)) {
    core.denied(session, name);
    throw new CallError('forbidden');
  }
  if (procedure.takesOut === true && core.policy.policy.exportAllowed === false) {
    core.denied(session, name, { reason: 'policy' });
    throw new CallError('policy-forbids');
  }
  if (procedure.kind === 'task') {
    return runTask(core, connection, session, { name, procedure }, (record) =>
      handler({ core, connection, now, session, record }, parsed.data),
    );
  }
  const called = { name, procedure };
  return inTransaction(core, connection, session, called, (context) => handler(context, parsed.data));
}

type Called = { readonly name: string; readonly procedure: Procedure };

/** A task that fails outside its transactions (a password, a file, a dialog) leaves the entry of its failure too. */
async function runTask(
  core: Core,
  connection: Connection,
  session: LiveSession,
  called: Called,
  run: (record: TaskContext['record']) => unknown,
): Promise<unknown> {
  let told: unknown;
  const record = <T>(work: (context: CallContext) => T): T => {
    try {
      // Somebody else sits here now, or the user was suspended meanwhile.
      if (session.keys.closed) throw new CallError('not-signed-in');
      return inTransaction(core, connection, session, called, work);
    } catch (error) {
      told = error;
      throw error;
    }
  };
  try {
    return await run(record);
  } catch (error) {
    const declared = codeOf(called.procedure);
    if (error !== told && (declared !== null || isDenial(error))) {
      writeFailure(core, session, called, newNotes(declared ?? 'access.denied', session), error);
    }
    throw error;
  }
}

/** Not the role stood in the way: a denial all the same, also of what leaves no entry otherwise. */
function isDenial(error: unknown): boolean {
  return error instanceof CallError && (error.value.code === 'restricted' || error.value.code === 'policy-forbids');
}

function codeOf({ audits }: Procedure): AuditCode | null {
  return typeof audits === 'string' ? audits : null;
}

/** What was tried and failed is an entry. One that cannot be written must not hide why the call failed. */
function writeFailure(core: Core, session: LiveSession, { name }: Called, notes: EntryNotes, error: unknown): void {
  const value: ErrorValue = error instanceof CallError ? error.value : { code: 'internal' };
  try {
    if (value.code === 'forbidden') core.denied(session, name);
    else if (value.code === 'policy-forbids') core.denied(session, name, { reason: 'policy' });
    else if (value.code === 'restricted') {
      core.denied(session, name, { reason: 'restricted', patientId: value.ids?.[0] ?? notes.patientId });
    } else core.refused(session, { ...notes, covered: false }, value);
  } catch (failure) {
    core.report('failure-entry', failure);
  }
}

/** Does this session hold what the procedure needs? */
export function allowed(needs: Needs, session: LiveSession): boolean {
  if (needs === 'public' || needs === 'session') return true;
  if (typeof needs === 'string') return session.permissions.has(needs);
  return needs.some((one) => session.permissions.has(one));
}

function inTransaction<T>(
  core: Core,
  connection: Connection,
  session: LiveSession,
  called: Called,
  work: (context: CallContext) => T,
): T {
  const declared = codeOf(called.procedure);
  const now = core.clock();
  const entry = newNotes(declared ?? 'access.denied', session);
  entry.covered = declared === null;
  const done: (() => void)[] = [];
  const kept = (then: () => void): void => void done.push(then);
  try {
    // A task that began before the maintenance, and gets to its transaction in the middle of it.
    if (core.rotation.maintenance !== null) throw new CallError('maintenance');
    const open = core.opened();
    // The database may be open for somebody else: who has no seal of its key does not work in it.
    if (open === null || session.keys.shared === undefined) throw new CallError('no-clinical-access');
    const result = withTransaction(
      open.store,
      (tx) => {
        let found: T;
        try {
          found = work({ tx, session, connection, core, now, entry, kept });
        } finally {
          // Also where the work failed: how it failed would tell something of a chart that is not this session's to see.
          demandOpenCharts(tx.store, session, called.procedure.needs, entry);
        }
        if (!entry.covered) writeEntry(tx, session, entry, 'success');
        return found;
      },
      now,
    );
    for (const then of done) then();
    return result;
  } catch (error) {
    if (declared !== null || isDenial(error)) writeFailure(core, session, called, entry, error);
    throw error;
  }
}

function toErrorValue(core: Core, procedure: string, error: unknown): ErrorValue {
  if (error instanceof CallError) return error.value;
  core.report(isProcedureName(procedure) ? procedure : 'unknown', error);
  return { code: 'internal' };
}
