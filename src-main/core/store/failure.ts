/** What SQLite says, as the codes a person can be told. */
import { CallError, type ErrorCode } from '../../../src-shared/contract/errors.ts';

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The named failure behind an error of the database, undefined when it is none of ours to name. */
export function failureCode(error: unknown): ErrorCode | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_IOERR_SHORT') || code === 'SQLITE_NOTADB') {
    return 'database-damaged';
  }
  // A write-ahead log's shared memory that cannot grow: the disk is full before anything is written.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE' || code === 'ENOSPC' || code === 'EDQUOT')
    return 'disk-full';
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_PERM')) {
    return 'not-writable';
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return 'not-writable';
  if (code.startsWith('SQLITE_IOERR')) return 'database-damaged';
  if (code.startsWith('SQLITE_BUSY') || code === 'SQLITE_LOCKED') return 'busy';
  return undefined;
}

/** Rethrows as a CallError where the failure has a name, else as it came. */
export function rethrowNamed(error: unknown): never {
  if (error instanceof CallError) throw error;
  const code = failureCode(error);
  throw code === undefined ? error : new CallError(code);
}
