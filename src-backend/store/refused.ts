/** What the store does not do, in the words of the protocol. */
import type { BackendErrorCode, BackendErrorValue } from '../../src-shared/sync-protocol/errors.ts';

/** The transaction is taken back; the connection is sound. */
export class Refused extends Error {
  readonly value: BackendErrorValue;
  constructor(code: BackendErrorCode, more: Omit<BackendErrorValue, 'code'> = {}) {
    super(code);
    this.name = 'Refused';
    this.value = { code, ...more };
  }
}
