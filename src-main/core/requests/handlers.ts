/** Requests of the two-person rule: asked in a row, agreed to with a password, carried out with both signatures. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { RequestLine, RequestSubject } from '../../../src-shared/contract/requests.ts';
import type { CallContext, Handlers, TaskContext } from '../call.ts';
import { demandErasable } from '../chart/erase.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { runDue } from '../keys/rotate.ts';
import { readPatient } from '../store/patient.ts';
import {
  addRequest,
  endRequest,
  markAgreed,
  type RequestRow,
  readRequest,
  readRequests,
  readWaiting,
} from '../store/request.ts';
import { requestLife } from '../vault/request.ts';
import type { SignedRequest } from '../vault/roster-entry.ts';
import { signedOf, stateOf, subjectOf, toSigned } from './standing.ts';

const shown = 200;

/** A patient's name for who may see it; null where it says nothing any more. */
function patientName({ tx, session }: CallContext, patientId: string): string | null {
  const patient = session.permissions.has('patient:read') ? readPatient(tx.store, patientId) : null;
  return patient === null ? null : [patient.family, patient.given].filter((part) => part !== '').join(', ');
}

const concerned = (subject: RequestSubject): string | null => ('userId' in subject ? subject.userId : null);

function noteSubject({ entry }: Pick<CallContext, 'entry'>, id: string, subject: RequestSubject): void {
  entry.entity.push(id);
  entry.detail['kind'] = subject.kind;
  const userId = concerned(subject);
  if (userId !== null) entry.detail['user'] = userId;
  if (subject.kind === 'erase-patient') entry.entity.push(subject.patientId);
  if (subject.kind === 'roles') entry.detail['roles'] = subject.roles.join(' ');
  if (subject.kind === 'audit-prune') Object.assign(entry.detail, { below: subject.below, kept: subject.kept });
  if (subject.kind === 'status') entry.detail['status'] = subject.status;
}

/** Names of everybody who is or was here; an id that nobody bears stands for itself. */
function peopleOf({ core }: CallContext): (id: string) => string {
  const { users } = core.vault.rosterState();
  return (id) => users.get(id)?.displayName ?? id;
}

function mayOf(state: RequestLine['state'], row: RequestRow, userId: string): RequestLine['may'] {
  const subject = subjectOf(row);
  const waits = state === 'open' || state === 'agreed';
  const own = row.askedBy === userId;
  const aboutThem = subject.kind === 'restore-access' && subject.userId === userId;
  return {
    agree: state === 'open' && !own && !aboutThem,
    decline: waits && !own,
    withdraw: waits && own,
    carryOut: state === 'agreed' && (own || row.agreedBy === userId),
  };
}

function toLine(context: CallContext, row: RequestRow, nameOf: (id: string) => string): RequestLine {
  const { core, now, session } = context;
  const subject = subjectOf(row);
  const userId = concerned(subject);
  const state = stateOf(core, row, now);
  return {
    id: row.id,
    subject,
    user:
      subject.kind === 'erase-patient'
        ? patientName(context, subject.patientId)
        : userId === null
          ? null
          : nameOf(userId),
    askedBy: nameOf(row.askedBy),
    askedAt: row.askedAt,
    expiresAt: row.expiresAt,
    agreedBy: row.agreedBy === null ? null : nameOf(row.agreedBy),
    state,
    ended: row.endedAt === null || row.doneBy === null ? null : { at: row.endedAt, by: nameOf(row.doneBy) },
    may: mayOf(state, row, session.userId),
  };
}

/** The row of something that still waits. @throws CallError not-found, request-over */
function waiting({ core, tx, now }: CallContext, id: string): RequestRow {
  const row = readRequest(tx.store, id);
  const state = stateOf(core, row, now);
  if (state !== 'open' && state !== 'agreed') throw new CallError('request-over');
  return row;
}

async function signedAgain({ core, session }: TaskContext, password: string, request: SignedRequest) {
  const bytes = passwordBytes(password);
  try {
    const proved = await core.vault.verifyPassword(session.userId, bytes);
    try {
      return core.vault.requests.agree(proved, request);
    } finally {
      proved.close();
    }
  } finally {
    wipe(bytes);
  }
}

export const requestHandlers: Handlers<'requests'> = {
  ask: (context, { subject }) => {
    const { core, tx, session, entry, now } = context;
    const text = canonicalJson(subject);
    for (const row of readWaiting(tx.store, now)) {
      if (stateOf(core, row, now) === 'done') continue;
      // Of two prunings one would find the other's entries gone.
      const same = subject.kind === 'audit-prune' ? subjectOf(row).kind === subject.kind : row.subject === text;
      if (same) throw new CallError('request-pending');
    }
    if (subject.kind === 'erase-patient') demandErasable(tx.store, subject.patientId);
    if (subject.kind === 'audit-prune') core.pruning.demandShown(tx.store, subject);
    const request = core.vault.requests.ask(session.keys, toSigned(subject));
    if (request === undefined) {
      entry.covered = true;
      return { needed: false, id: null };
    }
    const { id, at, expiresAt } = request.body;
    addRequest(tx, {
      id,
      subject: text,
      request: JSON.stringify(request),
      askedBy: session.userId,
      askedAt: at,
      expiresAt,
    });
    noteSubject(context, id, subject);
    return { needed: true, id };
  },
  list: (context) => {
    const nameOf = peopleOf(context);
    const { core, tx, session } = context;
    const admins = core.vault.users().filter(({ status, roles }) => status === 'active' && roles.includes('admin'));
    return {
      requests: readRequests(tx.store, shown).map((row) => toLine(context, row, nameOf)),
      life: requestLife,
      otherAdmins: admins.filter(({ id }) => id !== session.userId).length,
    };
  },
  count: ({ core, tx, session, now }) => ({
    waiting: readWaiting(tx.store, now).filter((row) => {
      const may = mayOf(stateOf(core, row, now), row, session.userId);
      return may.agree || may.carryOut;
    }).length,
  }),
  agree: async (context, { id, password }) => {
    const { core, session, record, now } = context;
    const row = readRequest(core.demandOpen().store, id);
    const state = stateOf(core, row, now);
    if (state !== 'open') throw new CallError('request-over');
    const agreed = await signedAgain(context, password, signedOf(row));
    // It may have been withdrawn, or agreed to by another, while the password was tried.
    if (stateOf(core, readRequest(core.demandOpen().store, id), now) !== 'open') throw new CallError('request-over');
    const { subject } = agreed.body;
    const users = subject.kind === 'roster' ? await core.vault.requests.carryOut(session.keys, agreed) : [];
    const asked = subjectOf(row);
    record((call) => {
      noteSubject(call, id, asked);
      markAgreed(call.tx, id, session.userId, JSON.stringify(agreed));
    });
    if (subject.kind !== 'roster') return { carriedOut: false };
    record((call) => {
      call.entry.event = 'request.carried-out';
      noteSubject(call, id, asked);
      endRequest(call.tx, id, 'done', session.userId);
    });
    // A session holds the permissions of its beginning.
    for (const userId of users) core.endSessionsOf(userId);
    await runDue(core, session);
    return { carriedOut: true };
  },
  decline: (context, { id }) => {
    const { tx, session } = context;
    const row = waiting(context, id);
    noteSubject(context, id, subjectOf(row));
    if (row.askedBy === session.userId) throw new CallError('own-request');
    endRequest(tx, id, 'declined', session.userId);
    return { ok: true };
  },
  withdraw: (context, { id }) => {
    const { tx, session } = context;
    const row = waiting(context, id);
    noteSubject(context, id, subjectOf(row));
    if (row.askedBy !== session.userId) throw new CallError('forbidden');
    endRequest(tx, id, 'withdrawn', session.userId);
    return { ok: true };
  },
};
