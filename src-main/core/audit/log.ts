/**
 * The log: entries appended in the transaction of what they record, leaves of one growing RFC 6962 tree.
 *
 * An entry is one row without an index. The tree's right edge stands in the head row, the roots of full tiles of 256
 * entries in audit_tile, so that the root at any size is a few thousand hashes away at a million entries.
 */
import { type AuditCode, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import type { Store } from '../store/open.ts';
import { settle } from '../store/part.ts';
import type { Tx } from '../store/transaction.ts';
import { type AuditEntry, type BatchCommit, decodeEntry, encodeEntry } from './entry.ts';
import { emptyFrontier, type Frontier, frontierFrom, frontierRoot, grow, leafHash } from './merkle.ts';

export const tileSize = 256;
const tileLevel = 8;

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
  const seq = head.size;
  const { rows, parts } = settle(tx, seq);
  const entry: AuditEntry = {
    seq,
    type: fresh.type,
    action: fresh.action ?? auditEvents[fresh.type].action,
    recorded: tx.now,
    outcome: fresh.outcome,
    agent: fresh.agent,
    device: store.device,
    purpose: fresh.purpose,
    patient: fresh.patient ?? null,
    entity: [...(fresh.entity ?? [])],
    origin: fresh.origin,
    ...(rows.length > 0 && { rows: rows.map(([id, version, mac]) => [id, version, mac]) }),
    ...(parts.length > 0 && { parts: parts.map(([chart, batch, count, digest]) => [chart, batch, count, digest]) }),
    ...(fresh.batch && { batch: fresh.batch }),
    detail: { ...fresh.detail },
  };
  const bytes = encodeEntry(entry);
  store.sql<[number, Buffer]>('insert into audit_entry (seq, entry) values (?, ?)').run(seq, bytes);
  const grown = grow(frontierFrom(seq, head.frontier), leafHash(bytes), 0, (level, hash) => {
    if (level !== tileLevel) return;
    const tile = Math.floor(seq / tileSize);
    store.sql<[number, Buffer]>('insert into audit_tile (tile, root) values (?, ?)').run(tile, hash);
  });
  head.size = grown.size;
  head.frontier = Buffer.concat(grown.hashes);
  store
    .sql<[number, Buffer, number]>('update head set size = ?, frontier = ?, lamport = ? where id = 1')
    .run(head.size, head.frontier, head.lamport);
  return seq;
}

/** Size and root (hex) of the log, for the keychain and the audit page. */
export type LogHead = { readonly size: number; readonly root: string };

export function head(store: Store): LogHead {
  const row = headRow(store);
  return { size: row.size, root: frontierRoot(frontierFrom(row.size, row.frontier)).toString('hex') };
}

function headRow(store: Store): { readonly size: number; readonly frontier: Buffer } {
  const row = store.sql<[], { size: number; frontier: Buffer }>('select size, frontier from head').get();
  if (row === undefined) throw new Error('the head row is missing');
  return row;
}

/**
 * Compares a head known from outside (the keychain) with this log: `ok` when it is an ancestor or equal, `behind`
 * when the log is shorter (rolled back), `forked` when its beginning is another.
 */
export function checkHead(store: Store, known: LogHead): 'ok' | 'behind' | 'forked' {
  const size = headRow(store).size;
  if (known.size > size) return 'behind';
  return rootAt(store, known.size)?.toString('hex') === known.root ? 'ok' : 'forked';
}

/** Root of the first `size` entries; undefined when an entry or tile is missing. */
export function rootAt(store: Store, size: number): Buffer | undefined {
  const fullTiles = Math.floor(size / tileSize);
  let frontier: Frontier = emptyFrontier;
  const tiles = store.sql<[number], { tile: number; root: Buffer }>(
    'select tile, root from audit_tile where tile < ? order by tile',
  );
  for (const { tile, root } of tiles.iterate(fullTiles)) {
    if (tile * tileSize !== frontier.size) return undefined;
    frontier = grow(frontier, root, tileLevel);
  }
  const rest = store.sql<[number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq',
  );
  for (const { seq, entry } of rest.iterate(fullTiles * tileSize, size)) {
    if (seq !== frontier.size) return undefined;
    frontier = grow(frontier, leafHash(entry));
  }
  return frontier.size === size ? frontierRoot(frontier) : undefined;
}

/** One entry; undefined when it is missing or does not parse. */
export function readEntry(store: Store, seq: number): AuditEntry | undefined {
  const row = store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq = ?').get(seq);
  return row && decodeEntry(row.entry);
}
