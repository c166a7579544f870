/** The viewer's index against a plain scan: any log, any filter, however much of it is indexed, pruned or damaged. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type CountField, countEntries, countIndexed } from '../../../src-main/core/audit/counts.ts';
import { type AuditEntry, decodeEntry } from '../../../src-main/core/audit/entry.ts';
import { everything, type LogFilter, type LogTerm, matches } from '../../../src-main/core/audit/filters.ts';
import { followLog, forgetEntries, forgetIndex, indexSlice, localDay } from '../../../src-main/core/audit/indexer.ts';
import { lastSignIns } from '../../../src-main/core/audit/last-sign-ins.ts';
import { readPage } from '../../../src-main/core/audit/page.ts';
import { canonicalBytes } from '../../../src-main/core/crypto/canonical.ts';
import { followedTo } from '../../../src-main/core/store/indexed.ts';
import { closeStore, type Store } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { type AuditCode, auditEvents, auditKinds } from '../../../src-shared/contract/audit-events.ts';
import { fresh, type Place, place } from '../store/clinic.ts';

const hour = 3_600_000;
const start = new Date(2026, 2, 20, 7).getTime();
const events: readonly AuditCode[] = ['chart.read', 'user.signed-in', 'audit.read', 'access.denied', 'note.signed'];
const people = ['u0', 'u1', 'u2', 'u3'];
const patients = ['p0', 'p1', 'p2'];

let at: Place;
let store: Store;
before(() => {
  at = place();
  store = fresh(at);
  // The log as such is tested elsewhere: here any entries are put into the table.
  store.db.exec('drop trigger entry_stays; drop trigger entry_is_pruned_only');
});
after(() => {
  closeStore(store);
  at.remove();
});

type Line = Pick<AuditEntry, 'type' | 'recorded' | 'outcome' | 'patient' | 'device' | 'purpose' | 'origin'> & {
  readonly user: string | null;
  readonly state: 'whole' | 'damaged' | 'missing';
};

const line: fc.Arbitrary<Line> = fc.record({
  type: fc.constantFrom(...events),
  // a clock that mostly goes on and now and then jumps
  recorded: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 300 }).map((n) => start + n * hour) },
    { weight: 1, arbitrary: fc.constantFrom(0, start - 400 * 24 * hour, 8_700_000_000_000_000) },
  ),
  outcome: fc.constantFrom<(0 | 4 | 8)[]>(0, 4, 8),
  user: fc.constantFrom(...people, null),
  patient: fc.constantFrom(...patients, null),
  device: fc.constantFrom('d0', 'd1'),
  purpose: fc.constantFrom('TREAT', ''),
  origin: fc.constantFrom<('screen' | 'ctl')[]>('screen', 'ctl'),
  state: fc.constantFrom<Line['state'][]>('whole', 'whole', 'whole', 'whole', 'damaged', 'missing'),
});
const or = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 });
const instant = fc.integer({ min: -5, max: 320 * 4 }).map((n) => Math.max(0, start + (n * hour) / 4));
const term: fc.Arbitrary<LogTerm> = fc.record({
  event: fc.subarray([...events]),
  outcome: fc.subarray(['0', '4', '8'], { maxLength: 2 }),
  origin: fc.subarray(['screen', 'core'], { maxLength: 1 }),
  purpose: fc.subarray(['TREAT', 'ETREAT'], { maxLength: 1 }),
  user: fc.subarray(people, { maxLength: 2 }),
  device: fc.subarray(['d1', 'd7'], { maxLength: 1 }),
});
const filters: fc.Arbitrary<LogFilter> = fc.record({
  user: or(fc.constantFrom(...people, 'nobody')),
  patient: or(fc.constantFrom(...patients, '-')),
  kind: or(fc.constantFrom(...auditKinds)),
  events: or(fc.subarray([...events])),
  outcome: or(fc.constantFrom<(0 | 4 | 8)[]>(0, 4, 8)),
  device: or(fc.constantFrom('d0', 'd1', 'd2')),
  purpose: or(fc.constantFrom('TREAT', '')),
  origin: or(fc.constantFrom<('screen' | 'ctl')[]>('screen', 'ctl')),
  terms: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(term, { minLength: 1, maxLength: 2 }) },
  ),
  from: or(instant),
  to: or(instant),
});

function entryOf(seq: number, { user, state, ...said }: Line): Buffer {
  if (state === 'damaged') return Buffer.from([1, 0x7b]);
  const entry: AuditEntry = {
    ...said,
    seq,
    action: auditEvents[said.type].action,
    agent: { user, roles: [], session: null },
    // what looks like another field's name, where only its value may count
    detail: { recorded: 7, note: '"recorded":5' },
    entity: [],
  };
  return Buffer.concat([Buffer.from([1]), canonicalBytes(entry)]);
}

/** Puts a log in the place of the one before; entries at the numbers that `spread` gives them. */
function fill(lines: readonly Line[], indexed: number, spread: number): void {
  withTransaction(store, (tx) => {
    tx.db.exec('delete from audit_entry');
    forgetIndex(tx);
  });
  const insert = store.sql<[number, Buffer]>('insert into audit_entry (seq, entry, lamport) values (?, ?, 0)');
  const put = (from: number, to: number) => {
    for (const [n, each] of lines.slice(from, to).entries()) {
      const seq = (from + n) * spread;
      if (each.state !== 'missing') insert.run(seq, entryOf(seq, each));
    }
  };
  put(0, indexed);
  drain(followLog(store));
  put(indexed, lines.length);
  Reflect.deleteProperty(store.held, 'head');
  store.held.head = { frontier: { size: lines.length * spread, hashes: [] }, lamport: 0 };
}

function scanned(filter: LogFilter): AuditEntry[] {
  return store.db
    .prepare<[], { entry: Buffer }>('select entry from audit_entry order by seq desc')
    .all()
    .flatMap(({ entry }) => decodeEntry(entry) ?? [])
    .filter((entry) => matches(entry, filter));
}

/** In a transaction, as a call: the page itself then indexes nothing. */
function paged(filter: LogFilter, limit: number): AuditEntry[] {
  return withTransaction(store, () => {
    const found: AuditEntry[] = [];
    for (let before: number | null = null; ; ) {
      const page = readPage(store, filter, before, limit);
      assert.ok(page.entries.length <= limit);
      found.push(...page.entries);
      if (page.next === null) return found;
      assert.ok(before === null || page.next < before, 'each page goes further');
      before = page.next;
    }
  });
}

function tallied<Key>(keys: readonly Key[]): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function assertSame(filter: LogFilter, limit: number): void {
  const wanted = scanned(filter);
  assert.deepEqual(
    paged(filter, limit).map(({ seq }) => seq),
    wanted.map(({ seq }) => seq),
  );
  const fields = {
    day: ({ recorded }) => String(localDay(recorded)),
    user: ({ agent }) => agent.user,
    event: ({ type }) => type,
  } satisfies Record<CountField, (entry: AuditEntry) => string | null>;
  for (const field of ['day', 'user', 'event'] as const) {
    const counts = drain(countEntries(store, filter, field));
    assert.deepEqual([counts.complete, counts.total], [true, wanted.length]);
    assert.deepEqual(counts.counts, tallied(wanted.flatMap((entry) => fields[field](entry) ?? [])), field);
  }
}

test('any log, any filter: the page, from however much is indexed, is what a scan finds; so are the counts', () => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 60 }),
      fc.array(filters, { minLength: 1, maxLength: 6 }),
      fc.nat(60),
      // neighbours, entries of one chunk, and each in a chunk of its own
      fc.constantFrom(1, 700, 9001),
      fc.integer({ min: 1, max: 20 }),
      (lines, asked, indexed, spread, limit) => {
        fill(lines, Math.min(indexed, lines.length), spread);
        for (const filter of asked) assertSame(filter, limit);
      },
    ),
    { numRuns: 60 },
  );
});

test('what was pruned is in no page and no count, and the index goes on behind it', () => {
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 50 }),
      fc.array(filters, { minLength: 1, maxLength: 4 }),
      fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }),
      (lines, asked, goes) => {
        fill(lines, lines.length, 700);
        const gone = scanned(everything).filter((_, n) => goes[n]);
        withTransaction(store, (tx) => {
          forgetEntries(tx, gone);
          for (const { seq } of gone) tx.db.prepare('delete from audit_entry where seq = ?').run(seq);
        });
        for (const filter of asked) {
          assertSame(filter, 9);
          assert.equal(countIndexed(store, filter, 0, lines.length * 700), scanned(filter).length);
        }
        const before = followedTo(store, 'index');
        assert.equal(indexSlice(store), 0, 'nothing is left to index');
        store
          .sql<[number, Buffer]>('insert into audit_entry (seq, entry, lamport) values (?, ?, 0)')
          .run(before + 5, entryOf(before + 5, { ...(lines[0] ?? assert.fail()), state: 'whole' }));
        assert.equal(indexSlice(store), 1);
        assert.equal(followedTo(store, 'index'), before + 6);
      },
    ),
    { numRuns: 25 },
  );
});

test('the last sign-in is the newest one that the log has', () => {
  const said = { outcome: 0, patient: null, device: 'd0', purpose: '', origin: 'screen', state: 'whole' } as const;
  const times = [3, 9, 5, 7];
  fill(
    times.map((n) => ({ ...said, type: n === 9 ? 'chart.read' : 'user.signed-in', recorded: n, user: `u${n % 2}` })),
    4,
    1,
  );
  assert.deepEqual(lastSignIns(store, ['u1', 'u0']), new Map([['u1', 7]]));
});
