/** A feed or a package turned down, with its reason of the closed list. */
import type { UpdateRefusal } from '../../src-shared/updates/state.ts';

export class Refused extends Error {
  readonly refusal: UpdateRefusal;
  constructor(refusal: UpdateRefusal, options?: ErrorOptions) {
    super(refusal, options);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}

const fileCodes: ReadonlyMap<string, UpdateRefusal> = new Map<string, UpdateRefusal>([
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EFBIG', 'disk-full'],
  ['EACCES', 'not-writable'],
  ['EPERM', 'not-writable'],
  ['EROFS', 'not-writable'],
  ['ENOTDIR', 'not-writable'],
  ['EISDIR', 'not-writable'],
  ['ENOENT', 'not-writable'],
  ['EIO', 'not-writable'],
  ['EBUSY', 'not-writable'],
  ['EMFILE', 'not-writable'],
]);

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What a folder of our own could not take, as a refusal; anything else stays what it is. */
export function writeFailure(error: unknown): unknown {
  const refusal = fileCodes.get(codeOf(error));
  return refusal === undefined ? error : new Refused(refusal, { cause: error });
}
