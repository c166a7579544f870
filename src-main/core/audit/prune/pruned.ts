/**
 * What was pruned, and whether two admins agreed to it. Nothing here trusts the rows: a prune counts when the request
 * carries the signatures, the log holds the entry that says the same, and what was to be kept is there.
 */
import { z } from 'zod';
import { leastAge } from '../../../../src-shared/contract/retention-years.ts';
import type { Store } from '../../store/open.ts';
import { tileSize } from '../../store/tiles.ts';
import { parseCheckpoint } from '../checkpoint-note.ts';
import { checkpointCovering, parseActions, readCertificate } from '../checkpoint-store.ts';
import { readEntry } from '../log.ts';
import { Found } from '../problem.ts';
import { parseCertificate } from '../session-certificate.ts';
import { KeptSet } from './kept.ts';

/** Who was an admin and who signed, after so many entries of the roster. `RosterHistory` is one. */
export interface AdminBook {
  /** Undefined when the roster never had so many entries, or the request is none. */
  agreed(
    request: unknown,
    clinicId: string,
    rosterSize: number,
    at: number,
  ): { readonly admins: number; readonly signers: ReadonlySet<string> } | undefined;
}

const whole = z.number().int().nonnegative();
export const pruneSubject = z.strictObject({
  kind: z.literal('audit-prune'),
  deviceId: z.string(),
  before: whole,
  below: whole,
  kept: whole,
  keptDigest: z.string(),
});
export type PruneSubject = z.infer<typeof pruneSubject>;

/** As much of the request as is needed here; the book parses what was signed. */
const pruneRequest = z.object({ body: z.object({ id: z.string(), subject: pruneSubject }) });

/** What the log says of a prune: who did it, when, and how far the roster had come. */
export type Executed = {
  readonly at: number;
  readonly roster: number;
  readonly user: string;
  readonly session: string | null;
};

export type Prune = {
  readonly id: string;
  /** As it was signed: body and signatures. */
  readonly request: unknown;
  readonly subject: PruneSubject;
  /** Entries below this number that are not kept may be missing. */
  readonly below: number;
  readonly kept: number;
  readonly keptDigest: Buffer;
  readonly keptSet: KeptSet;
  /** Number of its `audit.pruned` entry. */
  readonly seq: number;
  /** Everything below is deleted that was to be; 0 when it never began. */
  readonly doneTo: number;
  /** Entries below may be missing: all it covers as soon as it began, since it goes on while others look. */
  readonly reach: number;
  /** Null when the entry is not there or says something else. */
  readonly executed: Executed | null;
};

type Row = {
  readonly id: string;
  readonly request: string;
  readonly below: number;
  readonly keptBits: Buffer;
  readonly seq: number;
  readonly doneTo: number;
};

type Parsed = { readonly id: string; readonly request: unknown; readonly subject: PruneSubject };

function parsedRequest(text: string): Parsed | null {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch {
    // A row that was written over says nothing; what it covered is missing.
    return null;
  }
  const parsed = pruneRequest.safeParse(request);
  return parsed.success ? { request, ...parsed.data.body } : null;
}

function executedBy(store: Store, row: Row, subject: PruneSubject): Executed | null {
  const entry = readEntry(store, row.seq);
  if (entry?.type !== 'audit.pruned' || entry.outcome !== 0 || entry.agent.user === null) return null;
  const { request, below, kept, keptDigest, roster } = entry.detail;
  const same = request === row.id && below === row.below && kept === subject.kept && keptDigest === subject.keptDigest;
  if (!same || typeof roster !== 'number') return null;
  return { at: entry.recorded, roster, user: entry.agent.user, session: entry.agent.session };
}

/** Every prune there is, in the order they were done; rows that name no request are left out, and so cover nothing. */
export function prunesOf(store: Store): readonly Prune[] {
  const rows = store
    .sql<[], Row>(
      'select id, request, below, kept_bits keptBits, seq, done_to doneTo from audit_prune order by seq, id',
    )
    .all();
  return rows.flatMap((row) => {
    const parsed = parsedRequest(row.request);
    if (parsed === null || parsed.id !== row.id) return [];
    const { request, subject } = parsed;
    const { id, below, seq, doneTo } = row;
    const keptSet = new KeptSet(below, row.keptBits);
    const keptDigest = Buffer.from(subject.keptDigest, 'base64');
    const reach = doneTo > 0 ? below : 0;
    const executed = executedBy(store, row, subject);
    return [{ id, request, subject, below, kept: subject.kept, keptDigest, keptSet, seq, doneTo, reach, executed }];
  });
}

/**
 * Did as many admins sign this as there had to be: two, or the only one there was? The request must be for this
 * workstation's log, its numbers those of row and entry, and what it lets go old enough.
 */
export function pruneHolds(prune: Prune, deviceId: string, clinicId: string, roster: AdminBook): boolean {
  const { subject, executed, keptSet, below } = prune;
  if (executed === null || subject.deviceId !== deviceId || subject.below !== below) return false;
  if (below % tileSize !== 0 || below > prune.seq || subject.before > executed.at - leastAge) return false;
  if (keptSet.bits.length !== below / 8 || keptSet.count !== prune.kept) return false;
  if (!keptSet.digest().equals(prune.keptDigest)) return false;
  const said = roster.agreed(prune.request, clinicId, executed.roster, executed.at);
  if (said === undefined || said.admins === 0) return false;
  return said.signers.size >= Math.min(2, said.admins) && said.signers.has(executed.user);
}

/**
 * May this entry be missing? Give only prunes that hold. What a prune keeps is not covered by it, so a kept entry that
 * is gone is as missing as any other.
 */
export function covers(prunes: readonly Prune[], seq: number): boolean {
  return prunes.some(({ reach, keptSet }) => seq < reach && !keptSet.has(seq));
}

/** A checkpoint says that all it covers was older than what was agreed to, whatever the entries said that are gone. */
function signedInTime(store: Store, { below, subject }: Prune): boolean {
  const row = checkpointCovering(store, below);
  const time = row === undefined ? undefined : parseCheckpoint(row.note)?.checkpoint.time;
  return time !== undefined && time < subject.before;
}

/**
 * The prunes by which entries may be missing. One that never began covers nothing.
 * @throws Found prune-differs, at the entry that a row names, for a row that does not hold
 */
export function prunesThatHold(store: Store, clinicId: string, roster: AdminBook): readonly Prune[] {
  const prunes = prunesOf(store);
  const rows = store.sql<[], { id: string; seq: number }>('select id, seq from audit_prune order by seq, id').all();
  for (const { id, seq } of rows) {
    const prune = prunes.find((one) => one.id === id);
    const holds = prune !== undefined && pruneHolds(prune, store.device, clinicId, roster);
    if (!holds || !signedInTime(store, prune)) throw new Found('prune-differs', seq);
  }
  return prunes;
}

/**
 * Each entry by which others went was signed by its session, and no older roster than the session knew is claimed:
 * otherwise somebody could say that there was but one admin. To be asked once the signatures themselves are verified.
 * @throws Found prune-differs
 */
export function demandPrunesSigned(store: Store, prunes: readonly Prune[]): void {
  for (const prune of prunes)
    if (prune.reach > 0 && !isSigned(store, prune)) throw new Found('prune-differs', prune.seq);
}

/** Did the session of a prune's entry sign it, knowing no more of the roster than the entry claims? */
export function isSigned(store: Store, { seq, executed }: Pick<Prune, 'seq' | 'executed'>): boolean {
  const session = executed?.session ?? '';
  const actions = parseActions(checkpointCovering(store, seq + 1)?.actions ?? '') ?? [];
  const certificate = parseCertificate(readCertificate(store, session)?.certificate ?? '');
  const known = certificate?.user === executed?.user && (certificate?.roster ?? Infinity) <= (executed?.roster ?? 0);
  return known && actions.some(({ action }) => action.session === session);
}
