/**
 * A log and its export, made from docs/protocols/ alone: no line of the application is used. That the verifier takes
 * what is made here is a check of the documents too.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Json, jcs } from './canonical-json.ts';

export const sha = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const node = (left: Uint8Array, right: Uint8Array): Buffer => sha(Buffer.of(1), left, right);
export const leafOf = (text: string): Buffer => sha(Buffer.of(0, 1), text);

/** RFC 6962 §2.1, as it is defined: split at the largest power of two. */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  const [first, ...others] = leaves;
  if (first === undefined) return sha();
  if (others.length === 0) return first;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return node(rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

export type Pair = { readonly secret: KeyObject; readonly open: string };
export function newPair(): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    secret: privateKey,
    open: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64'),
  };
}
export const signature = (pair: Pair, ...parts: readonly (string | Uint8Array)[]): string =>
  sign(null, Buffer.concat(parts.map((part) => Buffer.from(part))), pair.secret).toString('base64');

export const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const day = 24 * 60 * 60 * 1000;

export type Session = {
  readonly id: string;
  readonly user: string;
  readonly pair: Pair;
  readonly certificate: string;
  readonly signature: string;
};
export type Entry = { [name: string]: Json };
export type Checkpoint = {
  size: number;
  text: string;
  lines: string[];
  actions: string;
  certificates: { certificate: string; signature: string }[];
};
export type Witness = { readonly name: string; readonly pair: Pair; readonly vkey: string };

const keyId = (name: string, type: number, open: string): Buffer =>
  sha(name, Buffer.of(10, type), Buffer.from(open, 'base64')).subarray(0, 4);

export function newWitness(name: string): Witness {
  const pair = newPair();
  const key = Buffer.concat([Buffer.of(4), Buffer.from(pair.open, 'base64')]).toString('base64');
  return { name, pair, vkey: `${name}+${keyId(name, 4, pair.open).toString('hex')}+${key}` };
}

export class MadeLog {
  readonly clinicId = uuid(1);
  readonly deviceId: string;
  readonly origin: string;
  readonly identity = newPair();
  readonly device = newPair();
  readonly people = new Map<string, Pair>();
  readonly roster: { body: Entry; signatures: Json[] }[] = [];
  /** The JSON of each entry; null for one that was taken away. */
  readonly entries: (string | null)[] = [];
  readonly leaves: Buffer[] = [];
  readonly checkpoints: Checkpoint[] = [];
  readonly prunes: { line: Entry; gone: ReadonlySet<number> }[] = [];
  readonly witnesses: Witness[] = [];
  /** What a one-time key's holder could still do. */
  oneTime = newPair();
  now = Date.UTC(2025, 0, 1);
  #sessions = new Map<string, Session>();

  constructor(deviceId = uuid(2)) {
    this.deviceId = deviceId;
    this.origin = `carekeep.audit/${this.clinicId}/${deviceId}`;
    const changes: Json[] = [{ kind: 'recovery-set', x25519: newPair().open }];
    for (const [number, name] of ['Lena Hof', 'Juan Rey'].entries())
      changes.push(this.newUser(10 + number, name, 'admin'));
    changes.push(this.newUser(12, 'Ann Ode', 'practitioner'));
    changes.push({ kind: 'device-added', deviceId, name: 'Room 2', ed25519: this.device.open, tls: 'AAAA' });
    this.addRoster(changes, [['clinic', this.identity]]);
  }

  get admin(): string {
    return uuid(10);
  }
  get otherAdmin(): string {
    return uuid(11);
  }
  get practitioner(): string {
    return uuid(12);
  }

  pairOf(user: string): Pair {
    const pair = this.people.get(user);
    if (pair === undefined) throw new Error('nobody');
    return pair;
  }

  newUser(number: number, displayName: string, role: string): Json {
    const pair = newPair();
    this.people.set(uuid(number), pair);
    const userName = displayName.toLowerCase().replace(' ', '.');
    return {
      kind: 'user-added',
      userId: uuid(number),
      userName,
      displayName,
      roles: [role],
      ed25519: pair.open,
      x25519: newPair().open,
    };
  }

  addRoster(changes: readonly Json[], signers: readonly (readonly [string, Pair])[], request?: Json): void {
    const last = this.roster.at(-1);
    const body: Entry = {
      version: 2,
      clinicId: this.clinicId,
      seq: this.roster.length,
      previous: (last ? sha('carekeep/v1/roster/entry\0', jcs(last.body)) : Buffer.alloc(32)).toString('base64'),
      at: this.now,
      changes: [...changes],
      ...(request !== undefined && { request }),
    };
    const signatures = signers.map(([by, pair]) => ({
      by,
      algorithm: 'ed25519',
      signature: signature(pair, 'carekeep/v1/roster/signature\0', jcs(body)),
    }));
    this.roster.push({ body, signatures });
  }

  signIn(user: string, pair = this.pairOf(user)): Session {
    const own = newPair();
    const id = uuid(1000 + this.#sessions.size);
    const certificate = jcs({
      version: 1,
      origin: this.origin,
      session: id,
      user,
      publicKey: own.open,
      at: this.now,
      roster: this.roster.length,
    });
    const session = {
      id,
      user,
      pair: own,
      certificate,
      signature: signature(pair, 'carekeep/v1/audit/session\0', certificate),
    };
    this.#sessions.set(id, session);
    return session;
  }

  entry(session: Session | null, type = 'chart.read', more: Entry = {}): Entry {
    this.now += 1000;
    return {
      action: 'R',
      agent: {
        roles: session === null ? [] : ['practitioner'],
        session: session?.id ?? null,
        user: session?.user ?? null,
      },
      detail: {},
      device: this.deviceId,
      entity: [],
      origin: 'screen',
      outcome: 0,
      patient: null,
      purpose: 'TREAT',
      recorded: this.now,
      seq: this.entries.length,
      type,
      ...more,
    };
  }

  append(session: Session | null, type = 'chart.read', more: Entry = {}): number {
    const text = jcs(this.entry(session, type, more));
    this.entries.push(text);
    this.leaves.push(leafOf(text));
    return this.entries.length - 1;
  }

  /** Signs everything up to here. @param by sessions whose key is at hand; all unless said */
  checkpoint(anchor: 'key-lost' | 'rolled-back' | null = null, by?: ReadonlySet<string>): Checkpoint {
    const number = this.checkpoints.length;
    const before = this.checkpoints.at(-1);
    const from = before?.size ?? 0;
    const size = this.entries.length;
    const bySession = new Map<string, Buffer[]>();
    for (let seq = from; seq < size; seq += 1) {
      const session = /"session":"([^"]+)"/.exec(this.entries[seq] ?? '')?.[1];
      const leaf = this.leaves[seq];
      if (session === undefined || leaf === undefined || (by && !by.has(session))) continue;
      bySession.set(session, [...(bySession.get(session) ?? []), leaf]);
    }
    const certificates: Checkpoint['certificates'] = [];
    const begins = number === 0 ? 'first' : anchor;
    const key = anchor === null ? this.oneTime : newPair();
    const next = newPair();
    this.oneTime = next;
    const above = [
      this.origin,
      size,
      rootOf(this.leaves).toString('base64'),
      `number ${number}`,
      `time ${this.now}`,
      `previous ${(before ? sha(before.text) : Buffer.alloc(32)).toString('base64')}`,
      `key ${key.open}`,
      `next ${next.open}`,
    ];
    const below = [...(begins === null ? [] : [`anchor ${begins}`]), ''];
    const head = sha([...above, ...below].join('\n')).toString('base64');
    const actions = [...bySession.keys()].sort().map((id) => {
      const session = this.#sessions.get(id);
      if (session === undefined) throw new Error('no session');
      const leaves = bySession.get(id) ?? [];
      certificates.push({ certificate: session.certificate, signature: session.signature });
      const action = {
        certificate: sha(session.certificate).toString('base64'),
        count: leaves.length,
        digest: sha(...leaves).toString('base64'),
        from,
        head,
        session: id,
        to: size,
      };
      return { action, signature: signature(session.pair, `carekeep/v1/audit/actions\0${this.origin}\0`, jcs(action)) };
    });
    const text = [...above, `actions ${sha(jcs(actions)).toString('base64')}`, ...below].join('\n');
    const lines = [this.noteLine(text, this.origin, key)];
    if (begins !== null) lines.push(this.noteLine(text, `${this.origin}/device`, this.device));
    for (const witness of this.witnesses) lines.push(this.cosignature(text, witness));
    const made = { size, text, lines, actions: jcs(actions), certificates };
    this.checkpoints.push(made);
    return made;
  }

  noteLine(text: string, name: string, pair: Pair): string {
    const bytes = Buffer.concat([keyId(name, 1, pair.open), Buffer.from(signature(pair, text), 'base64')]);
    return `— ${name} ${bytes.toString('base64')}`;
  }

  cosignature(text: string, { name, pair }: Witness): string {
    const seconds = Math.floor(this.now / 1000);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(seconds));
    const own = Buffer.from(signature(pair, `cosignature/v1\ntime ${seconds}\n${text}`), 'base64');
    return `— ${name} ${Buffer.concat([keyId(name, 4, pair.open), time, own]).toString('base64')}`;
  }

  /** Takes entries below a number away, as admins agreed. @param kept numbers that stay */
  prune(
    below: number,
    kept: readonly number[],
    session: Session,
    signers: readonly string[],
    id = uuid(500 + this.prunes.length),
  ): void {
    const stays = new Set(kept);
    const gone = new Set<number>();
    for (let seq = 0; seq < below; seq += 1) if (!stays.has(seq) && this.entries[seq] !== null) gone.add(seq);
    const numbers = kept.map((seq) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(seq));
      return bytes;
    });
    const keptDigest = sha(...numbers).toString('base64');
    const at = this.now + 1000;
    const body = {
      version: 1,
      clinicId: this.clinicId,
      id,
      subject: {
        kind: 'audit-prune',
        deviceId: this.deviceId,
        before: at - 4 * 365 * day,
        below,
        kept: kept.length,
        keptDigest,
      },
      at: at - 5000,
      expiresAt: at + day,
    };
    const signatures = signers.map((by) => ({
      by,
      algorithm: 'ed25519',
      signature: signature(this.pairOf(by), 'carekeep/v1/request/signature\0', jcs(body)),
    }));
    const roster = this.roster.length;
    const detail = { request: id, below, kept: kept.length, keptDigest, roster };
    const seq = this.append(session, 'audit.pruned', { detail });
    this.prunes.push({
      line: { at, kind: 'prune', request: { body, signatures }, roster, seq, user: session.user },
      gone,
    });
    for (const one of gone) this.entries[one] = null;
  }

  /**
   * The export, line by line.
   * @param range entries outside it go as hashes
   * @param tiled how far the tiles go: to the last checkpoint unless said
   */
  lines(
    range: { readonly from: number; readonly to: number } = { from: 0, to: this.entries.length },
    tiled = this.checkpoints.at(-1)?.size ?? 0,
  ): string[] {
    const size = this.entries.length;
    const lines: string[] = [];
    lines.push(
      jcs({
        kind: 'header',
        format: 'carekeep-audit-export',
        version: 1,
        origin: this.origin,
        clinicId: this.clinicId,
        clinicIdentity: this.identity.open,
        deviceId: this.deviceId,
        size,
        ...range,
        madeAt: this.now,
      }),
    );
    for (const entry of this.roster) lines.push(jcs({ kind: 'roster', entry }));
    for (const { line } of this.prunes) lines.push(jcs(line));
    let next = 0;
    const sign = (at: number) => {
      for (; this.checkpoints[next]?.size === at; next += 1) {
        const { text, lines: signatures, actions, certificates } = this.checkpoints[next] ?? this.checkpoint();
        lines.push(jcs({ kind: 'checkpoint', note: `${text}\n${signatures.join('\n')}\n`, actions, certificates }));
      }
    };
    let run: { from: number; prune: string | undefined; hashes: Buffer[] } | null = null;
    const flush = () => {
      if (run === null) return;
      const { from, prune, hashes } = run;
      lines.push(
        jcs({
          kind: 'leaves',
          from,
          hashes: Buffer.concat(hashes).toString('base64'),
          ...(prune !== undefined && { prune }),
        }),
      );
      run = null;
    };
    for (let seq = 0; seq < size; seq += 1) {
      if (seq % 256 === 0 || this.checkpoints[next]?.size === seq) flush();
      sign(seq);
      for (const [level, number, hashes] of this.#tilesAt(seq, tiled))
        lines.push(jcs({ kind: 'tile', level, number, hashes: Buffer.concat(hashes).toString('base64') }));
      const text = this.entries[seq] ?? null;
      const inRange = seq >= range.from && seq < range.to;
      if (text !== null && inRange) {
        flush();
        lines.push(
          jcs({ kind: 'entry', seq, entry: Buffer.concat([Buffer.of(1), Buffer.from(text)]).toString('base64') }),
        );
        continue;
      }
      const by = this.prunes.find(({ gone }) => gone.has(seq))?.line;
      const prune = by && /"id":"([^"]+)"/.exec(jcs(by))?.[1];
      if (run !== null && run.prune !== prune) flush();
      run ??= { from: seq, prune, hashes: [] };
      run.hashes.push(this.leaves[seq] ?? Buffer.alloc(32));
    }
    flush();
    sign(size);
    lines.push(jcs({ kind: 'end', lines: lines.length + 1 }));
    return lines;
  }

  *#tilesAt(seq: number, size: number): Generator<[number, number, readonly Buffer[]]> {
    for (let level = 3; level >= 0; level -= 1) {
      const span = 256 ** (level + 1);
      const each = 256 ** level;
      if (seq % span !== 0) continue;
      const hashes: Buffer[] = [];
      for (let at = seq; at + each <= Math.min(size, seq + span); at += each)
        hashes.push(rootOf(this.leaves.slice(at, at + each)));
      if (hashes.length > 0) yield [level, seq / span, hashes];
    }
  }
}

/** A log of some sessions, with a checkpoint every `every` entries. */
export function madeLog(entries: number, every = 64, deviceId = uuid(2)): MadeLog {
  const log = new MadeLog(deviceId);
  log.witnesses.push(newWitness('witness.example'));
  const sessions = [log.signIn(log.admin), log.signIn(log.practitioner)];
  for (let seq = 0; seq < entries; seq += 1) {
    log.append(seq % 9 === 0 ? null : (sessions[seq % 2] ?? null));
    if ((seq + 1) % every === 0) log.checkpoint();
  }
  return log;
}
