/** Prunings that nobody agreed to, and real ones that somebody stretches: rows, requests, bits, and entries that go. */
import { encodeEntry } from '../../../src-main/core/audit/entry.ts';
import { KeptSet } from '../../../src-main/core/audit/prune/kept.ts';
import { generateEd25519, sign } from '../../../src-main/core/crypto/ed25519.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { tileSize } from '../../../src-main/core/store/tiles.ts';
import { requestBytes, signatureBy } from '../../../src-main/core/vault/request.ts';
import type { SignedRequest } from '../../../src-main/core/vault/roster-entry.ts';
import { uuid } from '../imports/samples.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { forged, read } from './entries.ts';
import type { Prunable } from './prunable.ts';

export type Fake = {
  readonly name: string;
  /** Which log it is tried on. */
  readonly on: 'whole' | 'pruned';
  /** @returns numbers of which the first thing wrong must be one */
  readonly play: (store: Store, prunable: Prunable, random: Prng) => readonly number[];
};

type Row = { id: string; request: string; below: number; kept_bits: Buffer; seq: number; done_to: number };

const rowOf = (store: Store): Row => {
  const row = store.sql<[], Row>('select * from audit_prune').get();
  hold(row !== undefined, 'nothing was pruned');
  return row;
};
const numbersBelow = (store: Store, below: number): number[] =>
  store
    .sql<[number], { seq: number }>('select seq from audit_entry where seq < ? order by seq')
    .all(below)
    .map(({ seq }) => seq);
const drop = (store: Store, seq: number): void =>
  void store.sql<[number]>('delete from audit_entry where seq = ?').run(seq);
const entryOf = (store: Store, seq: number): Buffer => {
  const row = store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq = ?').get(seq);
  hold(row !== undefined, 'an entry is not there');
  return row.entry;
};
const lastOf = (store: Store): number =>
  store.sql<[], { seq: number }>('select max(seq) seq from audit_entry').get()?.seq ?? 0;

/** First number below that is not there. */
function firstGone(store: Store, below: number): number {
  const there = new Set(numbersBelow(store, below));
  for (let seq = 0; seq < below; seq += 1) if (!there.has(seq)) return seq;
  return below;
}

/** Changes the row of what was pruned. */
const rewrite = (store: Store, change: Partial<Row>): void => {
  const row = { ...rowOf(store), ...change };
  store.sql<[]>('delete from audit_prune').run();
  store
    .sql<unknown[]>('insert into audit_prune (id, request, below, kept_bits, seq, done_to) values (?, ?, ?, ?, ?, ?)')
    .run(row.id, row.request, row.below, row.kept_bits, row.seq, row.done_to);
};

/** A row, its entry behind the last checkpoint, and entries that go by it. */
function faked(store: Store, request: SignedRequest, random: Prng, kept: KeptSet): readonly number[] {
  const { subject } = request.body;
  hold(subject.kind === 'audit-prune', 'another request');
  const seq = lastOf(store) + 1;
  const like = read(entryOf(store, seq - 1));
  const admin = request.signatures[0]?.by ?? like.agent.user;
  const entry = {
    ...read(forged(entryOf(store, seq - 1), seq, random)),
    action: 'D' as const,
    agent: { ...like.agent, user: admin },
    type: 'audit.pruned' as const,
    patient: null,
    entity: [],
    detail: {
      below: subject.below,
      kept: subject.kept,
      keptDigest: subject.keptDigest,
      request: request.body.id,
      roster: 3,
    },
  };
  store
    .sql<[number, Buffer]>('insert into audit_entry (seq, entry, lamport) values (?, ?, 1)')
    .run(seq, encodeEntry(entry));
  store
    .sql<unknown[]>('insert into audit_prune (id, request, below, kept_bits, seq, done_to) values (?, ?, ?, ?, ?, ?)')
    .run(request.body.id, JSON.stringify(request), subject.below, kept.bits, seq, subject.below);
  for (const at of numbersBelow(store, subject.below)) if (!kept.has(at)) drop(store, at);
  return [seq, firstGone(store, subject.below)];
}

/** Everything below goes but a few. */
function greedy(below: number, random: Prng): KeptSet {
  const kept = new KeptSet(below);
  for (let left = random.between(0, 5); left > 0; left -= 1) kept.add(random.below(below));
  return kept;
}

/** A request for what the insider wants, under the names of the admins. */
function invented({ request }: Prunable, kept: KeptSet, random: Prng, keep: boolean): SignedRequest {
  const { subject } = request.body;
  hold(subject.kind === 'audit-prune', 'another request');
  const wanted = { ...subject, below: kept.below, kept: kept.count, keptDigest: kept.digest().toString('base64') };
  const body = { ...request.body, id: uuid(random), subject: wanted };
  if (keep) return { body, signatures: request.signatures };
  const { privateKey } = generateEd25519();
  const signatures = request.signatures.map(({ by }) =>
    signatureBy({ by, sign: (message) => sign(privateKey, message) }, requestBytes(body)),
  );
  return { body, signatures };
}

/** The row's request, changed. */
const withRequest =
  (change: (request: SignedRequest, random: Prng) => unknown): Fake['play'] =>
  (store, { request }, random) => {
    rewrite(store, { request: JSON.stringify(change(request, random)) });
    return [rowOf(store).seq, firstGone(store, rowOf(store).below)];
  };

export const fakes: readonly Fake[] = [
  {
    name: 'entries gone, no row',
    on: 'whole',
    play: (store, { subject }, random) => {
      const [first, ...others] = random
        .shuffled(numbersBelow(store, subject.below))
        .slice(0, random.between(1, 40))
        .sort((a, b) => a - b);
      hold(first !== undefined, 'no entries');
      for (const seq of [first, ...others]) drop(store, seq);
      return [first];
    },
  },
  {
    name: 'a request signed by keys that are nobody’s',
    on: 'whole',
    play: (store, prunable, random) => {
      const kept = greedy(tileSize * random.between(1, 3), random);
      return faked(store, invented(prunable, kept, random, false), random, kept);
    },
  },
  {
    name: 'the signatures of another request',
    on: 'whole',
    play: (store, prunable, random) => {
      const kept = greedy(tileSize * random.between(1, 3), random);
      return faked(store, invented(prunable, kept, random, true), random, kept);
    },
  },
  {
    name: 'what was agreed to, carried out by nobody',
    on: 'whole',
    play: (store, prunable, random) => {
      const { below } = prunable.subject;
      return faked(store, prunable.request, random, new KeptSet(below, Buffer.from(prunable.keptBits)));
    },
  },
  {
    name: 'no signature of the second admin',
    on: 'pruned',
    play: withRequest((request) => ({ ...request, signatures: request.signatures.slice(0, 1) })),
  },
  {
    name: 'one admin twice',
    on: 'pruned',
    play: withRequest((request) => ({ ...request, signatures: request.signatures.map(() => request.signatures[0]) })),
  },
  {
    name: 'another body',
    on: 'pruned',
    play: withRequest((request, random) => {
      const { body } = request;
      const change = random.pick([
        { at: body.at + 1 },
        { expiresAt: body.expiresAt + 1 },
        { clinicId: uuid(random) },
        { subject: { ...body.subject, before: body.at } },
      ]);
      return { ...request, body: { ...body, ...change } };
    }),
  },
  {
    name: 'one more entry gone, and its bit',
    on: 'pruned',
    play: (store, _prunable, random) => {
      const { below, kept_bits, seq } = rowOf(store);
      const gone = random.pick(numbersBelow(store, below));
      const bits = Buffer.from(kept_bits);
      bits[Math.floor(gone / 8)] = (bits[Math.floor(gone / 8)] ?? 0) & ~(1 << (gone % 8));
      rewrite(store, { kept_bits: bits });
      drop(store, gone);
      return [seq, gone, firstGone(store, below)];
    },
  },
  {
    name: 'one more entry gone, and its bit to another',
    on: 'pruned',
    play: (store, { subject }, random) => {
      const { below, kept_bits, seq } = rowOf(store);
      const gone = random.pick(numbersBelow(store, below));
      const kept = new KeptSet(below, Buffer.from(kept_bits));
      const free = Array.from({ length: below }, (_, at) => at).find((at) => !kept.has(at)) ?? 0;
      kept.add(free);
      kept.bits[Math.floor(gone / 8)] = (kept.bits[Math.floor(gone / 8)] ?? 0) & ~(1 << (gone % 8));
      hold(kept.count === subject.kept, 'another count');
      rewrite(store, { kept_bits: kept.bits });
      drop(store, gone);
      return [seq, gone, firstGone(store, below)];
    },
  },
  {
    name: 'a kept entry gone',
    on: 'pruned',
    play: (store, _prunable, random) => {
      const gone = random.pick(numbersBelow(store, rowOf(store).below));
      drop(store, gone);
      return [gone];
    },
  },
  {
    name: 'stretched by a tile',
    on: 'pruned',
    play: (store, _prunable, random) => {
      const { below, kept_bits, seq } = rowOf(store);
      const to = below + tileSize;
      const kept = new KeptSet(to, Buffer.concat([kept_bits, Buffer.alloc(tileSize / 8)]));
      const there = numbersBelow(store, to).filter((at) => at >= below);
      for (const at of there) if (random.chance(0.2) || at === seq) kept.add(at);
      for (const at of there) if (!kept.has(at)) drop(store, at);
      rewrite(store, { below: to, kept_bits: kept.bits, done_to: to });
      return [seq, firstGone(store, to), there.find((at) => !kept.has(at)) ?? seq];
    },
  },
  {
    name: 'another entry in place of one that went',
    on: 'pruned',
    play: (store, _prunable, random) => {
      const gone = firstGone(store, rowOf(store).below);
      const entry = forged(entryOf(store, lastOf(store)), gone, random);
      store.sql<[number, Buffer]>('insert into audit_entry (seq, entry, lamport) values (?, ?, 1)').run(gone, entry);
      return [gone];
    },
  },
  {
    name: 'the row gone',
    on: 'pruned',
    play: (store) => {
      const { below } = rowOf(store);
      store.sql<[]>('delete from audit_prune').run();
      return [firstGone(store, below)];
    },
  },
  {
    name: 'the row says that it never began',
    on: 'pruned',
    play: (store) => {
      rewrite(store, { done_to: 0 });
      return [firstGone(store, rowOf(store).below)];
    },
  },
  {
    name: 'the row names another entry',
    on: 'pruned',
    play: (store, _prunable, random) => {
      const { seq, below } = rowOf(store);
      const other = random.between(below, seq - 1);
      rewrite(store, { seq: other });
      return [other, firstGone(store, below)];
    },
  },
  {
    name: 'its entry says something else',
    on: 'pruned',
    play: (store) => {
      const { seq } = rowOf(store);
      const entry = read(entryOf(store, seq));
      const roster = Number(entry.detail['roster']);
      const changed = encodeEntry({ ...entry, detail: { ...entry.detail, roster: roster - 1 } });
      store.sql<[Buffer, number]>('update audit_entry set entry = ? where seq = ?').run(changed, seq);
      return [seq, firstGone(store, rowOf(store).below)];
    },
  },
  {
    name: 'once more under another name',
    on: 'pruned',
    play: (store, _prunable, random) => {
      const row = rowOf(store);
      const below = row.below;
      store
        .sql<unknown[]>(
          'insert into audit_prune (id, request, below, kept_bits, seq, done_to) values (?, ?, ?, ?, ?, ?)',
        )
        .run(uuid(random), row.request, below, Buffer.alloc(below / 8), row.seq, below);
      const gone = random.pick(numbersBelow(store, below));
      drop(store, gone);
      return [row.seq, gone];
    },
  },
];
