#!/usr/bin/env node
/**
 * carekeep-verify: checks an audit export of Carekeep without Carekeep.
 *
 *   node carekeep-verify.mjs [options] <bundle.jsonl | bundle.jsonl.gz | ->
 *
 * One file, no dependency, none of the application's code: an implementation of its own of docs/protocols/audit.md,
 * keys.md ("Roster", "Requests") and audit-export.md. Nothing in a bundle is believed but what a signature or a hash
 * holds; the one key it rests on, the clinic's, is printed with its fingerprint for a person to compare.
 * A bundle is read line by line; what is kept in memory grows with people and prunes, not with entries.
 */
import { isUtf8 } from 'node:buffer';
import * as crypto from 'node:crypto';
import { createReadStream, realpathSync } from 'node:fs';
import process from 'node:process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';

// ---------------------------------------------------------------------------------------------------------------------
// What can be wrong

/** Closed list of reasons, in plain words. `at` is an entry's number, or a span `a-b` of entries (b is not in it). */
export const reasons = Object.freeze({
  'not-a-bundle': 'This is no audit export of Carekeep, version 1.',
  'line-too-long': 'A line is longer than an export ever has.',
  'line-damaged': 'A line of the export is not as the format has it: changed, doubled or at the wrong place.',
  truncated: 'The export ends too early.',
  'too-much': 'The export claims more than any clinic can have.',
  'other-clinic': 'The export is of another clinic than the one you named.',
  'roster-broken': 'The list of people, devices and keys is not signed by those who had to sign it.',
  'entry-missing': 'An entry is missing, and no two admins agreed that it may go.',
  'prune-broken': 'The log says that entries were let go, and that was not agreed to as it has to be.',
  'entry-doubled': 'An entry stands there twice, or too late.',
  'entry-damaged': 'An entry cannot be read.',
  'entry-misplaced': 'An entry names another number than the place where it stands.',
  'entry-foreign': 'An entry was written by another workstation.',
  'entry-altered': 'An entry is not the one that was written: its hash is another.',
  'span-altered': 'At least one entry of this span was changed, removed, added or moved after it was signed.',
  'tile-missing': 'Hashes of the tree are missing.',
  'tile-differs': 'Hashes of the tree do not fit the entries below them.',
  'checkpoint-missing': 'A checkpoint is missing.',
  'checkpoint-damaged': 'A checkpoint cannot be read, or is of another log.',
  'checkpoint-order': 'A checkpoint does not follow the one before it.',
  'checkpoint-unsigned': 'A checkpoint is not signed by the key that it names.',
  'chain-broken': 'A checkpoint is signed by a key that the one before it did not announce.',
  'anchor-broken': 'A new chain of keys begins without the workstation’s signature.',
  'anchor-unacknowledged': 'A new chain of keys begins, and nobody signed for it with their name.',
  'actions-altered': 'What people signed at a checkpoint is not what the checkpoint holds.',
  'certificate-broken': 'The key of a sign-in is not vouched for by the person it names.',
  'action-broken': 'What a person signed does not fit the entries that bear their name.',
  'cosignature-broken': 'The signature of a witness that you trust does not hold.',
  'behind-known': 'The log is shorter than one that you know: it was cut, or an older copy was put in its place.',
  'forked-from-known': 'The log began otherwise than the one that you know: it is another log.',
});

/** @typedef {keyof typeof reasons} Reason */

/** Thrown where something is wrong, and caught in one place. */
class Problem extends Error {
  /**
   * @param {Reason} code
   * @param {string | number} at
   * @param {string} [more] what exactly, in words
   */
  constructor(code, at, more = '') {
    super(code);
    this.code = code;
    this.at = String(at);
    this.more = more;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Bytes, JSON, hashes, signatures

const longestLine = 4 * 1024 * 1024;
const tile = 256;
const tileLevels = 6;
const mostRosterEntries = 100_000;
const mostPrunes = 1_000;
const mostSignatures = 64;
/** More entries than this without a checkpoint are odd: four times what makes one due. */
const longestTail = 256;
/** Sessions between two checkpoints. */
const mostSessions = 16_384;
/** Entries of one kind between two checkpoints that are looked at again there. */
const mostNoted = 10_000;
const mostPeople = 10_000;
const mostChanges = 1_000;
/** What is kept of an entry or of a person: ids, names, reasons. Lines are far longer, and there are many. */
const longestKept = 1_000;
const zeros = Buffer.alloc(32);
const week = 7 * 24 * 60 * 60 * 1000;
/** No log is pruned younger than this (docs/protocols/audit.md, "Pruning"). */
const leastAge = 3 * 365 * 24 * 60 * 60 * 1000;

/** @type {(data: Uint8Array) => Buffer} */
const sha256 =
  typeof crypto.hash === 'function'
    ? (data) => crypto.hash('sha256', data, 'buffer')
    : (data) => crypto.createHash('sha256').update(data).digest();

/** @param {...(string | Uint8Array)} parts */
const bytesOf = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));

/**
 * Base64 with padding in its one spelling; undefined for anything else.
 * @param {unknown} text
 * @param {number} [length] in bytes
 */
function from64(text, length) {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (length !== undefined && bytes.length !== length) return undefined;
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** @param {unknown} value @returns {value is number} */
const isCount = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
/** @param {unknown} value @returns {value is string} */
const isText = (value) => typeof value === 'string' && value.length > 0;
/** @param {unknown} value @returns {value is string} */
const isShort = (value) => isText(value) && value.length <= longestKept;
/** @param {unknown} value @returns {value is string} */
const isId = (value) =>
  typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value);
/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value */
const isKey = (value) => from64(value, 32) !== undefined;

/**
 * An object with exactly these members, each of its kind. A member that ends in `?` may be absent.
 * @param {unknown} value
 * @param {Record<string, (value: unknown) => boolean>} shape
 * @returns {value is Record<string, any>}
 */
function hasShape(value, shape) {
  if (!isObject(value)) return false;
  let found = 0;
  for (const [name, check] of Object.entries(shape)) {
    const optional = name.endsWith('?');
    const key = optional ? name.slice(0, -1) : name;
    if (!Object.hasOwn(value, key)) {
      if (optional) continue;
      return false;
    }
    if (!check(value[key])) return false;
    found += 1;
  }
  return Object.keys(value).length === found;
}

/** @param {(value: unknown) => boolean} check @param {number} [most] */
const listOf =
  (check, most = 1_000_000) =>
  (/** @type {unknown} */ value) =>
    Array.isArray(value) && value.length <= most && value.every(check);
/** @param {...unknown} values */
const oneOf =
  (...values) =>
  (/** @type {unknown} */ value) =>
    values.includes(value);

/**
 * RFC 8785. Whole numbers only: nothing that is signed or hashed here holds others.
 * @param {unknown} value
 * @param {number} [depth]
 * @returns {string}
 */
function canonical(value, depth = 0) {
  if (depth > 40) throw new TypeError('too deep');
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new TypeError('no whole number');
    return String(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('half a character');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth + 1)).join(',')}]`;
  if (!isObject(value)) throw new TypeError('no JSON');
  // Sorting strings compares UTF-16 units, which is RFC 8785's order.
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${canonical(key, depth + 1)}:${canonical(value[key], depth + 1)}`).join(',')}}`;
}

/**
 * Text that is the RFC 8785 form of itself; undefined otherwise. So every value has one spelling, and no two readers
 * can understand a line differently.
 * @param {string} text
 */
function parseCanonical(text) {
  try {
    const value = JSON.parse(text);
    return canonical(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What earlier calls found of the very same bytes, for whoever checks many bundles that hardly differ (the tests that
 * change each byte of a log). Only answers that depend on nothing but those bytes are in it. Without it nothing is
 * remembered from one bundle to the next.
 */
export class Memory {
  constructor() {
    /** Lines of entries and what they hold. @type {Map<string, { seq: number, entry: any, leaf: Buffer }>} */
    this.entries = new Map();
    /** Other lines and their values. @type {Map<string, unknown>} */
    this.values = new Map();
    /** Signatures that held, with the last key and message they held for. @type {Map<string, { key: Buffer, message: Buffer }>} */
    this.signatures = new Map();
    /** Nodes above a left child. @type {WeakMap<Buffer, { right: Buffer, node: Buffer }>} */
    this.nodes = new WeakMap();
  }
}

/**
 * A bounded cache: emptied when it is full.
 * @template K, V
 * @param {Map<K, V>} cache
 * @param {K} key
 * @param {V} value
 * @param {number} most
 */
function remember(cache, key, value, most) {
  if (cache.size >= most) cache.clear();
  cache.set(key, value);
  return value;
}
const mostRemembered = 100_000;

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
/** Imported keys by their base64: importing one costs a third of a verification. @type {Map<string, crypto.KeyObject | null>} */
const imported = new Map();

/** @param {Buffer} raw */
function keyObject(raw) {
  const name = raw.toString('base64');
  const known = imported.get(name);
  if (known !== undefined) return known;
  /** @type {crypto.KeyObject | null} */
  let key = null;
  try {
    key = crypto.createPublicKey({ key: bytesOf(spkiPrefix, raw), format: 'der', type: 'spki' });
  } catch {
    // No key: nothing can have been signed with it.
  }
  return remember(imported, name, key, 4096);
}

/**
 * Ed25519 (RFC 8032).
 * @param {Buffer} key raw
 * @param {Buffer} message
 * @param {Buffer | undefined} signature
 * @param {Memory} [memory]
 */
function signed(key, message, signature, memory) {
  if (signature?.length !== 64) return false;
  const name = memory === undefined ? '' : signature.toString('latin1');
  const known = memory?.signatures.get(name);
  if (known?.key.equals(key) && known.message.equals(message)) return true;
  const object = keyObject(key);
  try {
    if (object === null || !crypto.verify(null, message, object, signature)) return false;
  } catch {
    return false;
  }
  if (memory !== undefined) remember(memory.signatures, name, { key, message }, mostRemembered);
  return true;
}

/** @param {string} key base64 */
export function fingerprint(key) {
  return (sha256(Buffer.from(key, 'base64')).toString('hex').slice(0, 32).match(/.{4}/g) ?? []).join(' ');
}

// ---------------------------------------------------------------------------------------------------------------------
// The roster (docs/protocols/keys.md, "Roster" and "Requests")

const builtInRoles = ['practitioner', 'assistant', 'reception', 'admin', 'auditor', 'it'];
/** What no role of the clinic's own may hold: one admin alone defines it. */
export const neverOwn = Object.freeze([
  'user:write',
  'settings:write',
  'key:read',
  'key:rotate',
  'request:sign',
  'patient:export-all',
  'device:read',
  'device:write',
  'review:close',
  'roster:read',
  'audit:read',
  'audit:verify',
  'audit:export',
  'access-report:names',
]);

/** @param {unknown} value */
const isRole = (value) => typeof value === 'string' && (builtInRoles.includes(value) || isOwnRole(value));
/** @param {unknown} value */
const isOwnRole = (value) => typeof value === 'string' && /^own-[0-9a-z]{8,32}$/.test(value);
const isRoles = (/** @type {unknown} */ value) => listOf(isRole, 64)(value) && /** @type {any[]} */ (value).length > 0;
const keyPair = { ed25519: isKey, x25519: isKey };

/** @type {Record<string, Record<string, (value: unknown) => boolean>>} */
const changeShapes = {
  'recovery-set': { x25519: isKey },
  'user-added': { userId: isId, userName: isShort, displayName: isShort, roles: isRoles, ...keyPair },
  'roles-set': { userId: isId, roles: isRoles },
  'status-set': { userId: isId, status: oneOf('active', 'suspended', 'removed') },
  'user-keys-replaced': { userId: isId, ...keyPair },
  'device-added': { deviceId: isId, name: isText, ed25519: isKey, tls: isText },
  'device-keys-replaced': { deviceId: isId, ed25519: isKey, tls: isText },
  'device-removed': { deviceId: isId },
  'role-defined': { roleId: isOwnRole, name: isText, permissions: listOf(isText, 1000) },
  'role-removed': { roleId: isOwnRole },
  'clinic-key-set': { epoch: isCount, id: isKey },
  'policy-set': { adminSecondFactor: (value) => typeof value === 'boolean' },
};

/** @param {unknown} value */
function isChange(value) {
  if (!isObject(value) || typeof value['kind'] !== 'string' || !Object.hasOwn(changeShapes, value['kind']))
    return false;
  return hasShape(value, { kind: isText, ...changeShapes[value['kind']] });
}
const isChanges = (/** @type {unknown} */ value) =>
  listOf(isChange, mostChanges)(value) && /** @type {any[]} */ (value).length > 0;

/** @type {Record<string, Record<string, (value: unknown) => boolean>>} */
const subjectShapes = {
  roster: { changes: isChanges },
  'restore-access': { userId: isId },
  'export-all': {},
  'audit-prune': { deviceId: isId, before: isCount, below: isCount, kept: isCount, keptDigest: isKey },
};
/** @param {unknown} value */
function isSubject(value) {
  if (!isObject(value) || typeof value['kind'] !== 'string' || !Object.hasOwn(subjectShapes, value['kind']))
    return false;
  return hasShape(value, { kind: isText, ...subjectShapes[value['kind']] });
}

const isSignature = (/** @type {unknown} */ value) =>
  hasShape(value, {
    by: (by) => isId(by) || by === 'clinic',
    algorithm: oneOf('ed25519'),
    signature: (one) => from64(one, 64) !== undefined,
  });
const isSignatures = (/** @type {unknown} */ value) =>
  listOf(isSignature, mostSignatures)(value) && /** @type {any[]} */ (value).length > 0;
const isRequest = (/** @type {unknown} */ value) =>
  hasShape(value, {
    body: (body) =>
      hasShape(body, {
        version: oneOf(1),
        clinicId: isId,
        id: isId,
        subject: isSubject,
        at: isCount,
        expiresAt: isCount,
      }),
    signatures: isSignatures,
  });

/**
 * @typedef {{ status: string, roles: readonly string[], ed25519: string, x25519: string }} Standing
 * @typedef {{ userName: string, displayName: string, now: Standing, history: { size: number, is: Standing }[] }} Person
 */

/** @param {Standing | undefined} standing */
const isAdmin = (standing) => standing?.status === 'active' && standing.roles.includes('admin');

class Roster {
  /** @param {string} clinicId @param {Buffer} identity @param {Memory} [memory] */
  constructor(clinicId, identity, memory) {
    this.memory = memory;
    this.clinicId = clinicId;
    this.identity = identity;
    this.size = 0;
    this.version = 1;
    /** @type {Uint8Array} */
    this.head = zeros;
    /** @type {Map<string, Person>} */
    this.people = new Map();
    /** Keys a device had, oldest first. @type {Map<string, { keys: string[], removed: boolean }>} */
    this.devices = new Map();
    /** @type {Set<string>} */
    this.ownRoles = new Set();
    this.admins = 0;
    /** How many people hold a role; who was removed holds none. @type {Map<string, number>} */
    this.holders = new Map();
    /** Whom the entry at hand changes, as they were before it. @type {Map<string, Standing | undefined>} */
    this.before = new Map();
    this.epochs = 0;
    /** @type {Set<string>} */
    this.usedRequests = new Set();
  }

  /** What somebody was after so many entries. @param {string} userId @param {number} size */
  standing(userId, size) {
    const history = this.people.get(userId)?.history ?? [];
    let [from, to] = [0, history.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (/** @type {{ size: number }} */ (history[middle]).size <= size) from = middle + 1;
      else to = middle;
    }
    return history[from - 1]?.is;
  }

  /** Before the entry at hand. @param {string} userId */
  #was(userId) {
    return this.before.has(userId) ? this.before.get(userId) : this.people.get(userId)?.now;
  }

  /** @param {string} userId @param {Person} person @param {Standing} next */
  #become(userId, person, next) {
    if (!this.before.has(userId)) this.before.set(userId, this.people.has(userId) ? person.now : undefined);
    if (this.people.has(userId)) this.#count(person.now, -1);
    this.#count(next, 1);
    person.now = next;
    this.people.set(userId, person);
  }

  /** @param {Standing} standing @param {number} by */
  #count(standing, by) {
    if (isAdmin(standing)) this.admins += by;
    if (standing.status === 'removed') return;
    for (const role of new Set(standing.roles)) this.holders.set(role, (this.holders.get(role) ?? 0) + by);
  }

  /** Active admins after so many entries. @param {number} size */
  adminsAt(size) {
    return [...this.people.keys()].filter((id) => isAdmin(this.standing(id, size)));
  }

  /**
   * Active admins whose signature holds.
   * @param {(id: string) => Standing | undefined} standing
   * @param {Buffer} message
   * @param {any[]} signatures
   */
  static signers(standing, message, signatures) {
    const who = new Set();
    for (const { by, signature } of signatures) {
      const is = standing(by);
      if (is === undefined || !isAdmin(is) || who.has(by)) continue;
      if (signed(Buffer.from(is.ed25519, 'base64'), message, from64(signature))) who.add(by);
    }
    return who;
  }

  /**
   * Who agreed to a request, counted at an instant.
   * @param {any} request
   * @param {number} at
   * @param {(id: string) => Standing | undefined} standing
   */
  agreed(request, at, standing) {
    const { body, signatures } = request;
    if (body.clinicId !== this.clinicId || at < body.at || at > body.expiresAt) return new Set();
    if (body.expiresAt - body.at > week) return new Set();
    return Roster.signers(standing, bytesOf('carekeep/v1/request/signature\0', canonical(body)), signatures);
  }

  /** One more entry. @param {unknown} entry */
  add(entry) {
    const seq = this.size;
    /** @param {string} rule @returns {never} */
    const broken = (rule) => {
      throw new Problem('roster-broken', `roster ${seq}`, `Entry ${seq} of the roster ${rule}.`);
    };
    if (seq >= mostRosterEntries) throw new Problem('too-much', `roster ${seq}`);
    if (!hasShape(entry, { body: isObject, signatures: isSignatures })) return broken('cannot be read');
    const { body, signatures } = entry;
    const bodyShape = {
      version: oneOf(1, 2),
      clinicId: isId,
      seq: isCount,
      previous: isKey,
      at: isCount,
      changes: isChanges,
      ...(body.version === 2 && { 'request?': isRequest }),
    };
    if (!hasShape(body, bodyShape)) return broken('cannot be read');
    // An old entry after a new one would bring the old, weaker rules back.
    if (body.version < this.version) return broken('is of an older version than the one before');
    if (body.clinicId !== this.clinicId) return broken('is of another clinic');
    if (body.seq !== seq) return broken('is out of order');
    if (!Buffer.from(body.previous, 'base64').equals(this.head)) return broken('does not follow the one before');

    this.before = new Map();
    const admins = this.admins;
    const text = canonical(body);
    const message = bytesOf('carekeep/v1/roster/signature\0', text);
    for (const change of body.changes) this.#apply(change, broken);
    if (this.admins === 0) broken('leaves no active admin');

    const byClinic = signatures.some(
      (/** @type {any} */ { by, signature }) =>
        by === 'clinic' && signed(this.identity, message, from64(signature), this.memory),
    );
    if (!byClinic && !this.#isOwnRotation(body, signatures, message)) {
      const kit = body.changes.some((/** @type {any} */ { kind }) => kind === 'recovery-set');
      const needed = body.version > 1 && this.#touchesAdmins() ? 2 : 1;
      const behind = this.#adminsBehind(body, signatures, message).size;
      if (seq === 0 || kit || behind < Math.min(needed, Math.max(1, admins))) broken('lacks a valid signature');
    }
    if (body.request !== undefined) this.usedRequests.add(body.request.body.id);
    this.version = body.version;
    this.size = seq + 1;
    this.head = sha256(bytesOf('carekeep/v1/roster/entry\0', text));
    for (const id of this.before.keys()) {
      const person = this.people.get(id);
      if (person !== undefined) person.history.push({ size: this.size, is: person.now });
    }
  }

  /**
   * @param {any} change
   * @param {(rule: string) => never} broken
   */
  #apply(change, broken) {
    /** @param {Partial<Standing>} next */
    const changed = (next) => {
      const person = this.people.get(change.userId) ?? broken('changes a person who is not there');
      if (person.now.status === 'removed') broken('changes a person who was removed');
      this.#become(change.userId, person, { ...person.now, ...next });
    };
    const device = () => {
      const found = this.devices.get(change.deviceId);
      return found === undefined || found.removed ? broken('changes a device that is not there') : found;
    };
    const demandRoles = () => {
      const defined = (/** @type {string} */ role) => builtInRoles.includes(role) || this.ownRoles.has(role);
      if (!change.roles.every(defined)) broken('gives a role that is not defined');
    };
    switch (change.kind) {
      case 'user-added': {
        if (this.people.has(change.userId)) broken('adds a person twice');
        demandRoles();
        const { roles, ed25519, x25519, userName, displayName } = change;
        if (this.people.size >= mostPeople) throw new Problem('too-much', `roster ${this.size}`);
        /** @type {Standing} */
        const now = { status: 'active', roles, ed25519, x25519 };
        this.#become(change.userId, { userName, displayName, now, history: [] }, now);
        return;
      }
      case 'roles-set':
        demandRoles();
        return changed({ roles: change.roles });
      case 'status-set':
        return changed({ status: change.status });
      case 'user-keys-replaced':
        return changed({ ed25519: change.ed25519, x25519: change.x25519 });
      case 'device-added':
        if (this.devices.has(change.deviceId)) broken('adds a device twice');
        this.devices.set(change.deviceId, { keys: [change.ed25519], removed: false });
        return;
      case 'device-keys-replaced':
        device().keys.push(change.ed25519);
        return;
      case 'device-removed':
        device().removed = true;
        return;
      case 'role-defined':
        if (change.permissions.some((/** @type {string} */ one) => neverOwn.includes(one)))
          broken('defines a role beyond the limits');
        this.ownRoles.add(change.roleId);
        return;
      case 'role-removed': {
        if ((this.holders.get(change.roleId) ?? 0) > 0) broken('removes a role that somebody holds');
        if (!this.ownRoles.delete(change.roleId)) broken('removes a role that is not there');
        return;
      }
      case 'clinic-key-set':
        if (change.epoch !== this.epochs + 1) broken('sets a clinic key out of order');
        this.epochs += 1;
        return;
      default:
      // The kit and the policy: no signature here depends on them.
    }
  }

  /**
   * New keys for oneself, and nothing else, need no admin.
   * @param {any} body
   * @param {any[]} signatures
   * @param {Buffer} message
   */
  #isOwnRotation(body, signatures, message) {
    const [change, ...others] = body.changes;
    if (body.version === 1 || change.kind !== 'user-keys-replaced' || others.length > 0) return false;
    const was = this.#was(change.userId);
    if (was?.status !== 'active') return false;
    const key = Buffer.from(was.ed25519, 'base64');
    return signatures.some(({ by, signature }) => by === change.userId && signed(key, message, from64(signature)));
  }

  #touchesAdmins() {
    for (const [id, was] of this.before) {
      const is = this.people.get(id)?.now;
      if (is !== undefined && touchesAdmins(was, is)) return true;
    }
    return false;
  }

  /**
   * Who signed the entry, and who agreed to the request that it carries out.
   * @param {any} body
   * @param {any[]} signatures
   * @param {Buffer} message
   */
  #adminsBehind(body, signatures, message) {
    /** @param {string} id */
    const standing = (id) => this.#was(id);
    const signers = Roster.signers(standing, message, signatures);
    const { request } = body;
    if (request === undefined || this.usedRequests.has(request.body.id)) return signers;
    const { subject } = request.body;
    const covered =
      subject.kind === 'roster'
        ? canonical(subject.changes) === canonical(body.changes)
        : subject.kind === 'restore-access' &&
          body.changes.every(
            (/** @type {any} */ one) => one.kind === 'user-keys-replaced' && one.userId === subject.userId,
          );
    return covered ? new Set([...signers, ...this.agreed(request, body.at, standing)]) : signers;
  }
}

/**
 * Does this change who acts as an admin, or with which key?
 * @param {Standing | undefined} was
 * @param {Standing} is
 */
function touchesAdmins(was, is) {
  if (was === undefined) return isAdmin(is);
  if (isAdmin(was) !== isAdmin(is)) return true;
  const otherKeys = was.ed25519 !== is.ed25519 || was.x25519 !== is.x25519;
  return otherKeys && (was.roles.includes('admin') || is.roles.includes('admin'));
}

// ---------------------------------------------------------------------------------------------------------------------
// The tree (RFC 6962 §2.1) and its tiles

class Tree {
  /** @param {Memory} [memory] */
  constructor(memory) {
    this.nodes = memory?.nodes;
    this.size = 0;
    /** Roots of the complete subtrees at the right edge, largest first. @type {Buffer[]} */
    this.edge = [];
    this.pair = Buffer.alloc(65);
    this.pair[0] = 1;
  }

  /** @param {Buffer} left @param {Buffer} right */
  #node(left, right) {
    const known = this.nodes?.get(left);
    if (known?.right === right) return known.node;
    left.copy(this.pair, 1);
    right.copy(this.pair, 33);
    const node = sha256(this.pair);
    this.nodes?.set(left, { right, node });
    return node;
  }

  /**
   * @param {Buffer} leaf
   * @param {(level: number, index: number, hash: Buffer) => void} onTileHash each hash that a tile of this level holds
   */
  add(leaf, onTileHash) {
    let hash = leaf;
    let index = this.size;
    let height = 0;
    onTileHash(0, index, hash);
    while (index % 2 === 1) {
      hash = this.#node(/** @type {Buffer} */ (this.edge.pop()), hash);
      index = (index - 1) / 2;
      height += 1;
      if (height % 8 === 0) onTileHash(height / 8, index, hash);
    }
    this.edge.push(hash);
    this.size += 1;
  }

  root() {
    let root = this.edge.at(-1) ?? sha256(Buffer.alloc(0));
    for (let at = this.edge.length - 2; at >= 0; at -= 1)
      root = this.#node(/** @type {Buffer} */ (this.edge[at]), root);
    return root;
  }
}

/** Tiles as they came, against the hashes that the entries give. */
class Tiles {
  constructor() {
    /** The tile at hand per level. @type {({ number: number, hashes: Buffer } | undefined)[]} */
    this.open = [];
    /** How many hashes per level were covered by tiles, from the first on. */
    this.covered = new Array(tileLevels).fill(0);
    /** A difference above the leaves: told after the next checkpoint, which names a smaller span. @type {Problem | undefined} */
    this.doubt = undefined;
    this.lastLevel = -1;
    this.lastAt = -1;
  }

  /**
   * @param {number} level
   * @param {number} number
   * @param {Buffer} hashes
   * @param {number} position of the next entry
   */
  take(level, number, hashes, position) {
    const inOrder = position !== this.lastAt || level < this.lastLevel;
    const follows = this.covered[level] === number * tile;
    if (number * tile ** (level + 1) !== position || !inOrder || !follows) return false;
    this.open[level] = { number, hashes };
    this.lastAt = position;
    this.lastLevel = level;
    return true;
  }

  /** @param {number} level @param {number} index @param {Buffer} hash */
  compare(level, index, hash) {
    const open = this.open[level];
    const at = (index % tile) * 32;
    if (open === undefined || Math.floor(index / tile) !== open.number || at >= open.hashes.length) return;
    this.covered[level] += 1;
    if (hash.compare(open.hashes, at, at + 32) === 0) return;
    if (level === 0) throw new Problem('entry-altered', index);
    const span = tile ** level;
    this.doubt ??= new Problem('tile-differs', `${index * span}-${(index + 1) * span}`);
  }

  /** Everything that was given was compared, and just what the last checkpoint covers was given. @param {number} size */
  finish(size) {
    if (this.doubt !== undefined) throw this.doubt;
    const [leaves] = this.covered;
    const given = this.open[0] === undefined ? 0 : this.open[0].number * tile + this.open[0].hashes.length / 32;
    if (given > size) throw new Problem('checkpoint-missing', `${size}-${given}`, 'The tree was built further.');
    if (leaves < size) throw new Problem('tile-missing', `${leaves}-${size}`);
    for (let level = 1; level < tileLevels; level += 1) {
      const open = this.open[level];
      const count = open === undefined ? 0 : open.number * tile + open.hashes.length / 32;
      const due = Math.floor(size / tile ** level);
      const span = tile ** level;
      if (this.covered[level] < due) throw new Problem('tile-missing', `${this.covered[level] * span}-${due * span}`);
      if (count > due) throw new Problem('tile-differs', `${due * span}-${count * span}`, 'A tile holds too much.');
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Checkpoints: C2SP signed notes

const hash64 = '([A-Za-z0-9+/]{43}=)';
const whole = '(0|[1-9][0-9]{0,14})';
const noteLayout = new RegExp(
  `^([^\\n]{1,200})\\n${whole}\\n${hash64}\\nnumber ${whole}\\ntime ${whole}\\nprevious ${hash64}\\nkey ${hash64}\\n` +
    `next ${hash64}\\nactions ${hash64}\\n(?:anchor (first|key-lost|rolled-back)\\n)?$`,
);

/**
 * @typedef {{ name: string, keyId: Buffer, signature: Buffer }} NoteSignature
 * @param {string} note
 */
function parseNote(note) {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, end + 1);
  const found = noteLayout.exec(text);
  if (found === null) return undefined;
  const [, origin = '', size, root, number, time, previous, key, next, actions, anchor] = found;
  const hashes = [root, previous, key, next, actions].map((one) => from64(one, 32));
  if (hashes.some((one) => one === undefined)) return undefined;
  const [rootHash, previousHash, keyBytes, nextBytes, actionsHash] = /** @type {Buffer[]} */ (hashes);
  /** @type {NoteSignature[]} */
  const signatures = [];
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [, name, encoded] = /^— ([^\s+]{1,200}) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = from64(encoded);
    if (name === undefined || bytes === undefined || bytes.length <= 4) return undefined;
    if (signatures.push({ name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) }) > mostSignatures)
      return undefined;
  }
  return {
    text,
    origin,
    size: Number(size),
    root: /** @type {Buffer} */ (rootHash),
    number: Number(number),
    time: Number(time),
    previous: /** @type {Buffer} */ (previousHash),
    key: /** @type {Buffer} */ (keyBytes),
    next: /** @type {Buffer} */ (nextBytes),
    actions: /** @type {Buffer} */ (actionsHash),
    anchor: anchor ?? null,
    signatures,
  };
}

/** @param {string} name @param {number} type @param {Buffer} key */
const keyIdOf = (name, type, key) => sha256(bytesOf(name, Buffer.of(0x0a, type), key)).subarray(0, 4);

/**
 * @param {Buffer} message
 * @param {NoteSignature | undefined} signature
 * @param {string} name
 * @param {Buffer} key
 * @param {Memory} [memory]
 */
const noteSignedBy = (message, signature, name, key, memory) =>
  signature?.name === name &&
  signature.keyId.equals(keyIdOf(name, 1, key)) &&
  signed(key, message, signature.signature, memory);

/**
 * A verifier key as C2SP writes it: `<name>+<key id, hex>+<base64(0x04 ‖ public key)>`.
 * @param {string} vkey
 */
export function parseWitness(vkey) {
  const [, name, id, encoded] = /^([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey) ?? [];
  const bytes = from64(encoded, 33);
  if (name === undefined || bytes?.[0] !== 4) return undefined;
  const key = bytes.subarray(1);
  const keyId = keyIdOf(name, 4, key);
  return keyId.toString('hex') === id ? { name, key, keyId } : undefined;
}

// ---------------------------------------------------------------------------------------------------------------------
// Prunes: what may be missing

/** The numbers of what a prune kept, as its digest takes them: 8 bytes big-endian each. */
class NumberHash {
  constructor() {
    this.hash = crypto.createHash('sha256');
    this.buffer = Buffer.alloc(8 * 64);
    this.held = 0;
    this.count = 0;
  }
  /** @param {number} number */
  add(number) {
    this.buffer.writeUInt32BE(Math.floor(number / 2 ** 32), this.held);
    this.buffer.writeUInt32BE(number % 2 ** 32, this.held + 4);
    this.held += 8;
    this.count += 1;
    if (this.held === this.buffer.length) this.#flush();
  }
  #flush() {
    this.hash.update(this.buffer.subarray(0, this.held));
    this.held = 0;
  }
  digest() {
    this.#flush();
    return this.hash.digest('base64');
  }
}

/**
 * One prune: the request that admins signed, and what the log says of carrying it out.
 * @typedef {{
 *   id: string, below: number, before: number, kept: number, keptDigest: string, admins: string[],
 *   at: number, roster: number, seq: number, user: string,
 *   refused: string, executed: boolean, firstMissing: number, removed: number, numbers: NumberHash
 * }} Prune
 */
const pruneShape = {
  kind: isText,
  at: isCount,
  request: isRequest,
  roster: isCount,
  seq: isCount,
  user: (/** @type {unknown} */ value) => typeof value === 'string',
};

/**
 * @param {Record<string, any>} line
 * @param {Roster} roster
 * @param {string} deviceId
 * @returns {Prune | undefined} undefined for what is no prune at all
 */
function pruneFrom(line, roster, deviceId) {
  const { at, request, seq, user } = line;
  const { subject } = request.body;
  if (subject.kind !== 'audit-prune') return undefined;
  const { below, before, kept, keptDigest } = subject;
  /** @param {string} id */
  const standing = (id) => roster.standing(id, line['roster']);
  const known = line['roster'] >= 1 && line['roster'] <= roster.size;
  const admins = known ? [...roster.agreed(request, at, standing)] : [];
  const needed = known ? Math.min(2, roster.adminsAt(line['roster']).length) : 2;
  let refused = '';
  if (subject.deviceId !== deviceId) refused = 'the request is for another workstation';
  else if (below % tile !== 0 || below > seq) refused = 'the request names no whole part of the log';
  else if (before > at - leastAge) refused = 'what went was too young';
  else if (admins.length < Math.max(1, needed)) refused = `${admins.length} of ${needed} admins signed for it`;
  else if (!admins.includes(user)) refused = 'whoever carried it out did not sign for it';
  return {
    id: request.body.id,
    ...{ below, before, kept, keptDigest, admins, at, roster: line['roster'], seq, user, refused },
    ...{ executed: false, firstMissing: -1, removed: 0, numbers: new NumberHash() },
  };
}

// ---------------------------------------------------------------------------------------------------------------------
// Entries, sessions and what they signed

/**
 * @typedef {{ session: string, user: string | null, mixed: boolean, count: number, first: number, last: number,
 *   leaves: Buffer[], hash: crypto.Hash | null }} SessionSpan
 */

const certificateShape = {
  version: oneOf(1),
  origin: isText,
  session: isText,
  user: isId,
  publicKey: isKey,
  at: isCount,
  roster: isCount,
};
const actionShape = {
  action: (/** @type {unknown} */ value) =>
    hasShape(value, {
      certificate: isKey,
      count: isCount,
      digest: isKey,
      from: isCount,
      head: isKey,
      session: isText,
      to: isCount,
    }),
  signature: (/** @type {unknown} */ value) => from64(value, 64) !== undefined,
};
const checkpointShape = {
  kind: isText,
  note: isText,
  actions: isText,
  certificates: listOf(
    (one) => hasShape(one, { certificate: isText, signature: (value) => from64(value, 64) !== undefined }),
    mostSessions,
  ),
};

/** Places are for people: the first ones, and how many more there are. */
const mostPlaces = 20;

// ---------------------------------------------------------------------------------------------------------------------
// The verifier

const headerShape = {
  kind: oneOf('header'),
  format: oneOf('carekeep-audit-export'),
  version: oneOf(1),
  origin: isText,
  clinicId: isId,
  clinicIdentity: isKey,
  deviceId: isId,
  size: isCount,
  from: isCount,
  to: isCount,
  madeAt: isCount,
};
/** The order in which kinds of lines come. */
const stages = { roster: 1, prune: 2, entry: 3, leaves: 3, tile: 3, checkpoint: 3, end: 4 };
const entryStart = '{"entry":"';
const entryMiddle = '","kind":"entry","seq":';

/**
 * @typedef {{
 *   witnesses?: readonly string[], known?: readonly { size: number, root: string }[], clinic?: string | undefined,
 *   memory?: Memory | undefined,
 * }} Options
 * @typedef {{ name: string, signed: number, unsigned: number, unchecked: number, behind: number,
 *   places: string[], morePlaces: number }} UserReport
 */

/** Reads lines one after the other. @see verifyBundle */
export class Verifier {
  /** @param {Options} [options] @throws TypeError for a witness, head or clinic that is none */
  constructor(options = {}) {
    this.witnesses = (options.witnesses ?? []).map((vkey) => {
      const witness = parseWitness(vkey);
      if (witness === undefined) throw new TypeError(`not a witness's key: ${vkey}`);
      return witness;
    });
    this.known = [...(options.known ?? [])].sort((one, other) => one.size - other.size);
    for (const { size, root } of this.known)
      if (!isCount(size) || !isKey(root)) throw new TypeError('not a head: <size>:<base64 root>');
    this.knownCount = this.known.length;
    this.furthestKnown = this.known.at(-1)?.size ?? 0;
    this.clinic = options.clinic;
    // Less than the whole fingerprint is no comparison: a key that begins like another's is made in minutes.
    if (this.clinic !== undefined && !isKey(this.clinic) && !/^([0-9a-f]{4} ?){7}[0-9a-f]{4}$/.test(this.clinic))
      throw new TypeError('not a clinic’s key or its whole fingerprint: 32 hex digits, as this program prints them');

    this.memory = options.memory;
    this.lines = 0;
    this.stage = 0;
    /** @type {Problem | undefined} */
    this.problem = undefined;
    this.ended = false;
    /** @type {Record<string, any> | undefined} */
    this.header = undefined;
    this.roster = new Roster('', zeros);
    /** @type {Prune[]} */
    this.prunes = [];
    /** @type {Map<string, Prune>} */
    this.pruneById = new Map();
    this.openPrunes = 0;

    this.tree = new Tree(this.memory);
    this.tiles = new Tiles();
    this.scratch = Buffer.alloc(1 << 16);
    this.carried = 0;
    this.leftOut = 0;
    this.pruned = 0;
    this.latest = 0;
    this.clockBack = { count: 0, first: -1, by: 0 };

    /** Since the last checkpoint. @type {Map<string, SessionSpan>} */
    this.sessions = new Map();
    /** @type {{ session: string | null, number: unknown, reason: unknown }[]} */
    this.anchored = [];
    /** Prunes whose entry came since. @type {{ session: string | null, prune: Prune }[]} */
    this.executed = [];
    this.hidden = 0;
    this.spanCore = 0;
    /** Entries that name a person and no session: none that a person could have signed. */
    this.named = 0;

    /** @type {ReturnType<typeof parseNote>} */
    this.last = undefined;
    /** @type {Uint8Array} */
    this.lastHash = zeros;
    this.checkpoints = 0;
    this.firstTime = 0;
    /** @type {{ number: number, size: number, reason: string, by: string[] }[]} */
    this.anchors = [];
    /** Entries of the roster that somebody knew who signed. */
    this.rosterSeen = 0;
    /** Keys of the device only move on. */
    this.deviceKey = 0;
    this.actions = 0;
    /** @type {Map<string, UserReport>} */
    this.users = new Map();
    this.core = 0;
    /** @type {Map<string, { trusted: boolean, checkpoints: number, size: number, time: number }>} */
    this.cosigners = new Map();
    /** Certificates checked lately: their text's hash and the user. @type {Map<string, Record<string, any>>} */
    this.certificates = new Map();
    this.tileHash = this.tiles.compare.bind(this.tiles);
  }

  /**
   * One line, without its end.
   * @param {string} text
   * @returns {boolean} false: no more lines are needed
   */
  line(text) {
    if (this.problem !== undefined) return false;
    this.lines += 1;
    try {
      this.#line(text);
    } catch (error) {
      // Whatever a hostile line set off is an answer about that line, not an accident of ours.
      this.problem = error instanceof Problem ? error : this.#damaged(error instanceof Error ? error.name : '');
    }
    return this.problem === undefined;
  }

  /** The bytes that come next make no line. @param {Reason} why */
  stop(why) {
    this.lines += 1;
    this.problem ??= new Problem(this.lines === 1 ? 'not-a-bundle' : why, `line ${this.lines}`);
  }

  /** @param {string} [more] */
  #damaged(more = '') {
    return new Problem('line-damaged', `line ${this.lines}`, more);
  }

  /** @param {string} text */
  #line(text) {
    if (text.length > longestLine) throw new Problem('line-too-long', `line ${this.lines}`);
    if (this.ended) throw this.#damaged('The export has ended before.');
    if (this.stage === 3 && text.startsWith(entryStart)) return this.#entryLine(text);
    const value = this.#parsed(text);
    if (!isObject(value) || typeof value['kind'] !== 'string') {
      throw this.lines === 1 ? new Problem('not-a-bundle', 'line 1') : this.#damaged();
    }
    if (this.lines === 1) return this.#header(value);
    const kind = value['kind'];
    const stage = Object.hasOwn(stages, kind) ? stages[/** @type {keyof typeof stages} */ (kind)] : 0;
    if (stage < this.stage || stage === 0) throw this.#damaged();
    if (stage > this.stage && this.stage <= 1 && stage > 1 && this.roster.size === 0)
      throw new Problem('roster-broken', 'roster 0', 'There is no roster.');
    if (stage >= 3 && this.stage < 3) this.#known();
    this.stage = stage;
    switch (kind) {
      case 'roster':
        if (!hasShape(value, { kind: isText, entry: isObject })) throw this.#damaged();
        return this.roster.add(value['entry']);
      case 'prune':
        return this.#prune(value);
      case 'entry':
        return this.#entryLine(text);
      case 'leaves':
        return this.#leaves(value);
      case 'tile':
        return this.#tile(value);
      case 'checkpoint':
        return this.#checkpoint(value);
      case 'end':
        return this.#end(value);
      default:
        throw this.#damaged();
    }
  }

  /** @param {string} text */
  #parsed(text) {
    const { values } = this.memory ?? {};
    if (values === undefined) return parseCanonical(text);
    return values.get(text) ?? remember(values, text, parseCanonical(text), mostRemembered);
  }

  /** @param {Record<string, any>} value */
  #header(value) {
    if (!hasShape(value, headerShape)) throw new Problem('not-a-bundle', 'line 1');
    const { clinicId, deviceId, origin, clinicIdentity, from, to, size } = value;
    if (origin !== `carekeep.audit/${clinicId}/${deviceId}` || from > to || to > size) throw this.#damaged();
    this.header = value;
    this.roster = new Roster(clinicId, Buffer.from(clinicIdentity, 'base64'), this.memory);
    if (this.clinic === undefined) return;
    const printed = fingerprint(clinicIdentity).replaceAll(' ', '');
    if (this.clinic !== clinicIdentity && printed !== this.clinic.replaceAll(' ', ''))
      throw new Problem('other-clinic', 'line 1');
  }

  /** @param {Record<string, any>} value */
  #prune(value) {
    if (this.prunes.length >= mostPrunes) throw new Problem('too-much', `line ${this.lines}`);
    if (!hasShape(value, pruneShape)) throw this.#damaged();
    const prune = pruneFrom(value, this.roster, this.header?.['deviceId']);
    if (prune === undefined || this.pruneById.has(prune.id)) throw this.#damaged();
    const before = this.prunes.at(-1);
    if (before !== undefined && prune.seq <= before.seq) throw this.#damaged();
    this.prunes.push(prune);
    this.pruneById.set(prune.id, prune);
    this.openPrunes += 1;
  }

  // ----- what the log holds

  /** @param {string} text */
  #entryLine(text) {
    const known = this.memory?.entries.get(text);
    const { seq, entry, leaf } = known ?? this.#readEntry(text);
    if (known === undefined && this.memory !== undefined)
      remember(this.memory.entries, text, { seq, entry, leaf }, mostRemembered);
    const place = this.tree.size;
    if (seq > place) throw new Problem('entry-missing', place);
    if (seq < place) throw new Problem(seq < 0 ? 'entry-misplaced' : 'entry-doubled', seq);
    if (entry === undefined) throw new Problem('entry-damaged', seq);
    if (entry.seq !== seq) throw new Problem('entry-misplaced', seq);
    if (entry.device !== this.header?.['deviceId']) throw new Problem('entry-foreign', seq);
    this.#grow(leaf);
    this.carried += 1;
    this.#note(entry, seq, leaf);
    if (this.openPrunes > 0) this.#keep(seq, undefined);
  }

  /**
   * The line's own JSON is not parsed: nearly all lines are of this kind, and there is one way to write them.
   * @param {string} text
   */
  #readEntry(text) {
    const middle = text.lastIndexOf(entryMiddle);
    const encoded = middle < 0 ? '' : text.slice(entryStart.length, middle);
    const seq = Number(text.slice(middle + entryMiddle.length, -1));
    if (text !== `${entryStart}${encoded}${entryMiddle}${seq}}` || !Number.isSafeInteger(seq)) throw this.#damaged();
    if (this.scratch.length < encoded.length) this.scratch = Buffer.alloc(encoded.length);
    const end = 1 + this.scratch.write(encoded, 1, 'base64');
    if (this.scratch.toString('base64', 1, end) !== encoded) throw this.#damaged();
    // A leaf is hashed over 0x00 and the entry: the byte before it in the buffer is zero.
    return { seq, entry: this.#parsedEntry(end), leaf: sha256(this.scratch.subarray(0, end)) };
  }

  /** @param {number} end of the entry in the buffer @returns {any} undefined for what is no entry */
  #parsedEntry(end) {
    const body = this.scratch.subarray(2, end);
    if (this.scratch[1] !== 1 || !isUtf8(body)) return undefined;
    const text = body.toString('utf8');
    let entry;
    try {
      entry = JSON.parse(text);
      // What another reader might understand otherwise: two members of one name, spaces, other spellings of numbers.
      if (JSON.stringify(entry) !== text) return undefined;
    } catch {
      return undefined;
    }
    const agent = entry?.agent;
    const fits =
      isObject(entry) &&
      isObject(agent) &&
      isObject(entry['detail']) &&
      isText(entry['type']) &&
      isCount(entry['recorded']) &&
      (agent['user'] === null || isText(agent['user'])) &&
      (agent['session'] === null || isText(agent['session']));
    return fits ? entry : undefined;
  }

  /** @param {any} entry @param {number} seq @param {Buffer} leaf */
  #note(entry, seq, leaf) {
    const { agent, detail, recorded, type } = entry;
    if (recorded < this.latest - 60_000) {
      if (this.clockBack.count === 0) this.clockBack.first = seq;
      this.clockBack.count += 1;
      this.clockBack.by = Math.max(this.clockBack.by, this.latest - recorded);
    }
    this.latest = Math.max(this.latest, recorded);
    if (this.anchored.length > mostNoted || this.executed.length > mostNoted) throw new Problem('too-much', seq);
    if ((agent.session?.length ?? 0) > longestKept || (agent.user?.length ?? 0) > longestKept)
      throw new Problem('too-much', seq);
    if (type === 'audit.anchored' && isCount(detail.number) && isShort(detail.reason))
      this.anchored.push({ session: agent.session, number: detail.number, reason: detail.reason });
    if (type === 'audit.pruned' && entry.outcome === 0) this.#executed(entry, seq);
    if (agent.session === null) {
      this.spanCore += 1;
      if (agent.user !== null) this.named += 1;
      return;
    }
    let span = this.sessions.get(agent.session);
    if (span === undefined) {
      if (this.sessions.size >= mostSessions) throw new Problem('too-much', seq);
      const { session, user } = agent;
      span = { session, user, mixed: false, count: 0, first: seq, last: seq, leaves: [], hash: null };
      this.sessions.set(agent.session, span);
    }
    span.count += 1;
    span.last = seq;
    if (span.user !== agent.user) span.mixed = true;
    if (span.leaves.push(leaf) < tile) return;
    span.hash ??= crypto.createHash('sha256');
    span.hash.update(Buffer.concat(span.leaves));
    span.leaves = [];
  }

  /** @param {Record<string, any>} value */
  #leaves(value) {
    const { from } = value;
    const hashes = from64(value['hashes']);
    if (!hasShape(value, { kind: isText, from: isCount, hashes: isText, 'prune?': isId }) || hashes === undefined)
      throw this.#damaged();
    const count = hashes.length / 32;
    if (!Number.isInteger(count) || count === 0 || count > tile) throw this.#damaged();
    const place = this.tree.size;
    if (from !== place) throw new Problem(from > place ? 'entry-missing' : 'entry-doubled', Math.min(from, place));
    const prune = value['prune'] === undefined ? undefined : this.pruneById.get(value['prune']);
    for (let at = 0; at < count; at += 1) {
      const seq = place + at;
      if (prune === undefined) this.#demandLeftOut(seq, value['prune']);
      else this.#demandPruned(prune, seq);
      this.#grow(Buffer.from(hashes.subarray(at * 32, at * 32 + 32)));
      this.hidden += 1;
      if (prune === undefined) this.leftOut += 1;
      else this.pruned += 1;
      if (this.openPrunes > 0) this.#keep(seq, prune);
    }
  }

  /** Only what lies outside the range that the export is of may be left out. @param {number} seq @param {unknown} named */
  #demandLeftOut(seq, named) {
    const { from, to } = /** @type {Record<string, any>} */ (this.header);
    if (named !== undefined) throw new Problem('entry-missing', seq, 'The export names a request that is not in it.');
    if (seq >= from && seq < to) throw new Problem('entry-missing', seq);
  }

  /** @param {Prune} prune @param {number} seq */
  #demandPruned(prune, seq) {
    if (prune.refused !== '') throw new Problem('entry-missing', seq, `Request ${prune.id}: ${prune.refused}.`);
    if (seq >= prune.below)
      throw new Problem('entry-missing', seq, `Request ${prune.id} goes up to entry ${prune.below}.`);
    if (prune.firstMissing < 0) prune.firstMissing = seq;
    prune.removed += 1;
  }

  /**
   * Who is there now was kept by every prune; who is missing was kept by those before the one that removed it.
   * @param {number} seq
   * @param {Prune | undefined} removedBy
   */
  #keep(seq, removedBy) {
    for (const prune of this.prunes) {
      if (prune === removedBy) break;
      if (seq < prune.below) prune.numbers.add(seq);
    }
    if ((seq + 1) % tile !== 0) return;
    for (const prune of this.prunes) if (prune.below === seq + 1) this.#closePrune(prune);
  }

  /** Is all there that a prune kept? @param {Prune} prune */
  #closePrune(prune) {
    this.openPrunes -= 1;
    const { numbers, kept, keptDigest, below, refused, id } = prune;
    if (refused !== '') return;
    if (numbers.count !== kept || numbers.digest() !== keptDigest)
      throw new Problem('entry-missing', `0-${below}`, `Request ${id} kept other entries than are there.`);
  }

  /** The log's own entry about a prune must say what the export says of it. @param {any} entry @param {number} seq */
  #executed({ detail, agent, recorded }, seq) {
    const prune = this.pruneById.get(String(detail.request));
    if (prune === undefined) return;
    const same =
      seq === prune.seq &&
      recorded === prune.at &&
      agent.user === prune.user &&
      detail.roster === prune.roster &&
      detail.below === prune.below &&
      detail.kept === prune.kept &&
      detail.keptDigest === prune.keptDigest;
    if (same) this.executed.push({ session: agent.session, prune });
  }

  /** @param {Record<string, any>} value */
  #tile(value) {
    const { level, number } = value;
    const hashes = from64(value['hashes']);
    const fits =
      hasShape(value, { kind: isText, level: isCount, number: isCount, hashes: isText }) &&
      hashes !== undefined &&
      level < tileLevels &&
      hashes.length > 0 &&
      hashes.length <= tile * 32 &&
      hashes.length % 32 === 0;
    if (!fits || hashes === undefined) throw this.#damaged();
    if (this.tiles.take(level, number, Buffer.from(hashes), this.tree.size)) return;
    if (level > 0) throw new Problem('tile-missing', `${this.tiles.covered[level] * tile ** level}-${this.tree.size}`);
    throw this.tiles.covered[0] < this.tree.size
      ? new Problem('tile-missing', `${this.tiles.covered[0]}-${this.tree.size}`)
      : this.#damaged();
  }

  /** @param {Buffer} leaf */
  #grow(leaf) {
    if (this.tree.size >= this.header?.['size']) throw this.#damaged('More entries than the header names.');
    this.tree.add(leaf, this.tileHash);
    if (this.known.length > 0) this.#known();
  }

  /** A head that is known from elsewhere must be an ancestor of this log. */
  #known() {
    for (let next = this.known[0]; next?.size === this.tree.size; next = this.known[0]) {
      if (this.tree.root().toString('base64') !== next.root) throw new Problem('forked-from-known', `0-${next.size}`);
      this.known.shift();
    }
  }

  // ----- what checkpoints sign

  /** @param {Record<string, any>} value */
  #checkpoint(value) {
    // Right behind what it completes, before the tiles of what follows.
    const late = this.tiles.lastAt === this.tree.size;
    if (late || !hasShape(value, checkpointShape)) throw this.#damaged();
    const { origin, deviceId } = /** @type {Record<string, any>} */ (this.header);
    const from = this.last?.size ?? 0;
    const place = `${from}-${this.tree.size}`;
    const note = parseNote(value['note']);
    if (note === undefined) throw new Problem('checkpoint-damaged', place);
    if (note.origin !== origin) throw new Problem('checkpoint-damaged', place, 'It is of another log.');
    const message = Buffer.from(note.text);
    const [own, ...others] = note.signatures;
    if (!noteSignedBy(message, own, origin, note.key, this.memory)) throw new Problem('checkpoint-unsigned', place);
    if (note.number > this.checkpoints) throw new Problem('checkpoint-missing', place);
    if (note.number < this.checkpoints) throw new Problem('checkpoint-order', place);
    if (!note.previous.equals(this.lastHash)) throw new Problem('checkpoint-order', place);
    if ((note.number === 0) !== (note.anchor === 'first')) throw new Problem('chain-broken', place);
    if (note.anchor !== null) this.#deviceSigned(message, others.shift(), `${origin}/device`, deviceId, place);
    else if (!note.key.equals(this.last?.next ?? zeros)) throw new Problem('chain-broken', place);
    if (note.size > this.tree.size) throw new Problem('entry-missing', this.tree.size, 'A checkpoint counted more.');
    if (note.size < this.tree.size || (note.size === from && note.anchor === null))
      throw new Problem('checkpoint-order', place);
    if (!note.root.equals(this.tree.root())) throw new Problem('span-altered', place);
    if (this.tiles.doubt !== undefined) throw this.tiles.doubt;
    if (this.tiles.covered[0] < note.size) throw new Problem('tile-missing', `${this.tiles.covered[0]}-${note.size}`);
    const who = this.#signedActions(value, note, from, place);
    if (note.anchor !== null) this.#anchor(note, note.anchor, who, place);
    for (const { roster } of who.values()) this.rosterSeen = Math.max(this.rosterSeen, roster);
    this.#cosigned(note, others, place);
    for (const prune of this.prunes) this.#inTime(prune, from, note);
    // Who carried it out signed for that, and knew no more of the roster than is claimed: there may have been another admin.
    for (const { prune, session } of this.executed)
      prune.executed = (who.get(session ?? '')?.['roster'] ?? Number.POSITIVE_INFINITY) <= prune.roster;
    this.executed = [];
    if (this.checkpoints === 0) this.firstTime = note.time;
    this.last = note;
    this.lastHash = sha256(message);
    this.checkpoints += 1;
    this.sessions.clear();
    this.anchored = [];
    this.hidden = 0;
    this.core += this.spanCore;
    this.spanCore = 0;
  }

  /**
   * @param {Buffer} message
   * @param {NoteSignature | undefined} signature
   * @param {string} name
   * @param {string} deviceId
   * @param {string} place
   */
  #deviceSigned(message, signature, name, deviceId, place) {
    const keys = this.roster.devices.get(deviceId)?.keys ?? [];
    const at = keys.findIndex(
      (key, index) =>
        index >= this.deviceKey && noteSignedBy(message, signature, name, Buffer.from(key, 'base64'), this.memory),
    );
    if (at < 0) throw new Problem('anchor-broken', place);
    this.deviceKey = at;
  }

  /**
   * The first checkpoint that covers all of a prune says that it was older than what was agreed to, whatever the
   * entries said that are gone.
   * @param {Prune} prune
   * @param {number} from
   * @param {{ size: number, time: number }} note
   */
  #inTime(prune, from, note) {
    if (from >= prune.below || note.size < prune.below || note.time < prune.before) return;
    if (prune.firstMissing >= 0)
      throw new Problem('entry-missing', prune.firstMissing, `Request ${prune.id} was for older entries.`);
    prune.refused = 'the request was for older entries';
  }

  /**
   * An anchor that is not the first needs somebody who signed for it with their name.
   * @param {NonNullable<ReturnType<typeof parseNote>>} note
   * @param {string} reason
   * @param {Map<string, Record<string, any>>} who certificates of the sessions that signed
   * @param {string} place
   */
  #anchor(note, reason, who, place) {
    const by = this.anchored
      .filter((one) => one.number === note.number && one.reason === reason && one.session !== null)
      // Who was removed since must not do it with the key they had: it takes the roster that others knew before.
      .filter(({ session }) => (who.get(session ?? '')?.['roster'] ?? -1) >= this.rosterSeen)
      .flatMap(({ session }) => who.get(session ?? '')?.['user'] ?? []);
    // An export has these entries in full, whatever its range is: what is left out was not signed for.
    if (reason !== 'first' && by.length === 0) throw new Problem('anchor-unacknowledged', place);
    if (this.anchors.length < 10_000) this.anchors.push({ number: note.number, size: note.size, reason, by });
  }

  /**
   * What people signed of the entries since the checkpoint before.
   * @param {Record<string, any>} value
   * @param {NonNullable<ReturnType<typeof parseNote>>} note
   * @param {number} from
   * @param {string} place
   * @returns {Map<string, Record<string, any>>} certificates of the sessions that signed
   */
  #signedActions(value, note, from, place) {
    if (!sha256(Buffer.from(value['actions'])).equals(note.actions)) throw new Problem('actions-altered', place);
    const list = this.#parsed(value['actions']);
    if (!listOf((one) => hasShape(one, actionShape), mostSessions)(list)) throw new Problem('actions-altered', place);
    /** @type {Map<string, Record<string, any>>} */
    const who = new Map();
    /** @type {Map<string, { certificate: string, signature: string }>} */
    const given = new Map();
    for (const one of value['certificates']) given.set(sha256(Buffer.from(one.certificate)).toString('base64'), one);
    // Who signed what they did signed the checkpoint, too, but for the list that they stand in.
    const head = sha256(Buffer.from(note.text.replace(/^actions .*\n/m, ''))).toString('base64');
    let before = '';
    let hidden = this.hidden;
    for (const { action, signature } of /** @type {any[]} */ (list)) {
      const { session, certificate: name, count, digest, to } = action;
      if (session <= before) throw new Problem('actions-altered', place);
      before = session;
      if (action.from !== from || to !== note.size || count === 0) throw new Problem('action-broken', place);
      if (action.head !== head) throw new Problem('action-broken', place, 'It was signed for another checkpoint.');
      const certificate = this.#certificate(name, given.get(name), place);
      given.delete(name);
      if (certificate['session'] !== session) throw new Problem('certificate-broken', place);
      const message = bytesOf(`carekeep/v1/audit/actions\0${note.origin}\0`, canonical(action));
      if (!signed(Buffer.from(certificate['publicKey'], 'base64'), message, from64(signature), this.memory))
        throw new Problem('action-broken', place);
      this.actions += 1;
      const span = this.sessions.get(session);
      const seen = span?.count ?? 0;
      if (span !== undefined && (span.mixed || span.user !== certificate['user']))
        throw new Problem('action-broken', place, 'The entries bear another name.');
      const report = this.#user(certificate['user']);
      // Entries that were pruned or left out may be among those signed: then the digest cannot be made again.
      if (seen > count || count - seen > hidden) throw new Problem('action-broken', place);
      hidden -= count - seen;
      if (seen < count) {
        report.unchecked += count;
      } else {
        if (digestOf(span) !== digest) throw new Problem('action-broken', place);
        report.signed += count;
      }
      who.set(session, certificate);
      this.sessions.delete(session);
    }
    if (given.size > 0) throw this.#damaged('A certificate that no action names.');
    for (const span of this.sessions.values()) this.#unsigned(span);
    return who;
  }

  /**
   * A certificate, checked once and remembered for a while: a session signs at each checkpoint.
   * @param {string} name
   * @param {{ certificate: string, signature: string } | undefined} given
   * @param {string} place
   */
  #certificate(name, given, place) {
    /** @param {string} why @returns {never} */
    const broken = (why) => {
      throw new Problem('certificate-broken', place, why);
    };
    if (given === undefined) return broken('It is missing.');
    const known = this.certificates.get(`${name} ${given.signature}`);
    if (known !== undefined) return known;
    const certificate = this.#parsed(given.certificate);
    if (!hasShape(certificate, certificateShape)) return broken('It cannot be read.');
    if (certificate['origin'] !== this.header?.['origin']) return broken('It is for another log.');
    const { roster, user } = certificate;
    const is = roster >= 1 && roster <= this.roster.size ? this.roster.standing(user, roster) : undefined;
    if (is?.status !== 'active') return broken('That person could not sign then.');
    const message = bytesOf('carekeep/v1/audit/session\0', given.certificate);
    if (!signed(Buffer.from(is.ed25519, 'base64'), message, from64(given.signature), this.memory))
      broken('Its signature does not hold.');
    if (this.certificates.size >= 1024) this.certificates.clear();
    this.certificates.set(`${name} ${given.signature}`, certificate);
    return certificate;
  }

  /** @param {NonNullable<ReturnType<typeof parseNote>>} note @param {NoteSignature[]} lines @param {string} place */
  #cosigned(note, lines, place) {
    for (const { name, keyId, signature } of lines) {
      const trusted = this.witnesses.find((one) => one.name === name && one.keyId.equals(keyId));
      const label = trusted === undefined ? `${name}+${keyId.toString('hex')}` : name;
      if (!this.cosigners.has(label) && this.cosigners.size >= 100) continue;
      const seconds = signature.length === 72 ? Number(signature.readBigUInt64BE(0)) : 0;
      if (trusted !== undefined) {
        const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${note.text}`);
        if (signature.length !== 72 || !signed(trusted.key, message, signature.subarray(8), this.memory))
          throw new Problem('cosignature-broken', place, name);
      }
      const { checkpoints = 0 } = this.cosigners.get(label) ?? {};
      const time = Number.isSafeInteger(seconds * 1000) ? seconds * 1000 : 0;
      this.cosigners.set(label, {
        trusted: trusted !== undefined,
        checkpoints: checkpoints + 1,
        size: note.size,
        time,
      });
    }
  }

  /** @param {string | null} id */
  #user(id) {
    const person = id === null ? undefined : this.roster.people.get(id);
    // Names that the roster does not know are one line, however many a hostile log invents.
    const key = person === undefined ? '' : (id ?? '');
    let report = this.users.get(key);
    if (report === undefined) {
      const name = person === undefined ? 'not in the roster' : `${person.displayName} (${person.userName})`;
      report = { name, signed: 0, unsigned: 0, unchecked: 0, behind: 0, places: [], morePlaces: 0 };
      this.users.set(key, report);
    }
    return report;
  }

  /** @param {SessionSpan} span */
  #unsigned(span) {
    const report = this.#user(span.mixed ? null : span.user);
    report.unsigned += span.count;
    if (report.places.length < mostPlaces) report.places.push(`${span.first}-${span.last + 1}`);
    else report.morePlaces += 1;
  }

  // ----- the end

  /** @param {Record<string, any>} value */
  #end(value) {
    if (!hasShape(value, { kind: isText, lines: isCount })) throw this.#damaged();
    const { size } = /** @type {Record<string, any>} */ (this.header);
    if (this.tree.size < size) throw new Problem('entry-missing', this.tree.size);
    if (value['lines'] !== this.lines) throw new Problem('truncated', `line ${this.lines}`);
    this.ended = true;
    const signedTo = this.last?.size ?? 0;
    this.tiles.finish(signedTo);
    if (size - signedTo > longestTail) throw new Problem('checkpoint-missing', `${signedTo}-${size}`);
    for (const { id, executed, firstMissing, refused, seq } of this.prunes) {
      if (executed && refused === '') continue;
      const why = refused === '' ? 'nobody signed in the log for carrying it out' : refused;
      if (firstMissing >= 0) throw new Problem('entry-missing', firstMissing, `Request ${id}: ${why}.`);
      throw new Problem('prune-broken', seq, `Request ${id}: ${why}.`);
    }
    // A head is a checkpoint's: where entries reach it and no checkpoint does, that one is gone.
    if (this.furthestKnown > signedTo && this.furthestKnown <= size)
      throw new Problem(
        'behind-known',
        `${signedTo}-${this.furthestKnown}`,
        'Entries go that far, and no checkpoint does.',
      );
    const [known] = this.known;
    if (known !== undefined) throw new Problem('behind-known', `${this.tree.size}-${known.size}`);
  }

  /** The verdict; nothing may be read after it. */
  finish() {
    if (this.problem === undefined && !this.ended)
      this.problem =
        this.lines === 0 ? new Problem('not-a-bundle', 'line 1') : new Problem('truncated', `line ${this.lines}`);
    if (this.problem === undefined) {
      // Behind the last checkpoint nobody has signed yet.
      for (const span of this.sessions.values()) this.#user(span.mixed ? null : span.user).behind += span.count;
      this.core += this.spanCore;
    }
    return reportOf(this);
  }
}

/** @param {SessionSpan | undefined} span */
function digestOf(span) {
  const rest = Buffer.concat(span?.leaves ?? []);
  const hash = span?.hash;
  return hash ? hash.update(rest).digest('base64') : sha256(rest).toString('base64');
}

// ---------------------------------------------------------------------------------------------------------------------
// The report

/**
 * What was found. On INVALID the rest says what held up to the problem.
 * @param {Verifier} verifier
 */
function reportOf(verifier) {
  const { problem, header, last, tree, roster } = verifier;
  const nameOf = (/** @type {string} */ id) => roster.people.get(id)?.displayName ?? id;
  const size = last?.size ?? 0;
  const people = [...verifier.users.values()];
  const sum = (/** @type {(user: UserReport) => number} */ of) => people.reduce((all, user) => all + of(user), 0);
  const signedByPeople = sum((user) => user.signed + user.unchecked);
  const unsignedByPeople = sum((user) => user.unsigned + user.behind);
  return {
    valid: problem === undefined,
    /** Entries of people that a key of theirs signed, those among entries that are not here included. */
    signed: signedByPeople,
    /** Entries of people that none signed, or not yet. */
    unsigned: unsignedByPeople,
    /** People acted, and nothing of it is signed by any of them. */
    nobodySigned: signedByPeople === 0 && unsignedByPeople + verifier.named > 0,
    /** A witness that the reader trusts saw this log, or it goes on from a head that the reader knows. */
    outsideVouches: vouchedTo(verifier) > 0,
    problem:
      problem === undefined
        ? null
        : {
            code: problem.code,
            at: problem.at,
            line: verifier.lines,
            words: reasons[problem.code],
            more: problem.more,
          },
    log:
      header === undefined
        ? null
        : {
            origin: String(header['origin']),
            clinicId: String(header['clinicId']),
            clinicIdentity: String(header['clinicIdentity']),
            fingerprint: fingerprint(header['clinicIdentity']),
            compared: verifier.clinic !== undefined,
            deviceId: String(header['deviceId']),
            madeAt: Number(header['madeAt']),
            from: Number(header['from']),
            to: Number(header['to']),
          },
    entries: {
      size: tree.size,
      carried: verifier.carried,
      leftOut: verifier.leftOut,
      pruned: verifier.pruned,
      behind: tree.size - size,
      core: verifier.core,
      clockBack: verifier.clockBack,
    },
    roster: roster.size,
    checkpoints: {
      count: verifier.checkpoints,
      size,
      root: last?.root.toString('base64') ?? '',
      first: verifier.firstTime,
      last: last?.time ?? 0,
      anchors: verifier.anchors.map(({ by, ...anchor }) => ({ ...anchor, by: by.map(nameOf) })),
    },
    witnesses: [...verifier.cosigners].map(([name, seen]) => ({ name, ...seen })),
    users: [...verifier.users].map(([id, user]) => ({ id, ...user })),
    prunes: verifier.prunes.map(({ id, below, removed, kept, admins, at, refused }) => ({
      id,
      below,
      removed,
      kept,
      at,
      refused,
      admins: admins.map(nameOf),
    })),
    notProved: notProved(verifier),
  };
}
/** @typedef {ReturnType<typeof reportOf>} Report */

/** How many entries somebody outside has seen: a trusted witness, or who kept a head. @param {Verifier} verifier */
function vouchedTo({ cosigners, furthestKnown }) {
  return [...cosigners.values()].reduce((most, one) => (one.trusted ? Math.max(most, one.size) : most), furthestKnown);
}

/** @param {Verifier} verifier */
function notProved(verifier) {
  const { last, tree, header, users } = verifier;
  const size = last?.size ?? 0;
  /** @type {string[]} */
  const said = [];
  if (header === undefined) return said;
  if (verifier.clinic === undefined)
    said.push(
      'That this is the log of the clinic you mean: compare the fingerprint with one you have from the clinic itself.',
    );
  if (tree.size > size)
    said.push(`Entries ${size}-${tree.size} behind the last checkpoint: nobody has signed them yet.`);
  const seen = vouchedTo(verifier);
  if (seen === 0)
    said.push(
      'That this is the only log and the whole one: whoever held this workstation’s key could have begun another, or ' +
        'cut this one at a checkpoint. A witness’s key (--witness) or an earlier head (--known) shows that.',
    );
  else if (seen < size)
    said.push(
      `That entries ${seen}-${size} are the only ones: no witness that you trust and no head that you know reaches them.`,
    );
  if (verifier.leftOut > 0)
    said.push(
      `What stands in the ${verifier.leftOut} entries outside the range, and that they are still there: only that their hashes are the signed ones.`,
    );
  if (verifier.pruned > 0)
    said.push(
      `What stood in the ${verifier.pruned} pruned entries: only that two admins agreed, and what their hashes were.`,
    );
  const unsigned = [...users.values()].reduce((sum, user) => sum + user.unsigned, 0);
  if (unsigned > 0)
    said.push(
      `Who did what ${unsigned} entries say: no person’s key signed them (a killed process, or no key at hand).`,
    );
  if (verifier.core > 0)
    said.push(`${verifier.core} entries are the application’s own or before a sign-in; no person signs them.`);
  if (verifier.clockBack.count > 0)
    said.push(
      `When things happened, to the minute: the clock went back ${verifier.clockBack.count} times, first at entry ` +
        `${verifier.clockBack.first}, at most ${Math.round(verifier.clockBack.by / 60_000)} minutes.`,
    );
  said.push('That everything was logged: a log shows what was written into it, not what a changed program left out.');
  return said;
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading

/**
 * Lines of a byte stream, as many at a time as a piece of it holds. The last of a batch is a reason where the bytes
 * make no more lines.
 * @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} chunks
 * @returns {AsyncGenerator<{ lines: string[], stop?: 'line-too-long' | 'line-damaged' | 'truncated' }>}
 */
async function* linesOf(chunks) {
  /** @type {Buffer[]} */
  let parts = [];
  let held = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    /** @type {string[]} */
    const lines = [];
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      const piece = bytes.subarray(from, end);
      from = end + 1;
      const line = held === 0 ? piece : Buffer.concat([...parts, piece]);
      parts = [];
      held = 0;
      if (line.length > longestLine) return yield { lines, stop: 'line-too-long' };
      if (!isUtf8(line)) return yield { lines, stop: 'line-damaged' };
      lines.push(line.toString('utf8'));
    }
    if (from < bytes.length) {
      // A copy: the stream's piece may be large, and its owner may write over it.
      parts.push(Buffer.from(bytes.subarray(from)));
      held += bytes.length - from;
    }
    if (held > longestLine) return yield { lines, stop: 'line-too-long' };
    yield { lines };
  }
  if (held > 0) yield { lines: [], stop: 'truncated' };
}

/**
 * Checks a bundle.
 * @param {readonly string[] | AsyncIterable<Uint8Array> | Iterable<Uint8Array>} source its lines without their ends,
 *   or its bytes in pieces
 * @param {Options} [options]
 * @returns {Promise<Report>}
 */
export async function verifyBundle(source, options) {
  if (isLines(source)) return verifyLines(source, options);
  const verifier = new Verifier(options);
  for await (const { lines, stop } of linesOf(source)) {
    if (!lines.every((line) => verifier.line(line))) break;
    if (stop !== undefined) verifier.stop(stop);
  }
  return verifier.finish();
}

/** @param {unknown} source @returns {source is readonly string[]} */
const isLines = (source) => Array.isArray(source) && (source.length === 0 || typeof source[0] === 'string');

/**
 * The same, at once, for a bundle held in memory.
 * @param {readonly string[]} lines
 * @param {Options} [options]
 * @returns {Report}
 */
export function verifyLines(lines, options) {
  const verifier = new Verifier(options);
  for (const line of lines) if (!verifier.line(line)) break;
  return verifier.finish();
}

/** A gzip that grows beyond this is no export. */
const mostRatio = 200;

/**
 * The bytes of a file or of standard input, unzipped where they are zipped.
 * @param {string} path
 * @returns {AsyncGenerator<Buffer>}
 */
async function* bytesFrom(path) {
  const input = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 });
  const pieces = input[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done) return;
  const rest = async function* () {
    yield first.value;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  };
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) return yield* rest();
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  Readable.from(rest(), { objectMode: false, highWaterMark: 1 << 20 })
    .on('error', (error) => gunzip.destroy(error))
    .pipe(gunzip);
  let out = 0;
  try {
    for await (const piece of gunzip) {
      out += piece.length;
      if (out > 1 << 26 && out > mostRatio * gunzip.bytesWritten) throw new Problem('too-much', 'gzip');
      yield piece;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    // A zip that ends too early or is damaged: the lines that came are judged, and the last one is missing.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return;
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The command

const help = `carekeep-verify: checks an audit export of Carekeep, without Carekeep.

  node carekeep-verify.mjs [options] <bundle.jsonl | bundle.jsonl.gz | ->

  --clinic <key>         the clinic's identity, base64, or its whole fingerprint (32 hex digits, as printed), as you
                         have it from the clinic itself
  --witness <vkey>       key of a witness that you trust (C2SP vkey); may be repeated
  --known <size>:<root>  an earlier head of this log, as this program prints it; may be repeated
  --json                 the whole report as JSON
  --help                 this text

Exit codes: 0 valid, 1 invalid, 2 wrong usage or not readable as an audit export.
`;

/** Moves the cursor, turns the writing round, breaks the line, or is not seen at all. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** What a bundle says is shown to a person: such characters by their numbers. @param {string} text @param {number} [most] */
const plain = (text, most = 2000) =>
  (text.length > most ? `${text.slice(0, most)}…` : text).replace(
    unseen,
    (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`,
  );
/** A name or an id: no longer than that what is said of it stays in sight. @param {string} text */
const shown = (text) => plain(text, 100);
/** JSON that reads back the same, without any such character but the line ends between members. @param {unknown} value */
const plainJson = (value) =>
  JSON.stringify(value, null, 2).replace(unseen, (one) => {
    const units = one.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return one === '\n' ? one : units.join('');
  });
/** @param {number} time */
const day = (time) => (Math.abs(time) <= 8.64e15 ? new Date(time).toISOString().replace(/\.\d+Z$/, 'Z') : '?');
/** @param {number} count @param {string} one @param {string} [many] */
const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** @param {Report} report */
function inWords(report) {
  const { problem, log, entries, checkpoints, witnesses, users, prunes } = report;
  const lines = [report.valid ? 'VALID' : 'INVALID'];
  if (report.valid) {
    // What VALID alone does not say stands before any detail: nobody reads on after a good word.
    lines.push(
      `Of what people did, ${report.signed} actions are signed by their own keys, ${report.unsigned} are not.`,
    );
    if (report.nobodySigned)
      lines.push(
        '!!! WARNING: people acted, and NOT ONE action is signed by any of them. Whoever held this workstation’s key ' +
          'could have written all of this.',
      );
    if (!report.outsideVouches)
      lines.push(
        'Nobody outside this workstation vouches that this is the whole and only log (no --witness that signed it, no --known).',
      );
  }
  if (problem !== null) {
    const at = /^\d+$/.test(problem.at)
      ? `entry ${problem.at}`
      : /^\d+-\d+$/.test(problem.at)
        ? `entries ${problem.at}`
        : problem.at;
    lines.push(
      '',
      `First problem: ${problem.code} at ${at} (line ${problem.line} of the export).`,
      `  ${problem.words}`,
    );
    if (problem.more !== '') lines.push(`  ${problem.more}`);
  }
  if (log === null) return lines;
  lines.push(
    '',
    `Clinic       ${log.clinicId}`,
    `  identity   ${log.clinicIdentity}`,
    `  fingerprint  ${log.fingerprint}   ${log.compared ? '(the one you named)' : '(compare it with the clinic’s own)'}`,
    `Workstation  ${log.deviceId}`,
    `Exported     ${day(log.madeAt)}`,
    `Entries      ${entries.size} (${entries.carried} in full, ${entries.pruned} pruned, ${entries.leftOut} outside the range ${log.from}-${log.to})`,
  );
  const until = report.valid ? '' : ', up to the problem';
  lines.push('', `What the signatures prove${until}`, '', 'Checkpoints, by keys that each sign once:');
  lines.push(
    checkpoints.count === 0
      ? '  none'
      : `  ${counted(checkpoints.count, 'checkpoint')} over ${counted(checkpoints.size, 'entry', 'entries')}, ${day(checkpoints.first)} to ${day(checkpoints.last)}`,
  );
  for (const { number, size, reason, by } of checkpoints.anchors.slice(0, 50)) {
    if (reason === 'first') lines.push('  the chain begins with the workstation’s signature');
    else
      lines.push(
        `  a new chain begins at checkpoint ${number} (entry ${size}): ${shown(reason)}, acknowledged by ${by.slice(0, 20).map(shown).join(', ')}`,
      );
  }
  if (checkpoints.count > 0) {
    const later = checkpoints.anchors.length - 1;
    lines.push(
      later > 0
        ? `  ${counted(later, 'break')} in the chain of keys, all signed for`
        : '  the chain of keys is unbroken',
    );
    lines.push(`  head: ${checkpoints.size}:${checkpoints.root}`);
  }
  lines.push('', 'Witnesses:');
  if (witnesses.length === 0) lines.push('  none cosigned');
  for (const { name, trusted, checkpoints: count, size, time } of witnesses)
    lines.push(
      trusted
        ? `  ${shown(name)}: cosigned ${counted(count, 'checkpoint')}, the last over ${size} entries on ${day(time)}`
        : `  ${shown(name)}: ${counted(count, 'signature')} up to ${size} entries, not checked (no key given)`,
    );
  lines.push('', 'People, each by a key of their own:');
  if (users.length === 0) lines.push('  no entry of a person');
  for (const { name, signed: own, unsigned, unchecked, behind, places, morePlaces } of users) {
    const parts = [`${own} signed`];
    if (unchecked > 0) parts.push(`${unchecked} signed, but among entries that are not here`);
    if (behind > 0) parts.push(`${behind} not signed yet`);
    if (unsigned > 0) {
      const more = morePlaces > 0 ? ` and ${morePlaces} more places` : '';
      parts.push(`${unsigned} NOT signed (entries ${places.join(', ')}${more})`);
    }
    lines.push(`  ${shown(name)}: ${parts.join('; ')}`);
  }
  lines.push('', 'Prunes:');
  if (prunes.length === 0) lines.push('  nothing was pruned');
  for (const { id, below, removed, kept, admins, at, refused } of prunes)
    lines.push(
      refused === ''
        ? `  ${day(at)}: ${counted(removed, 'entry', 'entries')} below ${below} removed, ${kept} kept; agreed by ${admins.slice(0, 20).map(shown).join(' and ')} (request ${id})`
        : `  request ${id} does not count: ${refused}`,
    );
  lines.push('', 'Not proved:', ...report.notProved.map((one) => `  - ${one}`));
  return lines;
}

/** @param {string[]} args */
function parseArguments(args) {
  /** @type {{ witnesses: string[], known: { size: number, root: string }[], clinic?: string }} */
  const options = { witnesses: [], known: [] };
  let json = false;
  let path = '';
  for (let at = 0; at < args.length; at += 1) {
    const name = args[at] ?? '';
    if (name === '--json') json = true;
    else if (name === '--witness' || name === '--known' || name === '--clinic') {
      at += 1;
      const value = args[at];
      if (value === undefined) throw new TypeError(`${name} needs a value`);
      if (name === '--witness') options.witnesses.push(value);
      else if (name === '--clinic') options.clinic = value;
      else {
        const [, size, root = ''] = /^(\d{1,15}):(.+)$/.exec(value) ?? [];
        options.known.push({ size: size === undefined ? -1 : Number(size), root });
      }
    } else if (path === '' && (name === '-' || !name.startsWith('-'))) path = name;
    else throw new TypeError(`unknown option: ${name}`);
  }
  if (path === '') throw new TypeError('no bundle named');
  return { options, json, path };
}

/** @param {string[]} args @returns {Promise<number>} the exit code */
async function main(args) {
  if (args.includes('--help')) {
    process.stdout.write(help);
    return 0;
  }
  /** @type {Report} */
  let report;
  let json = false;
  try {
    const parsed = parseArguments(args);
    json = parsed.json;
    report = await verifyBundle(bytesFrom(parsed.path), parsed.options);
  } catch (error) {
    process.stderr.write(`carekeep-verify: ${plain(error instanceof Error ? error.message : 'cannot be read')}\n`);
    if (error instanceof TypeError) process.stderr.write(`\n${help}`);
    return error instanceof Problem ? 1 : 2;
  }
  process.stdout.write(
    json
      ? `${plainJson(report)}\n`
      : `${inWords(report)
          .map((line) => plain(line))
          .join('\n')}\n`,
  );
  if (report.problem?.code === 'not-a-bundle') return 2;
  return report.valid ? 0 : 1;
}

const started = process.argv[1];
if (started !== undefined && realpathSync(started) === realpathSync(fileURLToPath(import.meta.url)))
  process.exitCode = await main(process.argv.slice(2));
