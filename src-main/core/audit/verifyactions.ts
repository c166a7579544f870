/**
 * Who did it: each session's signature over its entries between two checkpoints, its certificate against the roster,
 * and the name behind every new chain of one-time keys. The tree itself is verified before (verifytree.ts).
 */
import { z } from 'zod';
import { canonicalJson } from '../crypto/canonical.ts';
import { verify } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { parseNote } from '../crypto/signed-note.ts';
import type { Store } from '../store/open.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import {
  type Action,
  actionBytes,
  type Checkpoint,
  headHash,
  parseCheckpoint,
  type SignedAction,
  textHash,
} from './checkpoint-note.ts';
import {
  type CheckpointRow,
  checkpointsFrom,
  cosignatureRows,
  parseActions,
  readCertificate,
} from './checkpoint-store.ts';
import { leafHash } from './merkle.ts';
import { Found } from './problem.ts';
import { certificateHash, certificateHolds, parseCertificate, type SessionCertificate } from './session-certificate.ts';
import type { SignerBook } from './signatures.ts';

export type ActionReport = {
  /** Entries of sessions that their user's session signed. */
  readonly signed: number;
  /** Entries of sessions that nobody signed: a kill came before the checkpoint. */
  readonly unsigned: number;
  /** Signatures checked. */
  readonly signatures: number;
};

export type ActionRules = {
  readonly origin: string;
  readonly signers: SignerBook;
};

/** What grouping needs of an entry; the bytes are the tree's by now. */
const acted = z.object({
  agent: z.object({ session: z.string().nullable(), user: z.string().nullable() }),
  type: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

type Acknowledged = { readonly session: string | null; readonly number: unknown; readonly reason: unknown };
type Gathered = {
  /** Session → leaves of its entries end to end. */
  readonly sessions: Map<string, Buffer[]>;
  /** Session → the user its entries name; null where they name several. */
  readonly users: ReadonlyMap<string, string | null>;
  /** Sessions that acknowledged an anchor: which, and why it was. */
  readonly anchors: readonly Acknowledged[];
  /** Sessions that speak of the log itself: pruning leaves all their entries here, so that their signature is whole. */
  readonly whole: ReadonlySet<string>;
  /** Some entry between the two is gone. */
  readonly partial: boolean;
};

function parse(seq: number, entry: Buffer): z.infer<typeof acted> {
  try {
    return acted.parse(JSON.parse(entry.toString('utf8', 1)));
  } catch {
    // Whatever stands there is no entry; which kind of nonsense it is helps nobody.
    throw new Found('entry-damaged', seq);
  }
}

function gather(store: Store, from: number, to: number): Gathered {
  const sessions = new Map<string, Buffer[]>();
  const users = new Map<string, string | null>();
  const anchors: Acknowledged[] = [];
  const whole = new Set<string>();
  let count = 0;
  const rows = store.sql<[number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq',
  );
  for (const { seq, entry } of rows.iterate(from, to)) {
    const { agent, type, detail } = parse(seq, entry);
    count += 1;
    if (type === 'audit.anchored')
      anchors.push({ session: agent.session, number: detail['number'], reason: detail['reason'] });
    if (agent.session === null) continue;
    if (type === 'audit.anchored' || type === 'audit.pruned') whole.add(agent.session);
    const named = users.get(agent.session);
    users.set(agent.session, named === undefined || named === agent.user ? agent.user : null);
    const own = sessions.get(agent.session);
    if (own === undefined) sessions.set(agent.session, [leafHash(entry)]);
    else own.push(leafHash(entry));
  }
  return { sessions, users, anchors, whole, partial: count !== to - from };
}

class Certificates {
  readonly #known = new Map<string, SessionCertificate | null>();
  readonly #store: Store;
  readonly #rules: ActionRules;

  constructor(store: Store, rules: ActionRules) {
    this.#store = store;
    this.#rules = rules;
  }

  /** A session's certificate, checked against the roster once; null for none that holds. */
  of(session: string): SessionCertificate | null {
    const known = this.#known.get(session);
    if (known !== undefined) return known;
    const row = readCertificate(this.#store, session);
    const certificate = row && parseCertificate(row.certificate);
    const holds =
      row !== undefined &&
      certificate?.session === session &&
      canonicalJson(certificate) === row.certificate &&
      certificate.origin === this.#rules.origin &&
      certificateHolds(certificate, row.signature, this.#rules.signers);
    const found = holds ? certificate : null;
    this.#known.set(session, found);
    return found;
  }
}

function holds(
  { action, signature }: SignedAction,
  span: { readonly from: number; readonly to: number; readonly head: string },
  certificate: SessionCertificate,
  origin: string,
  found: Gathered,
): boolean {
  if (action.from !== span.from || action.to !== span.to || action.head !== span.head) return false;
  if (action.certificate !== certificateHash(certificate)) return false;
  // A session signs for its own user: what it wrote in somebody else's name is not theirs.
  const named = found.users.get(action.session);
  if (named !== undefined && named !== certificate.user) return false;
  const asked = !found.partial || found.whole.has(action.session);
  if (asked && !sameEntries(action, found.sessions.get(action.session) ?? [])) return false;
  const key = Buffer.from(certificate.publicKey, 'base64');
  return verify(key, actionBytes(origin, action), Buffer.from(signature, 'base64'));
}

function sameEntries(action: Action, leaves: readonly Buffer[]): boolean {
  return action.count === leaves.length && action.digest === sha256(...leaves).toString('base64');
}

/** @throws Found checkpoint-broken, action-broken, anchor-unnamed, at the entries between two checkpoints */
export function* verifyActions(store: Store, rules: ActionRules): Sliced<ActionReport> {
  const certificates = new Certificates(store, rules);
  let [signed, unsigned, signatures] = [0, 0, 0];
  /** Entries of the roster that somebody knew who signed before. */
  let roster = 0;
  let from = 0;
  let over = sliceClock();
  for (let number = 0; ; ) {
    const rows = checkpointsFrom(store, number, 32);
    for (const row of rows) {
      demandLines(store, row);
      const note = parseCheckpoint(row.note);
      const actions = parseActions(row.actions);
      const place = `${from}-${row.size}`;
      if (note === undefined || actions === undefined) throw new Found('action-broken', place);
      const { checkpoint, text } = note;
      if (checkpoint.size !== row.size) throw new Found('checkpoint-broken', row.number);
      // Over the text as it lies there: the same said in other letters is not what was signed.
      if (!textHash(row.actions).equals(checkpoint.actions)) throw new Found('action-broken', place);
      const found = gather(store, from, row.size);
      const span = { from, to: row.size, head: headHash(text).toString('base64') };
      const signedBy = new Map<string, SessionCertificate>();
      let before = '';
      for (const one of actions) {
        const certificate = certificates.of(one.action.session);
        // In order of their ids, and so each once.
        if (one.action.session <= before) throw new Found('action-broken', place);
        before = one.action.session;
        if (certificate === null || !holds(one, span, certificate, rules.origin, found))
          throw new Found('action-broken', place);
        signatures += 1;
        signed += one.action.count;
        signedBy.set(one.action.session, certificate);
      }
      for (const [session, own] of found.sessions) if (!signedBy.has(session)) unsigned += own.length;
      demandNamed(checkpoint, found, { signedBy, roster }, place);
      for (const certificate of signedBy.values()) roster = Math.max(roster, certificate.roster);
      from = row.size;
      if (over()) {
        yield { done: from, total: 0 };
        over = sliceClock();
      }
    }
    const last = rows.at(-1);
    if (last === undefined) return { signed, unsigned, signatures };
    number = last.number + 1;
  }
}

/** More than any clinic asks; a verifier reads no more lines under one note. */
const mostWitnesses = 60;

/** What lies beside a checkpoint as witnesses' lines goes out with it: it must be lines, each under its witness's name. */
function demandLines(store: Store, { number, note }: CheckpointRow): void {
  const rows = cosignatureRows(store, number);
  if (rows.length > mostWitnesses) throw new Found('checkpoint-broken', number);
  for (const { witness, line } of rows) {
    const [, text = ''] = /^([^\n]+)\n?$/.exec(line) ?? [];
    if (parseNote(`${note}${text}\n`)?.signatures.at(-1)?.name !== witness)
      throw new Found('checkpoint-broken', number);
  }
}

/**
 * A new chain of one-time keys needs somebody who put their name to it, but for the very first: somebody who knows the
 * roster as far as those who signed before, or who was removed since could do it with the key they had.
 */
function demandNamed(
  { anchor, number }: Checkpoint,
  { anchors }: Gathered,
  { signedBy, roster }: { readonly signedBy: ReadonlyMap<string, SessionCertificate>; readonly roster: number },
  place: string,
): void {
  if (anchor === null || anchor === 'first') return;
  const named = anchors.some(
    (one) =>
      one.number === number &&
      one.reason === anchor &&
      one.session !== null &&
      (signedBy.get(one.session)?.roster ?? -1) >= roster,
  );
  if (!named) throw new Found('anchor-unnamed', place);
}
