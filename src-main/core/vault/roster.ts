/**
 * The roster: users, devices, roles and public keys as a chain of signed entries (docs/protocols/keys.md).
 *
 * Entry 0 is signed by the clinic identity, which after that signs only what recovery does. All others are signed by
 * admins, as the state before the entry knows them, or, for nothing but new keys of their own, by that user. Who
 * may act as an admin changes only with a second admin's signature, as soon as there is a second admin.
 */
import { canonicalBytes } from '../crypto/canonical.ts';
import { sign, verify } from '../crypto/ed25519.ts';
import { equalBytes, sha256 } from '../crypto/hash.ts';
import { adminsWhoSigned, agreedBy, signatureBy } from './request.ts';
import type { RosterBody, RosterChange, RosterEntry, SignedRequest } from './roster-entry.ts';
import {
  activeAdmins,
  applied,
  isActiveAdmin,
  noRoster,
  RosterError,
  type RosterSigner,
  type RosterState,
} from './roster-state.ts';
import { fromBase64 } from './wrapped.ts';

export function rosterEntryHash(body: RosterBody): Buffer {
  return sha256('carekeep/v1/roster/entry\0', canonicalBytes(body));
}

function signedBytes(body: RosterBody): Buffer {
  return Buffer.concat([Buffer.from('carekeep/v1/roster/signature\0', 'utf8'), canonicalBytes(body)]);
}

export function signerWith(by: string, privateKey: Uint8Array): RosterSigner {
  return { by, sign: (message) => sign(privateKey, message) };
}

/** The next entry of a chain (the first when `chain` is empty). `request` is what a second admin agreed to. */
export function nextEntry(
  chain: readonly RosterEntry[],
  clinicId: string,
  at: number,
  changes: readonly RosterChange[],
  signers: readonly RosterSigner[],
  request?: SignedRequest,
): RosterEntry {
  const last = chain.at(-1);
  const body: RosterBody = {
    version: 2,
    clinicId,
    seq: chain.length,
    previous: (last === undefined ? noRoster.head : rosterEntryHash(last.body)).toString('base64'),
    at,
    changes: [...changes],
    ...(request !== undefined && { request }),
  };
  const message = signedBytes(body);
  return { body, signatures: signers.map((signer) => signatureBy(signer, message)) };
}

const sameChanges = (one: unknown, other: unknown): boolean => canonicalBytes(one).equals(canonicalBytes(other));

/** Does the request that an entry names speak of just what the entry does? */
function covers(request: SignedRequest, changes: readonly RosterChange[]): boolean {
  const { subject } = request.body;
  if (subject.kind === 'roster') return sameChanges(subject.changes, changes);
  if (subject.kind !== 'restore-access') return false;
  return changes.every((change) => change.kind === 'user-keys-replaced' && change.userId === subject.userId);
}

/** Admins behind an entry: who signed it, and who agreed to the request it carries out. */
function adminsBehind(state: RosterState, entry: RosterEntry, message: Buffer): ReadonlySet<string> {
  const { body } = entry;
  const signed = adminsWhoSigned(state, message, entry.signatures);
  if (body.version === 1 || body.request === undefined) return signed;
  if (!covers(body.request, body.changes) || state.usedRequests.has(body.request.body.id)) return signed;
  return new Set([...signed, ...agreedBy(state, body.clinicId, body.request, body.at)]);
}

/** New keys for oneself, and nothing else, need no admin. */
function isOwnRotation(state: RosterState, entry: RosterEntry, message: Buffer): boolean {
  const [change, ...others] = entry.body.changes;
  if (entry.body.version === 1 || change?.kind !== 'user-keys-replaced' || others.length > 0) return false;
  const user = state.users.get(change.userId);
  if (user?.status !== 'active') return false;
  return entry.signatures.some(
    ({ by, signature }) => by === user.userId && verify(fromBase64(user.ed25519), message, fromBase64(signature)),
  );
}

/**
 * Does this change who acts as an admin, or with which key? With the key of a suspended admin too: whoever gave it to
 * them would be two admins as soon as they are back.
 */
function touchesAdmins(before: RosterState, after: RosterState): boolean {
  return [...after.users.values()].some((is) => {
    const was = before.users.get(is.userId);
    if (was === undefined) return isActiveAdmin(is);
    if (isActiveAdmin(was) !== isActiveAdmin(is)) return true;
    const otherKeys = was.ed25519 !== is.ed25519 || was.x25519 !== is.x25519;
    return otherKeys && (was.roles.includes('admin') || is.roles.includes('admin'));
  });
}

/** How many admins must stand behind an entry that leads from one state to another. */
export function adminsNeeded(before: RosterState, after: RosterState): number {
  return touchesAdmins(before, after) ? Math.min(2, activeAdmins(before).length) : 1;
}

type Known = {
  readonly before: RosterState;
  readonly clinicId: string;
  readonly clinicIdentity: Buffer;
  readonly after: RosterState;
};
/**
 * Entries that held, with what they followed. A clinic of two hundred has as many entries, and everything that asks
 * what the roster says would check all their signatures again. Sound, because it is the very same object after the very
 * same state: entries are frozen when they are remembered, and states are never changed.
 */
const known = new WeakMap<RosterEntry, Known>();

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

/** The state after one more entry. @throws RosterError */
export function followed(
  state: RosterState,
  entry: RosterEntry,
  clinicId: string,
  clinicIdentity: Uint8Array,
): RosterState {
  const before = known.get(entry);
  const same = before?.before === state && before.clinicId === clinicId;
  if (same && equalBytes(before.clinicIdentity, clinicIdentity)) return before.after;
  const after = checked(state, entry, clinicId, clinicIdentity);
  known.set(frozen(entry), { before: state, clinicId, clinicIdentity: Buffer.from(clinicIdentity), after });
  return after;
}

function checked(state: RosterState, entry: RosterEntry, clinicId: string, clinicIdentity: Uint8Array): RosterState {
  const { body } = entry;
  const { size: seq } = state;
  if (body.clinicId !== clinicId) throw new RosterError(seq, 'is of another clinic');
  if (body.seq !== seq) throw new RosterError(seq, 'is out of order');
  if (!equalBytes(fromBase64(body.previous), state.head)) throw new RosterError(seq, 'does not follow the one before');
  let after = state;
  for (const change of body.changes) after = applied(after, seq, change);
  if (activeAdmins(after).length === 0) throw new RosterError(seq, 'leaves no active admin');
  const message = signedBytes(body);
  const byClinic = entry.signatures.some(
    ({ by, signature }) => by === 'clinic' && verify(clinicIdentity, message, fromBase64(signature)),
  );
  if (!byClinic && !isOwnRotation(state, entry, message)) {
    const needed = body.version === 1 ? 1 : adminsNeeded(state, after);
    // Whose kit opens everything is no admin's to say.
    const kit = body.changes.some(({ kind }) => kind === 'recovery-set');
    if (seq === 0 || kit || adminsBehind(state, entry, message).size < needed)
      throw new RosterError(seq, 'lacks a valid signature');
  }
  const usedRequests = new Set(state.usedRequests);
  if (body.version === 2 && body.request !== undefined) usedRequests.add(body.request.body.id);
  return { ...after, head: rosterEntryHash(body), size: seq + 1, usedRequests };
}

/**
 * Checks a chain from its first entry and gives what it says.
 * @param until only entries made up to this instant count: "who could sign then?"
 * @throws RosterError
 */
export function verifyRoster(
  entries: readonly RosterEntry[],
  clinicId: string,
  clinicIdentity: Uint8Array,
  until = Number.POSITIVE_INFINITY,
): RosterState {
  let state = noRoster;
  let version = 1;
  for (const entry of entries) {
    // An old entry after a new one would bring the old, weaker rules back.
    if (entry.body.version < version) throw new RosterError(state.size, 'is of an older version than the one before');
    version = entry.body.version;
    if (entry.body.at > until) break;
    state = followed(state, entry, clinicId, clinicIdentity);
  }
  if (state.size === 0) throw new RosterError(0, 'is missing');
  return state;
}
