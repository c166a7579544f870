/**
 * How a procedure is declared. Everything a call needs is in one place: what comes in, what goes out, who may, and
 * what it leaves in the audit log. A declaration without `needs` or `audits` does not compile.
 */
import type { z } from 'zod';
import type { AuditCode } from './audit-events.ts';
import type { Permission } from './permissions.ts';

/** `public`: before sign-in too. `session`: any signed-in user. Otherwise one of the permissions named. */
export type Needs = 'public' | 'session' | Permission | readonly Permission[];

/** Which audit event the call leaves, or, in words, why it leaves none. */
export type Audits = AuditCode | { readonly none: string };

/** What a session may owe before anything else: until then it holds no permission. */
export const owed = ['own-password', 'second-factor'] as const;
export type Owed = (typeof owed)[number];

export type Channel = 'screen' | 'ctl';

/**
 * `query` and `command` run synchronously inside one transaction with their audit entry; a command changes the record.
 * `task` is asynchronous (passwords, dialogs, long work) and opens its own transactions.
 */
export type ProcedureKind = 'query' | 'command' | 'task';

export type Procedure<
  K extends ProcedureKind = ProcedureKind,
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  N extends Needs = Needs,
> = Declaration<I, O, N> & { readonly kind: K };

type Declaration<I extends z.ZodType, O extends z.ZodType, N extends Needs> = {
  readonly input: I;
  readonly output: O;
  readonly needs: N;
  readonly audits: Audits;
  /** Both unless said. */
  readonly channels?: readonly Channel[];
  /** Offered also to a session that still owes one of these; every other procedure is refused to it. */
  readonly whileOwing?: readonly Owed[];
  /**
   * Writes what this house keeps about patients, or who saw it, to where Carekeep no longer protects it: a policy of the
   * machine may forbid all of these. Every procedure that saves a file says yes or no (a test).
   */
  readonly takesOut?: boolean;
  /** One line for `ctl --list` and the docs. */
  readonly summary: string;
};

export function query<I extends z.ZodType, O extends z.ZodType, const N extends Needs>(
  declaration: Declaration<I, O, N>,
): Procedure<'query', I, O, N> {
  return { kind: 'query', ...declaration };
}
export function command<I extends z.ZodType, O extends z.ZodType, const N extends Needs>(
  declaration: Declaration<I, O, N>,
): Procedure<'command', I, O, N> {
  return { kind: 'command', ...declaration };
}
export function task<I extends z.ZodType, O extends z.ZodType, const N extends Needs>(
  declaration: Declaration<I, O, N>,
): Procedure<'task', I, O, N> {
  return { kind: 'task', ...declaration };
}
