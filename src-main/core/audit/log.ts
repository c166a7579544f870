/**
 * The log: entries appended in the transaction of what they record, leaves of one growing RFC 6962 tree.
 *
 * An entry is one row without an index. The tree's right edge is held in memory; tiles of its hashes are written at
 * checkpoints, so that the root at any size is a few hundred hashes away.
 */
import { type AuditCode, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import { currentHead, frontierAt } from '../store/head.ts';
import type { Store } from '../store/open.ts';
import { settle } from '../store/part.ts';
import type { Tx } from '../store/transaction.ts';
import { type AuditEntry, type BatchCommit, decodeEntry, encodeEntry } from './entry.ts';
import { frontierRoot, grow, leafHash } from './merkle.ts';
import { sealDetail } from './sealed-detail.ts';

/** What the dispatcher knows of a call; seq, time, device, rows and parts come from the transaction. */
export type NewEntry = {
  readonly type: AuditCode;
  /** The catalogue's action unless said otherwise. */
  readonly action?: AuditEntry['action'];
  readonly outcome: AuditEntry['outcome'];
  readonly agent: AuditEntry['agent'];
  readonly purpose: string;
  /** `patientRef(store, patientId)`. */
  readonly patient?: string | null;
  readonly entity?: readonly string[];
  readonly origin: AuditEntry['origin'];
  readonly batch?: BatchCommit;
  readonly detail?: Readonly<Record<string, string | number>>;
};

/** Writes the entry; it takes the rows and parts this transaction changed. @returns its number */
export function append(tx: Tx, fresh: NewEntry): number {
  const { head, store } = tx;
  const seq = head.frontier.size;
  const { rows, parts, ops } = settle(tx, seq);
  const patient = fresh.patient ?? null;
  const { told, sealed } = sealDetail(store, { seq, patient, detail: fresh.detail ?? {} });
  // Names in RFC 8785's order, so that the encoding has nothing left to sort.
  const entry: AuditEntry = {
    action: fresh.action ?? auditEvents[fresh.type].action,
    agent: { roles: fresh.agent.roles, session: fresh.agent.session, user: fresh.agent.user },
    ...(fresh.batch && { batch: fresh.batch }),
    detail: told,
    device: store.device,
    entity: [...(fresh.entity ?? [])],
    origin: fresh.origin,
    outcome: fresh.outcome,
    ...(parts.length > 0 && { parts }),
    patient,
    purpose: fresh.purpose,
    recorded: tx.now,
    ...(rows.length > 0 && { rows }),
    ...(sealed !== undefined && { sealed }),
    seq,
    type: fresh.type,
  };
  const bytes = encodeEntry(entry);
  store
    .sql<[number, Buffer, number, string | null]>(
      'insert into audit_entry (seq, entry, lamport, ops) values (?, ?, ?, ?)',
    )
    .run(seq, bytes, head.lamport, ops.length === 0 ? null : JSON.stringify(ops));
  head.frontier = grow(head.frontier, leafHash(bytes));
  return seq;
}

/** Size and root (hex) of the log, for the keychain and the audit page. */
export type LogHead = { readonly size: number; readonly root: string };

export function head(store: Store): LogHead {
  const { frontier } = currentHead(store);
  return { size: frontier.size, root: frontierRoot(frontier).toString('hex') };
}

/**
 * Compares a head known from outside (the keychain) with this log: `ok` when it is an ancestor or equal, `behind`
 * when the log is shorter (rolled back), `forked` when its beginning is another.
 */
export function checkHead(store: Store, known: LogHead): 'ok' | 'behind' | 'forked' {
  if (known.size > currentHead(store).frontier.size) return 'behind';
  return rootAt(store, known.size)?.toString('hex') === known.root ? 'ok' : 'forked';
}

/** Root of the first `size` entries; undefined when an entry or tile is missing, or the log is shorter. */
export function rootAt(store: Store, size: number): Buffer | undefined {
  const frontier = frontierAt(store, size);
  return frontier && frontierRoot(frontier);
}

/** One entry; undefined when it is missing or does not parse. */
export function readEntry(store: Store, seq: number): AuditEntry | undefined {
  const row = store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq = ?').get(seq);
  return row && decodeEntry(row.entry);
}
