/** What a screen may say of what broke it: class, code and place. What was thrown may hold what stood on the screen. */

import type { CallInput } from '../../src-shared/contract/index.ts';
import { errorNames } from '../../src-shared/contract/stops.ts';
import { ClientError, call } from '../client.ts';

export type Fault = CallInput<'app.reportFault'>;

/** Longest that a broken screen waits for its reference, in milliseconds: core may be what is gone. */
const patience = 1_500;

/** The innermost frame in our own bundle: `…/assets/index-Bx81.js:3:14`. */
function placeIn(error: Error): Fault['at'] {
  for (const line of (error.stack ?? '').split('\n')) {
    const [, file, row, column] = /\/assets\/([\w-]+(?:\.[\w-]+){1,3}):(\d{1,8}):(\d{1,8})\)?$/.exec(line) ?? [];
    if (file !== undefined && /^\s+at /.test(line)) return { file, line: Number(row), column: Number(column) };
  }
  return null;
}

export function faultOf(kind: Fault['kind'], thrown: unknown): Fault {
  if (!(thrown instanceof Error)) return { kind, name: 'unknown', code: null, at: null };
  const name = errorNames.find((one) => one === thrown.name) ?? 'other';
  return { kind, name, code: thrown instanceof ClientError ? thrown.value.code : null, at: placeIn(thrown) };
}

/** Leaves a report. @returns its reference; null where none could be written */
export async function reportFault(kind: Fault['kind'], thrown: unknown): Promise<string | null> {
  const late = new Promise<null>((resolve) => void setTimeout(resolve, patience, null));
  const asked = call('app.reportFault', faultOf(kind, thrown)).then(
    ({ reference }) => reference,
    () => null,
  );
  return Promise.race([asked, late]);
}
