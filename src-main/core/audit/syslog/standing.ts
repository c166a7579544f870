/** What the feed keeps in the database: the server, whether it is on, what was told of it, and how far the log has gone. */
import { z } from 'zod';
import { type LogServerTarget, logServerTarget } from '../../../../src-shared/contract/log-server.ts';
import { currentHead } from '../../store/head.ts';
import { setFollowed } from '../../store/indexed.ts';
import { readMeta, writeMeta } from '../../store/meta.ts';
import type { Store } from '../../store/open.ts';
import type { Tx } from '../../store/transaction.ts';

const name = 'log-server';

const standing = z.strictObject({
  on: z.boolean(),
  target: logServerTarget,
  /** The log holds an entry that this server was reached. */
  connectedTold: z.boolean(),
  /** Milliseconds; null while it works. */
  failingSince: z.number().int().nullable(),
  /** The log holds an entry that it fails. */
  failingTold: z.boolean(),
});
export type Standing = z.infer<typeof standing>;

/**
 * A setting that cannot be read is none: off, to be set again. It must not keep the log, or the clinic, from its work.
 * @param malformed told of such a setting, without a word of what stands in it
 */
export function readStanding(store: Store, malformed?: (error: Error) => void): Standing | null {
  const bytes = readMeta(store.db, name);
  if (bytes === undefined) return null;
  const read = standing.safeParse(jsonOf(bytes));
  if (read.success) return read.data;
  malformed?.(new Error('the setting of the log server cannot be read: off until it is set again'));
  return null;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // No JSON fits no setting.
    return undefined;
  }
}

export function writeStanding(tx: Tx, next: Standing): void {
  writeMeta(tx.db, name, Buffer.from(JSON.stringify(standing.parse(next)), 'utf8'));
}

/** A server, new or changed: nothing of it was told yet. */
export const switchedOn = (target: LogServerTarget): Standing => ({
  on: true,
  target,
  connectedTold: false,
  failingSince: null,
  failingTold: false,
});

/** Number of the next entry to deliver; undefined before there was a server. */
export function readPosition(store: Store): number | undefined {
  return store.sql<[string], { seq: number }>('select seq from audit_follow where name = ?').get('syslog')?.seq;
}

export function writePosition(tx: Tx, seq: number): void {
  setFollowed(tx.store, 'syslog', seq);
}

/**
 * Number of the first entry that a log server still waits for: nothing from there on may be pruned.
 * @returns null while no server gets the log
 */
export function syslogPosition(store: Store): number | null {
  return readStanding(store)?.on === true ? (readPosition(store) ?? 0) : null;
}

/** Entries that are there from a number on. */
export function entriesFrom(store: Store, from: number, most: number): { seq: number; entry: Buffer }[] {
  return store
    .sql<[number, number], { seq: number; entry: Buffer }>(
      'select seq, entry from audit_entry where seq >= ? order by seq limit ?',
    )
    .all(from, most);
}

/** Size of the log. */
export const logSize = (store: Store): number => currentHead(store).frontier.size;
