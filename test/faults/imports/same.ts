/** Whether two JSON texts say the same, numbers compared as they are written. */
import { isDeepStrictEqual } from 'node:util';

/** Numbers become what was written: 1.50 and 1.5 are two things. The order of members does not count. */
function parsed(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context) =>
    typeof value === 'number' ? { written: context.source } : value,
  );
}

export function sameJson(left: string, right: string): boolean {
  return isDeepStrictEqual(parsed(left), parsed(right));
}
