/** What went wrong with the backend, as people are told it. */
import { CallError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { SyncProblem } from '../../../src-shared/contract/sync.ts';
import { PeerFailure } from '../crypto/backend-tls.ts';
import { BackendRefusal, BackendUnreachable } from '../sync/backend.ts';

/** Who answers is not who should: each has its own reason in the log. */
const another: ReadonlySet<string> = new Set([
  'not-the-authority',
  'self-signed',
  'wrong-name',
  'weak-key',
  'wrong-usage',
  'tls-too-old',
  'descriptor-refused',
  'descriptor-differs',
]);
const ours: ReadonlySet<string> = new Set([
  'certificate-missing',
  'certificate-refused',
  'certificate-expired',
  'certificate-revoked',
]);

/** The code of a failure of the connection; undefined for what is none. */
export function reasonOf(error: unknown): string | undefined {
  if (error instanceof BackendUnreachable) return error.reason;
  if (error instanceof BackendRefusal) return error.value.code;
  return error instanceof PeerFailure ? error.code : undefined;
}

function codeOf(error: unknown, reason: string): ErrorCode {
  if (reason === 'token-wrong') return 'token-wrong';
  if (error instanceof BackendRefusal || ours.has(reason)) return 'backend-refused';
  return another.has(reason) ? 'backend-differs' : 'backend-unreachable';
}

/** Failures of the connection as errors of a call; all else as it is. */
export function asCallError(error: unknown): unknown {
  const reason = reasonOf(error);
  return reason === undefined ? error : new CallError(codeOf(error, reason));
}

/** What somebody has to look at; null where waiting is all there is to do. */
export function problemOf(error: unknown): SyncProblem | null {
  const reason = reasonOf(error);
  if (reason === undefined) return null;
  if (reason === 'device-revoked' || reason === 'unknown-device') return 'device-revoked';
  if (reason === 'quota-used-up') return 'quota-used-up';
  if (reason === 'expired' || reason === 'not-yet-valid') return 'clock-wrong';
  if (another.has(reason)) return 'authority-changed';
  const refused = ours.has(reason) || reason === 'proof-wrong' || reason === 'wrong-tenant';
  return refused ? 'certificate-refused' : null;
}

/**
 * Whether it may be our certificate that is not taken. TLS 1.3 judges it when the handshake is over for us: all that is
 * heard of it then is an end of the connection.
 */
export function certificateSuspected(error: unknown): 'certain' | 'perhaps' | 'no' {
  const reason = reasonOf(error) ?? '';
  if (ours.has(reason)) return 'certain';
  return reason === 'broken' || reason === 'refused' ? 'perhaps' : 'no';
}
