import type { FieldsOf } from '../logs/events.ts';
import { logFault } from '../logs/log.ts';

/** What core was at: a procedure, or one of the log's closed list. */
export type Where = NonNullable<FieldsOf<'fault'>['where']>;

/**
 * What broke, for the person who reads the log: class, code and place. Never the message: a parser's message quotes
 * what it could not read, a database's may hold a value.
 */
export function reportError(where: Where, error: unknown): void {
  logFault(where, error);
}
