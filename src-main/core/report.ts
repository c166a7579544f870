import { CallError } from '../../src-shared/contract/errors.ts';

/**
 * What broke, for the person who reads the log: name, code and place. Never the message: a parser's message quotes
 * what it could not read, a database's may hold a value.
 */
export function reportError(where: string, error: unknown): void {
  const known = error instanceof Error ? error : undefined;
  const code = error instanceof CallError ? error.value.code : codeOf(known);
  console.error(JSON.stringify({ level: 'error', where, name: known?.name ?? 'unknown', code, at: placeOf(known) }));
}

function codeOf(error: Error | undefined): string {
  return error !== undefined && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The innermost frame as `file:line:column`, without folders: they hold the name of who is signed in to the system. */
function placeOf(error: Error | undefined): string {
  // A message may run over several lines, so the second line of the stack may still be the message.
  const frame = error?.stack?.split('\n').find((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  return /([^/\\(]+:\d+:\d+)\)?$/.exec(frame ?? '')?.[1] ?? '';
}
