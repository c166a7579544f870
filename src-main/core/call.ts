/** What a handler gets and what it must be: derived from the contract, so that no procedure goes without. */
import type { AuditCode } from '../../src-shared/contract/audit-events.ts';
import type {
  CapabilityName,
  Contract,
  HandlerInput,
  Output,
  ProcedureName,
  ProcedureOf,
} from '../../src-shared/contract/index.ts';
import type { Core } from './core.ts';
import type { Connection, LiveSession } from './session.ts';
import type { Tx } from './store/transaction.ts';

/** What the handler tells about the entry that the dispatcher writes for it. Identifiers and codes only. */
export type EntryNotes = {
  /** Another code than the declared one (a refusal, a batch's end). */
  event: AuditCode;
  /** The patient concerned: stored as the patient's pseudonym. */
  patientId: string | null;
  /** Restricted patients whose data the answer holds beside that one's: who may not open their charts is refused. */
  readonly alsoAbout: string[];
  readonly entity: string[];
  readonly detail: Record<string, string | number>;
  purpose: string;
  /** Leaves no entry: only where an earlier entry of the same session covers this call (search, autosave). */
  covered: boolean;
};

/** Inside one transaction, entry included. */
export type CallContext = {
  readonly tx: Tx;
  readonly session: LiveSession;
  readonly connection: Connection;
  readonly core: Core;
  readonly now: number;
  readonly entry: EntryNotes;
  /** Runs once the transaction is on the disk: for what memory may say only then (an entry that covers later calls). */
  readonly kept: (then: () => void) => void;
};

/** Before sign-in: no session, no database. */
export type PublicContext = { readonly core: Core; readonly connection: Connection; readonly now: number };

/** Asynchronous work: it opens transactions by `record`, each with an entry of the declared code. */
export type TaskContext = {
  readonly core: Core;
  readonly connection: Connection;
  readonly now: number;
  readonly session: LiveSession;
  readonly record: <T>(work: (context: CallContext) => T) => T;
};
export type PublicTaskContext = Omit<TaskContext, 'session' | 'record'>;

type Handler<N extends ProcedureName> =
  ProcedureOf<N> extends { kind: 'task'; needs: 'public' }
    ? (context: PublicTaskContext, input: HandlerInput<N>) => Promise<Output<N>>
    : ProcedureOf<N> extends { kind: 'task' }
      ? (context: TaskContext, input: HandlerInput<N>) => Promise<Output<N>>
      : ProcedureOf<N> extends { needs: 'public' }
        ? (context: PublicContext, input: HandlerInput<N>) => Output<N>
        : (context: CallContext, input: HandlerInput<N>) => Output<N>;

/** All handlers of one capability. */
export type Handlers<C extends CapabilityName> = {
  readonly [P in Extract<keyof Contract[C], string>]: `${C}.${P}` extends ProcedureName ? Handler<`${C}.${P}`> : never;
};
export type AllHandlers = { readonly [C in CapabilityName]: Handlers<C> };
