/** Update repositories for tests, made by hand: any keys, any versions, any dates, any lies; independent of `release`. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { TargetCustom } from '../../../src-shared/updates/target.ts';

export type Role = 'root' | 'timestamp' | 'snapshot' | 'targets';
export const roles: readonly Role[] = ['root', 'timestamp', 'snapshot', 'targets'];
export type Json = Record<string, unknown>;
export type Files = Map<string, Buffer>;

export const sha512 = (bytes: Buffer): string => createHash('sha512').update(bytes).digest('hex');
export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** What TUF signs: canonical JSON of OLPC, which leaves control characters as they are. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return `"${value.replace(/[\\"]/g, '\\$&')}"`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${canonical(name)}:${canonical(member)}`).join(',')}}`;
}
const canonicalBytes = (value: unknown): Buffer => Buffer.from(canonical(value));

export type TestKey = {
  readonly id: string;
  readonly tuf: Json;
  signature(signed: unknown): { keyid: string; sig: string };
};

export function testKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const half = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const tuf = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: half } };
  const id = sha256(canonicalBytes(tuf));
  return {
    id,
    tuf,
    signature: (signed) => ({ keyid: id, sig: sign(null, canonicalBytes(signed), privateKey).toString('hex') }),
  };
}

export type Trusted = Record<Role, { keys: readonly TestKey[]; threshold: number }>;

export function testKeys(): Trusted {
  const made = (count: number) => Array.from({ length: count }, testKey);
  return {
    root: { keys: made(3), threshold: 2 },
    targets: { keys: made(3), threshold: 2 },
    snapshot: { keys: made(1), threshold: 1 },
    timestamp: { keys: made(1), threshold: 1 },
  };
}

export const day = 86_400_000;
const lifetime: Record<Role, number> = { root: 365, targets: 90, snapshot: 14, timestamp: 3 };
export const instant = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** A file of metadata: `signed` under the signatures of `keys`. */
export function signedBy(signed: Json, keys: readonly TestKey[]): Buffer {
  return Buffer.from(JSON.stringify({ signatures: keys.map((key) => key.signature(signed)), signed }));
}

const describe = (bytes: Buffer, version: number): Json => ({
  version,
  length: bytes.length,
  hashes: { sha512: sha512(bytes) },
});

export function custom(version: string, more: Partial<TargetCustom> = {}): TargetCustom {
  return {
    format: 1,
    product: 'carekeep',
    version,
    platform: 'linux',
    arch: 'x64',
    channel: 'stable',
    package: 'deb',
    rings: { pilot: 100, everyone: 100 },
    minimumVersion: '0.0.1',
    notes: { en: 'Better.', de: 'Besser.', fr: 'Mieux.', es: 'Mejor.' },
    released: Date.now() - day,
    ...more,
  };
}

export type Version = Record<'timestamp' | 'snapshot' | 'targets', number>;
export type Publishing = {
  readonly expires?: Partial<Record<Role, number>>;
  /** Changes a role's signed part before it is signed. */
  readonly change?: Partial<Record<Role, (signed: Json) => Json>>;
  /** Who signs instead of the role's keys. */
  readonly signers?: Partial<Record<Role, readonly TestKey[]>>;
};

/** A repository in memory; `files` is what a source serves. */
export class TestRepository {
  trusted: Trusted;
  files: Files = new Map();
  targets: Record<string, Json> = {};
  rootVersion = 0;
  version: Version = { timestamp: 0, snapshot: 0, targets: 0 };
  now: number;
  /** Who signed the newest root, and so must sign the next. */
  #rootKeys: readonly TestKey[];

  constructor(trusted: Trusted = testKeys(), now = Date.now()) {
    this.trusted = trusted;
    this.now = now;
    this.#rootKeys = trusted.root.keys.slice(0, trusted.root.threshold);
    this.root();
  }

  /** Another one with the same keys and files, to lie with. */
  fork(): TestRepository {
    const other = new TestRepository(this.trusted, this.now);
    Object.assign(other, { rootVersion: this.rootVersion, version: { ...this.version } });
    other.files = new Map(this.files);
    other.targets = structuredClone(this.targets);
    other.#rootKeys = this.#rootKeys;
    return other;
  }

  get anchor(): Buffer {
    return this.file('metadata/1.root.json');
  }

  file(path: string): Buffer {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new Error(`no ${path}`);
    return bytes;
  }

  /** The path of the file that a role has now. */
  pathOf(role: Role): string {
    if (role === 'timestamp') return 'metadata/timestamp.json';
    return `metadata/${role === 'root' ? this.rootVersion : this.version[role]}.${role}.json`;
  }

  signedRoot(version: number, more: Json = {}): Json {
    const entries = roles.map((role) => {
      const { keys, threshold } = this.trusted[role];
      return [role, { keyids: keys.map(({ id }) => id), threshold }] as const;
    });
    const keys = roles.flatMap((role) => this.trusted[role].keys.map(({ id, tuf }) => [id, tuf] as const));
    return {
      ...this.#common('root', version),
      consistent_snapshot: true,
      keys: Object.fromEntries(keys),
      roles: Object.fromEntries(entries),
      ...more,
    };
  }

  /** The next root, signed by those who signed the last and by those whom it names. */
  root({ expires, change, signers }: Publishing = {}): void {
    this.rootVersion += 1;
    const own = this.trusted.root.keys.slice(0, this.trusted.root.threshold);
    const both = [...new Map([...this.#rootKeys, ...own].map((key) => [key.id, key])).values()];
    let signed = this.signedRoot(this.rootVersion);
    if (expires?.root !== undefined) signed = { ...signed, expires: instant(expires.root) };
    signed = change?.root?.(signed) ?? signed;
    this.files.set(`metadata/${this.rootVersion}.root.json`, signedBy(signed, signers?.root ?? both));
    this.#rootKeys = own;
  }

  /** A root in which these roles have new keys. */
  rotate(...which: readonly Role[]): void {
    const fresh = testKeys();
    this.trusted = { ...this.trusted, ...Object.fromEntries(which.map((role) => [role, fresh[role]])) };
    this.root();
  }

  /** Adds a package; `publish` makes it known. @returns its target path */
  add(about: TargetCustom, bytes: Buffer, file = `carekeep_${about.version}.deb`, more: Json = {}): string {
    const path = `${about.channel}/${about.platform}/${about.arch}/${file}`;
    this.list(path, bytes, { custom: about, ...more });
    return path;
  }

  /** Lists bytes under any path, with anything said about them. */
  list(path: string, bytes: Buffer, more: Json): void {
    this.targets[path] = { length: bytes.length, hashes: { sha512: sha512(bytes) }, ...more };
    const parts = path.split('/');
    const file = parts.pop() ?? '';
    this.files.set(['targets', ...parts, `${sha512(bytes)}.${file}`].join('/'), bytes);
  }

  /** New targets, snapshot and timestamp. */
  publish(how: Publishing = {}): void {
    this.version = {
      timestamp: this.version.timestamp,
      snapshot: this.version.snapshot,
      targets: this.version.targets + 1,
    };
    this.#put('targets', { targets: structuredClone(this.targets) }, how);
    this.republish(how);
  }

  /** New snapshot and timestamp over the targets that are there. */
  republish(how: Publishing = {}): void {
    this.version.snapshot += 1;
    const meta = { 'targets.json': describe(this.file(this.pathOf('targets')), this.version.targets) };
    this.#put('snapshot', { meta }, how);
    this.stamp(how);
  }

  /** A new timestamp over the snapshot that is there. */
  stamp(how: Publishing = {}): void {
    this.version.timestamp += 1;
    const meta = { 'snapshot.json': describe(this.file(this.pathOf('snapshot')), this.version.snapshot) };
    this.#put('timestamp', { meta }, how);
  }

  #common(role: Role, version: number): Json {
    return { _type: role, spec_version: '1.0.34', version, expires: instant(this.now + lifetime[role] * day) };
  }

  #put(role: 'timestamp' | 'snapshot' | 'targets', body: Json, { expires, change, signers }: Publishing): void {
    let signed: Json = { ...this.#common(role, this.version[role]), ...body };
    const until = expires?.[role];
    if (until !== undefined) signed = { ...signed, expires: instant(until) };
    signed = change?.[role]?.(signed) ?? signed;
    const { keys, threshold } = this.trusted[role];
    this.files.set(this.pathOf(role), signedBy(signed, signers?.[role] ?? keys.slice(0, threshold)));
  }
}

/** Writes the files as a folder. */
export function writeFolder(files: Files, folder: string): void {
  for (const [path, bytes] of files) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, bytes);
  }
}

/** Writes the files as a bundle. */
export async function writeBundle(files: Files, path: string, compress = false): Promise<void> {
  const zip = new ZipFile();
  for (const [name, bytes] of files) zip.addBuffer(bytes, name, { compress });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}
