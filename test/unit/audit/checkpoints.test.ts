import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkTree } from '../../../src-main/core/audit/check-tree.ts';
import { checkpointText, parseCheckpoint } from '../../../src-main/core/audit/checkpoint-note.ts';
import {
  checkpointCovering,
  checkpointsFrom,
  checkpointUpTo,
  lastCheckpoint,
} from '../../../src-main/core/audit/checkpoint-store.ts';
import { head } from '../../../src-main/core/audit/log.ts';
import { emptyFrontier, frontierRoot, grow, leafHash, treeRoot } from '../../../src-main/core/audit/merkle.ts';
import type { OneTimeFile, OneTimeKeys } from '../../../src-main/core/audit/one-time-file.ts';
import { verifyActions } from '../../../src-main/core/audit/verifyactions.ts';
import { treeRules } from '../../../src-main/core/audit/verifylog.ts';
import { treeExtent, verifySpan } from '../../../src-main/core/audit/verifytree.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { frontierFromTiles, readTile, rootFromTiles, split, writeTiles } from '../../../src-main/core/store/tiles.ts';
import { key } from '../store/clinic.ts';
import { origin, SignedLog, trust } from './signed-log.ts';

const actionsOf = (log: SignedLog) => drain(verifyActions(log.store, { origin, signers: trust.book }));
const numbers = (log: SignedLog) => checkpointsFrom(log.store, 0, 1000).map(({ number, size }) => [number, size]);

test('sixty-four entries are a checkpoint, and each session signs its own', () => {
  const log = new SignedLog();
  log.begin('a');
  log.begin('b');
  log.acts(40, 'a');
  log.acts(30, 'b');
  log.acts(10, null);
  log.checkpoints.take();
  assert.deepEqual(numbers(log), [
    [0, 64],
    [1, 80],
  ]);
  log.acts(700, 'a');
  assert.equal(log.verdict(), 'ok');
  const { signed, unsigned } = actionsOf(log);
  assert.equal(signed, 70 + 640 + 64 - 10 - (64 - 10), 'all but what came after the last checkpoint');
  assert.equal(unsigned, 0);
  assert.deepEqual(log.errors, []);
  log.close();
});

test('what a kill left unsigned is counted, and what nobody certified is nobody’s', () => {
  const log = new SignedLog();
  log.begin('a');
  log.acts(74, 'a');
  log.restart();
  log.checkpoints.begin(null);
  log.checkpoints.take();
  assert.equal(log.verdict(), 'ok');
  assert.deepEqual(actionsOf(log), { signed: 64, unsigned: 10, signatures: 1 });
  log.close();
});

/** Stops the process at the nth write of the small file. */
function stopping(file: OneTimeFile, at: number, half: (keys: OneTimeKeys) => void): OneTimeFile {
  let writes = 0;
  return {
    read: () => file.read(),
    fresh: () => file.fresh(),
    write: (keys) => {
      writes += 1;
      if (writes === at) {
        half(keys);
        throw new Error('stopped');
      }
      file.write(keys);
    },
  };
}

test('a kill at any step of a checkpoint leaves a next key, and never the used one', () => {
  for (const how of ['before', 'garbled'] as const) {
    for (const at of [2, 3, 4]) {
      const log = new SignedLog();
      log.begin('a');
      log.acts(100, 'a');
      log.restart(
        stopping(log.file, at, ({ number }) => {
          if (how === 'before') return;
          // The slot that was being written is cut short; the other one is untouched.
          const bytes = readFileSync(log.keyPath);
          bytes.fill(7, (number % 2) * 512, (number % 2) * 512 + 300);
          writeFileSync(log.keyPath, bytes);
        }),
      );
      log.checkpoints.begin(null);
      for (let n = 0; n < 3; n += 1) {
        log.act(null);
        try {
          log.checkpoints.take();
        } catch (error) {
          assert.equal(error instanceof Error && error.message, 'stopped');
          break;
        }
      }
      log.restart();
      assert.deepEqual(log.checkpoints.standing(), { state: 'fine' }, `${how} ${at}`);
      log.checkpoints.begin(null);
      const held = log.file.read();
      assert.equal(held?.number, (lastCheckpoint(log.store)?.number ?? 0) + 1);
      log.act(null);
      log.checkpoints.take();
      assert.equal(log.verdict(), 'ok');
      log.close();
    }
  }
});

test('keys that did not reach the file sign nothing', () => {
  const log = new SignedLog();
  log.acts(70, null);
  let full = false;
  const inner = log.file;
  log.restart({
    read: () => inner.read(),
    fresh: () => inner.fresh(),
    write: (keys) => {
      if (full) throw new Error('full');
      inner.write(keys);
    },
  });
  log.checkpoints.begin(null);
  full = true;
  assert.throws(() => log.checkpoints.take(), /full/);
  const stood = numbers(log).length;
  log.act(null);
  assert.throws(() => log.checkpoints.take(), /full/);
  assert.equal(numbers(log).length, stood);
  full = false;
  log.checkpoints.take();
  assert.equal(numbers(log).length, stood + 1);
  assert.equal(log.verdict(), 'ok');
  log.close();
});

test('what piled up while nothing could be signed is signed in parts', () => {
  const log = new SignedLog();
  log.begin('a');
  log.acts(64, 'a');
  log.store.held.committed = () => undefined;
  log.acts(9000, 'a');
  log.checkpoints.take();
  log.checkpoints.take();
  const sizes = numbers(log).map(([, size]) => size);
  assert.deepEqual(sizes, [64, 64 + 4096, 64 + 8192, 9064]);
  assert.equal(log.verdict(), 'ok');
  assert.equal(actionsOf(log).signed, 9064);
  log.close();
});

test('a lost key file begins a new chain, and somebody puts their name to it', () => {
  const log = new SignedLog();
  log.acts(70, null);
  for (const named of [true, false]) {
    rmSync(log.keyPath);
    log.restart();
    assert.deepEqual(log.checkpoints.standing(), { state: 'anchor', reason: 'key-lost' });
    log.checkpoints.begin('key-lost');
    log.act(null);
    const before = numbers(log).length;
    log.checkpoints.take();
    assert.equal(numbers(log).length, before, 'nothing is signed before somebody said so');
    const pending = log.checkpoints.pendingAnchor();
    assert.equal(pending?.reason, 'key-lost');
    log.begin(`opener-${named}`);
    const reason = named ? 'key-lost' : 'rolled-back';
    log.act(`opener-${named}`, 'audit.anchored', { number: pending?.number, reason });
    log.checkpoints.acknowledge();
    log.checkpoints.take();
    assert.equal(numbers(log).length, before + 1);
    // Who signed for something else did not sign for this.
    assert.match(log.verdict(), named ? /^ok$/ : /^anchor-unnamed@/);
  }
  log.close();
});

test('who answers for a new chain knows the roster as those who signed before', () => {
  for (const roster of [1, 2]) {
    const log = new SignedLog();
    log.begin('a', 2);
    log.acts(70, 'a');
    rmSync(log.keyPath);
    log.restart();
    log.checkpoints.begin('key-lost');
    log.begin('b', roster);
    log.act('b', 'audit.anchored', { number: log.checkpoints.pendingAnchor()?.number, reason: 'key-lost' });
    log.checkpoints.acknowledge();
    log.checkpoints.take();
    assert.match(log.verdict(), roster === 2 ? /^ok$/ : /^anchor-unnamed@/);
    log.close();
  }
});

test('an older database from before the first checkpoint begins its first chain', () => {
  const log = new SignedLog();
  log.acts(2, null);
  log.store.db.pragma('wal_checkpoint(TRUNCATE)');
  const older = readFileSync(log.at.path);
  log.acts(200, null);
  log.store.held.committed = () => undefined;
  log.store.db.close();
  writeFileSync(log.at.path, older);
  log.restart();
  assert.deepEqual(log.checkpoints.standing(), { state: 'behind' });
  // Somebody was told and goes on all the same.
  log.checkpoints.begin('rolled-back');
  assert.deepEqual(log.checkpoints.pendingAnchor(), { number: 0, reason: 'first' });
  log.checkpoints.acknowledge();
  log.acts(70, null);
  assert.match(checkpointsFrom(log.store, 0, 1)[0]?.note ?? '', /\nanchor first\n/);
  assert.equal(log.verdict(), 'ok');
  log.close();
});

test('a log whose checkpoints are all gone begins no chain in silence; one that was killed before its first does', () => {
  const log = new SignedLog();
  log.acts(10, null);
  log.restart();
  assert.deepEqual(log.checkpoints.standing(), { state: 'anchor', reason: 'first' });
  log.checkpoints.begin('first');
  assert.equal(log.checkpoints.pendingAnchor(), null);
  log.acts(60, null);
  log.unguard();
  log.store.db.exec('delete from audit_checkpoint; delete from audit_tile');
  rmSync(log.keyPath);
  log.restart();
  assert.deepEqual(log.checkpoints.standing(), { state: 'anchor', reason: 'first' });
  log.checkpoints.begin('first');
  assert.deepEqual(log.checkpoints.pendingAnchor(), { number: 0, reason: 'first' }, 'somebody has to answer for it');
  log.close();
});

test('an older database under newer keys, and keys that are not this log’s, are noticed', () => {
  const log = new SignedLog();
  log.acts(70, null);
  log.store.db.pragma('wal_checkpoint(TRUNCATE)');
  const older = readFileSync(log.at.path);
  const oldKeys = readFileSync(log.keyPath);
  log.acts(200, null);
  log.store.held.committed = () => undefined;
  log.store.db.pragma('wal_checkpoint(TRUNCATE)');
  const newer = readFileSync(log.at.path);
  const newKeys = readFileSync(log.keyPath);
  writeFileSync(log.at.path, older);
  log.restart();
  assert.deepEqual(log.checkpoints.standing(), { state: 'behind' });
  log.store.db.close();
  writeFileSync(log.at.path, newer);
  writeFileSync(log.keyPath, oldKeys);
  log.restart();
  assert.deepEqual(log.checkpoints.standing(), { state: 'anchor', reason: 'key-lost' });
  const other = new SignedLog();
  other.acts(270, null);
  writeFileSync(log.keyPath, readFileSync(other.keyPath));
  log.restart();
  assert.notEqual(log.checkpoints.standing().state, 'fine');
  writeFileSync(log.keyPath, newKeys);
  log.restart();
  assert.deepEqual(log.checkpoints.standing(), { state: 'fine' });
  other.close();
  log.close();
});

test('edits by an insider are named with their place', () => {
  const cases: readonly (readonly [sql: string, verdict: RegExp])[] = [
    [
      "update audit_entry set entry = cast(replace(cast(entry as text), 'practitioner', 'receptionist') as blob) where seq = 70",
      /^leaf-differs@70$/,
    ],
    ['delete from audit_entry where seq = 70', /^entry-missing@70$/],
    ['delete from audit_entry where seq >= 100', /^entry-missing@100$/],
    ['delete from audit_checkpoint where number = 1', /^checkpoint-missing@1$/],
    ['delete from audit_checkpoint where number = 3', /^checkpoint-missing@3$/],
    ['delete from audit_checkpoint where number < 2', /^checkpoint-missing@0$/],
    // Where no log has an entry, and no export would show it.
    ["insert into audit_entry (seq, entry, lamport) values (-1, x'01', 1)", /^entry-damaged@-1$/],
    ["update audit_checkpoint set note = replace(note, 'time 1', 'time 2') where number = 2", /^checkpoint-broken@2$/],
    ["update audit_checkpoint set actions = '[]' where number = 2", /^action-broken@128-192$/],
    ["update audit_session set certificate = replace(certificate, 'user-1', 'user-2')", /^action-broken@0-64$/],
    // The same said in other letters, which an export would carry out as it lies there.
    ["update audit_checkpoint set actions = actions || ' ' where number = 2", /^action-broken@128-192$/],
    ["update audit_session set certificate = certificate || ' '", /^action-broken@0-64$/],
    // The same in other letters, and lines that are none: a verifier elsewhere would refuse the export.
    [`update audit_session set certificate = replace(certificate, '","', '", "')`, /^action-broken@0-64$/],
    ['update audit_checkpoint set note = note || substr(note, -60) where number = 2', /^checkpoint-broken@2$/],
    ["insert into audit_cosignature values (1, 'w', 'nonsense')", /^checkpoint-broken@1$/],
    ['update audit_tile set hashes = zeroblob(length(hashes)) where place = 0', /^(leaf-differs@0|tile-differs@0\/0)$/],
    [`update audit_tile set hashes = zeroblob(32) where place = ${2 ** 40}`, /^tile-differs@1\/0$/],
  ];
  for (const [sql, expected] of cases) {
    const log = new SignedLog();
    log.begin('a');
    log.acts(300, 'a');
    log.unguard();
    delete log.store.held.head;
    if (sql.includes('number = 3')) log.store.db.exec('delete from audit_checkpoint where number > 3');
    log.store.db.exec(sql);
    assert.match(log.verdict(), expected, sql);
    log.close();
  }
});

test('workers find the same as one process', async () => {
  const log = new SignedLog();
  log.acts(1500, null);
  const running = { signal: new AbortController().signal, onProgress: () => undefined };
  const rules = { ...treeRules(log.store, trust), missing: [] };
  const whole = await checkTree(log.store, key, rules, running);
  assert.equal(whole.size, 1500);
  assert.deepEqual(frontierRoot(whole), frontierRoot(log.store.held.head?.frontier ?? emptyFrontier));
  log.unguard();
  log.store.db.exec('update audit_entry set entry = (select entry from audit_entry where seq = 2) where seq = 1200');
  await assert.rejects(checkTree(log.store, key, rules, running), { problem: { code: 'entry-damaged', at: '1200' } });
  log.close();
});

test('an entry whose leaf was rewritten too is named by the checkpoints around it, wherever a span is cut', () => {
  const log = new SignedLog();
  log.begin('a');
  for (let n = 0; n < 12; n += 1) {
    log.acts(50, 'a');
    log.checkpoints.take();
  }
  log.unguard();
  delete log.store.held.head;
  const bytes = Buffer.from('\x01{"seq":252}');
  log.store.sql<[Buffer]>('update audit_entry set entry = ? where seq = 252').run(bytes);
  const hashes = Buffer.concat([
    readTile(log.store, 0, 0).subarray(0, 252 * 32),
    leafHash(bytes),
    readTile(log.store, 0, 0).subarray(253 * 32),
  ]);
  log.store.sql<[Buffer]>('update audit_tile set hashes = ? where place = 0').run(hashes);
  // The checkpoint is beyond the tile's end: the tile above differs first, and says less.
  assert.equal(log.verdict(), 'checkpoint-differs@250-300');
  const frontier = { size: 256, hashes: [treeRoot(split(hashes))] };
  const rest = verifySpan(log.store, { frontier, to: 600, tiled: 600 }, treeRules(log.store, trust));
  assert.throws(() => drain(rest), { problem: { code: 'checkpoint-differs', at: '250-300' } });
  log.close();
});

test('a checkpoint taken while the log is verified is no alarm', () => {
  const log = new SignedLog();
  log.acts(300, null);
  const rules = treeRules(log.store, trust);
  const extent = treeExtent(log.store, true);
  log.acts(64, null);
  const work = verifySpan(log.store, { frontier: emptyFrontier, to: extent.size, tiled: extent.tiled }, rules);
  assert.equal(drain(work).size, 300);
  log.close();
});

test('tiles give the same tree as leaves, however they came', () => {
  const leaves = Array.from({ length: 1400 }, (_, at) => leafHash(`leaf ${at}`));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 }), (steps) => {
      const log = new SignedLog();
      let size = 0;
      for (const step of steps) {
        const to = Math.min(leaves.length, size + step);
        writeTiles(log.store, size, leaves.slice(size, to));
        size = to;
      }
      let plain = emptyFrontier;
      for (const leaf of leaves.slice(0, size)) plain = grow(plain, leaf);
      assert.deepEqual(frontierFromTiles(log.store, size), plain);
      for (const [from, to] of [
        [0, size],
        [256, Math.min(size, 512)],
        [512, size],
      ] as const)
        if (from < to) assert.deepEqual(rootFromTiles(log.store, from, to), treeRoot(leaves.slice(from, to)));
      log.close();
    }),
    { numRuns: 12 },
  );
});

test('the checkpoint around an entry, whatever its number', () => {
  const log = new SignedLog();
  assert.equal(checkpointUpTo(log.store, 5), undefined);
  assert.equal(checkpointCovering(log.store, 0), undefined);
  const sizes = [1, 2, 9, 64, 70];
  for (const size of sizes) {
    log.acts(size - head(log.store).size, null);
    log.checkpoints.take();
  }
  for (let size = 0; size <= 71; size += 1) {
    assert.equal(
      checkpointUpTo(log.store, size)?.size,
      sizes.findLast((one) => one <= size),
    );
    assert.equal(
      checkpointCovering(log.store, size)?.size,
      sizes.find((one) => one >= size),
    );
  }
  log.close();
});

test('a checkpoint is read as it was written and no other way', () => {
  const log = new SignedLog();
  log.acts(64, null);
  const { note } = lastCheckpoint(log.store) ?? { note: '' };
  const parsed = parseCheckpoint(note);
  assert.ok(parsed);
  assert.equal(checkpointText(parsed.checkpoint), parsed.text);
  fc.assert(
    fc.property(fc.nat(note.length - 1), fc.string({ minLength: 1, maxLength: 2 }), (at, put) => {
      const other = note.slice(0, at) + put + note.slice(at + 1);
      const found = parseCheckpoint(other);
      // What still parses says something else, or stands in the signature.
      if (found !== undefined && other !== note) assert.ok(found.text !== parsed.text || at >= parsed.text.length);
    }),
  );
  log.close();
});
