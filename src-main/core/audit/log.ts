/**
 * The log: entries appended in the transaction of what they record, leaves of one growing RFC 6962 tree.
 *
 * An entry is one row without an index. The tree's right edge is held in memory, the roots of full tiles of 256
 * entries in audit_tile, so that the root at any size is a few thousand hashes away at a million entries.
 */
import { type AuditCode, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import { currentHead, frontierAt, tileLevel, tileSize } from '../store/head.ts';
import type { Store } from '../store/open.ts';
import { settle } from '../store/part.ts';
import type { Tx } from '../store/transaction.ts';
import { type AuditEntry, type BatchCommit, decodeEntry, encodeEntry } from './entry.ts';
import { frontierRoot, grow, leafHash } from './merkle.ts';

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
  // Names in RFC 8785's order, so that the encoding has nothing left to sort.
  const entry: AuditEntry = {
    action: fresh.action ?? auditEvents[fresh.type].action,
    agent: { roles: fresh.agent.roles, session: fresh.agent.session, user: fresh.agent.user },
    ...(fresh.batch && { batch: fresh.batch }),
    detail: { ...fresh.detail },
    device: store.device,
    entity: [...(fresh.entity ?? [])],
    origin: fresh.origin,
    outcome: fresh.outcome,
    ...(parts.length > 0 && { parts }),
    patient: fresh.patient ?? null,
    purpose: fresh.purpose,
    recorded: tx.now,
    ...(rows.length > 0 && { rows }),
    seq,
    type: fresh.type,
  };
  const bytes = encodeEntry(entry);
  store
    .sql<[number, Buffer, number, string | null]>(
      'insert into audit_entry (seq, entry, lamport, ops) values (?, ?, ?, ?)',
    )
    .run(seq, bytes, head.lamport, ops.length === 0 ? null : JSON.stringify(ops));
  head.frontier = grow(head.frontier, leafHash(bytes), 0, (level, hash) => {
    if (level !== tileLevel) return;
    const tile = Math.floor(seq / tileSize);
    store.sql<[number, Buffer]>('insert into audit_tile (tile, root) values (?, ?)').run(tile, hash);
  });
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

/** Root of the first `size` entries; undefined when an entry or tile is missing. */
export function rootAt(store: Store, size: number): Buffer | undefined {
  const frontier = frontierAt(store, size);
  return frontier && frontierRoot(frontier);
}

/** One entry; undefined when it is missing or does not parse. */
export function readEntry(store: Store, seq: number): AuditEntry | undefined {
  const row = store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq = ?').get(seq);
  return row && decodeEntry(row.entry);
}
