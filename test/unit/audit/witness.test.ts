import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  checkpointsFrom,
  cosignaturesOf,
  lastCheckpoint,
  writeCosignature,
} from '../../../src-main/core/audit/checkpoint-store.ts';
import {
  answerAsWitness,
  askWitness,
  type Witness,
  type WitnessedLog,
  type WitnessRequest,
} from '../../../src-main/core/audit/witness.ts';
import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { cosignatureLine, cosignedAt, joinNote, parseNote } from '../../../src-main/core/crypto/signed-note.ts';
import { device, origin, SignedLog } from './signed-log.ts';

function witness() {
  const keys = generateEd25519();
  const logs = new Map<string, WitnessedLog>();
  const asked: WitnessRequest[] = [];
  const parts = {
    name: 'witness.example/one',
    ...keys,
    deviceKeys: (of: string) => (of === origin ? [device.publicKey] : []),
    known: (of: string) => logs.get(of),
    remember: (of: string, log: WitnessedLog) => void logs.set(of, log),
    now: () => 1_800_000_000,
  };
  const self: Witness = {
    name: parts.name,
    publicKey: keys.publicKey,
    cosign: async (request) => {
      asked.push(request);
      return answerAsWitness(parts, request);
    },
  };
  return { self, keys, logs, asked, parts };
}

test('a witness cosigns what goes on from what it signed', async () => {
  const log = new SignedLog();
  const { self, keys, logs } = witness();
  assert.equal(await askWitness(log.store, self), null);
  for (const more of [10, 70, 300, 1]) {
    log.acts(more, null);
    log.checkpoints.take();
    assert.equal((await askWitness(log.store, self))?.kind, 'cosigned');
    const last = lastCheckpoint(log.store);
    assert.ok(last);
    assert.equal(logs.get(origin)?.link.size, last.size);
    const text = parseNote(last.note)?.text ?? '';
    const signatures = parseNote(joinNote(text, cosignaturesOf(log.store, last.number)))?.signatures ?? [];
    assert.equal(cosignedAt(text, signatures, self.name, keys.publicKey), 1_800_000_000);
    assert.equal(cosignedAt(text.replace('time 1', 'time 2'), signatures, self.name, keys.publicKey), undefined);
  }
  assert.equal((await askWitness(log.store, self))?.kind, undefined, 'nothing new, nothing asked');
  log.close();
});

test('a workstation that forgot what was cosigned is told, and a witness that forgot begins anew', async () => {
  const log = new SignedLog();
  const { self, logs, asked } = witness();
  log.acts(200, null);
  await askWitness(log.store, self);
  log.unguard();
  log.store.db.exec('delete from audit_cosignature');
  log.acts(64, null);
  assert.equal((await askWitness(log.store, self))?.kind, 'cosigned');
  assert.equal(asked.length, 3);
  logs.clear();
  log.acts(64, null);
  assert.equal((await askWitness(log.store, self))?.kind, 'cosigned');
  log.close();
});

test('what is no line of this witness over this note is not kept, and the witness is asked again', async () => {
  const log = new SignedLog();
  const { self, keys, logs } = witness();
  log.acts(70, null);
  const text = parseNote(lastCheckpoint(log.store)?.note ?? '')?.text ?? '';
  const by = (name: string, over: string, one = keys) =>
    cosignatureLine(over, name, one.publicKey, one.privateKey, 1_800_000_000);
  const good = by(self.name, text);
  const kept = () => log.store.sql<[], { line: string }>('select line from audit_cosignature').all();
  const answering = (line: string, key = true): Witness => ({
    name: self.name,
    ...(key && { publicKey: keys.publicKey }),
    cosign: async () => ({ kind: 'cosigned', line }),
  });
  const noLine = ['', 'nonsense\n', good.trimEnd(), `${good}${good}`, `x\n\n${good}`, by('another.example', text)];
  for (const line of [...noLine, lastCheckpoint(log.store)?.note.split('\n').at(-2) ?? ''])
    for (const key of [true, false])
      await assert.rejects(askWitness(log.store, answering(line, key)), /no cosignature/);
  for (const line of [by(self.name, text, generateEd25519()), by(self.name, text.replace('time 1', 'time 2'))])
    await assert.rejects(askWitness(log.store, answering(line)), /no cosignature/);
  assert.deepEqual(kept(), []);
  writeCosignature(log.store, 1_000_000, self.name, 'never shown');
  assert.equal((await askWitness(log.store, self))?.kind, 'cosigned');
  assert.equal(logs.get(origin)?.link.number, lastCheckpoint(log.store)?.number);
  assert.ok(kept().some(({ line }) => line === good));
  log.close();
});

test('a shorter log, another log, and a chain of keys that does not hold are refused', async () => {
  const log = new SignedLog();
  const { self, parts } = witness();
  log.acts(64, null);
  log.store.db.pragma('wal_checkpoint(TRUNCATE)');
  const older = readFileSync(log.at.path);
  const oldKeys = readFileSync(log.keyPath);
  log.acts(128, null);
  await askWitness(log.store, self);
  log.store.db.pragma('wal_checkpoint(TRUNCATE)');
  writeFileSync(log.at.path, older);
  writeFileSync(log.keyPath, oldKeys);
  log.restart();
  log.checkpoints.begin(null);
  assert.equal((await askWitness(log.store, self))?.kind, 'forked', 'behind what was cosigned');
  log.acts(256, null);
  assert.equal((await askWitness(log.store, self))?.kind, 'forked', 'gone on differently');
  log.close();

  const other = new SignedLog();
  other.acts(130, null);
  const notes = checkpointsFrom(other.store, 0, 10).map(({ note }) => note);
  const stranger = { ...parts, deviceKeys: () => [generateEd25519().publicKey], known: () => undefined };
  assert.equal(answerAsWitness(stranger, { oldSize: 0, proof: [], notes }).kind, 'refused');
  const own = { ...parts, known: () => undefined };
  assert.equal(answerAsWitness(own, { oldSize: 0, proof: [], notes: notes.slice(1) }).kind, 'other');
  assert.equal(answerAsWitness(own, { oldSize: 0, proof: [], notes: [] }).kind, 'refused');
  assert.equal(answerAsWitness(own, { oldSize: 0, proof: [], notes: ['nonsense'] }).kind, 'refused');
  assert.equal(answerAsWitness(own, { oldSize: 0, proof: [], notes }).kind, 'cosigned');
  other.close();
});
