/** What a backend answers when it does not do what was asked. Never a value from a request. */
import { z } from 'zod';

export const backendErrors = [
  'bad-request', // does not parse
  'no-certificate', // this place needs a client certificate
  'certificate-refused', // not of this authority, expired, for something else
  'wrong-tenant', // the certificate's tenant is not the message's
  'unknown-device',
  'device-revoked',
  'token-wrong', // no such clinic token, or used
  'clinic-differs', // this tenant belongs to another clinic
  'proof-wrong', // the signature does not hold, or its nonce is used up
  'batch-differs', // another batch is there under this number
  'batch-out-of-turn', // `expected` is the number that comes next
  'batch-refused', // envelope, chain or signature do not hold
  'changed-meanwhile', // compare and swap: `revision` is what is there
  'epoch-too-low', // a slot is sealed under a later epoch already
  'not-found',
  'already-there',
  'too-large',
  'quota-used-up',
  'too-many-requests', // `retryAfter` seconds
  'unavailable', // try later
  'internal',
] as const;
export const backendErrorCode = z.enum(backendErrors);
export type BackendErrorCode = z.infer<typeof backendErrorCode>;
export const backendError = z.strictObject({
  code: backendErrorCode,
  expected: z.number().int().optional(),
  revision: z.number().int().optional(),
  retryAfter: z.number().optional(),
});
export type BackendErrorValue = z.infer<typeof backendError>;

/** HTTP status per code. */
export const statusOf: { readonly [C in BackendErrorCode]: number } = {
  'bad-request': 400,
  'no-certificate': 401,
  'certificate-refused': 403,
  'wrong-tenant': 403,
  'unknown-device': 403,
  'device-revoked': 403,
  'token-wrong': 403,
  'clinic-differs': 403,
  'proof-wrong': 403,
  'batch-differs': 409,
  'batch-out-of-turn': 409,
  'batch-refused': 422,
  'changed-meanwhile': 412,
  'epoch-too-low': 409,
  'not-found': 404,
  'already-there': 409,
  'too-large': 413,
  'quota-used-up': 507,
  'too-many-requests': 429,
  unavailable: 503,
  internal: 500,
};
