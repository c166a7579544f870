/** How a request stands: what its row says, what the roster says, and what the clock says. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { type RequestState, type RequestSubject, requestSubject } from '../../../src-shared/contract/requests.ts';
import type { Core } from '../core.ts';
import type { LiveSession } from '../session.ts';
import type { Store } from '../store/open.ts';
import { type RequestRow, readRequest } from '../store/request.ts';
import { type SignedRequest, type RequestSubject as SignedSubject, signedRequest } from '../vault/roster-entry.ts';

/** @throws CallError record-damaged where the row is not what was signed */
export function signedOf(row: RequestRow): SignedRequest {
  const parsed = signedRequest.safeParse(JSON.parse(row.request));
  if (!parsed.success || parsed.data.body.id !== row.id) throw new CallError('record-damaged', { ids: [row.id] });
  return parsed.data;
}

/** Carried out in the roster is done, whatever became of the row: a kill between the two leaves it behind. */
export function stateOf(core: Core, row: RequestRow, now: number): RequestState {
  if (row.state !== 'open' && row.state !== 'agreed') return row.state;
  if (core.vault.requests.used(row.id)) return 'done';
  return now > row.expiresAt ? 'expired' : row.state;
}

/** What is signed, from what is asked. */
export function toSigned(subject: RequestSubject): SignedSubject {
  switch (subject.kind) {
    case 'roles': {
      const roles = [...new Set(subject.roles)];
      return { kind: 'roster', changes: [{ kind: 'roles-set', userId: subject.userId, roles }] };
    }
    case 'status':
      return {
        kind: 'roster',
        changes: [{ kind: 'status-set', userId: subject.userId, status: subject.status }],
      };
    default:
      return subject;
  }
}

/**
 * What was asked, read from what is signed and not from the row: who agrees must be shown the bytes they sign.
 * @throws CallError record-damaged
 */
export function subjectOf(row: RequestRow): RequestSubject {
  const { subject } = signedOf(row).body;
  const damaged = new CallError('record-damaged', { ids: [row.id] });
  if (subject.kind !== 'roster') return requestSubject.parse(subject);
  const [change, ...others] = subject.changes;
  if (others.length > 0) throw damaged;
  if (change?.kind === 'roles-set') return requestSubject.parse({ ...change, kind: 'roles' });
  if (change?.kind === 'status-set') return requestSubject.parse({ ...change, kind: 'status' });
  throw damaged;
}

/**
 * An agreed request that this session may carry out now, signatures counted.
 * @throws CallError request-needed, request-over, not-found, record-damaged
 */
export function demandUsable(
  core: Core,
  store: Store,
  session: LiveSession,
  id: string,
  kind: SignedSubject['kind'],
  now: number,
): SignedRequest {
  const row = readRequest(store, id);
  const state = stateOf(core, row, now);
  if (state === 'open') throw new CallError('request-needed');
  if (state !== 'agreed') throw new CallError('request-over');
  const request = signedOf(row);
  if (request.body.subject.kind !== kind) throw new CallError('request-needed');
  core.vault.requests.demandAgreed(request, session.userId);
  return request;
}
