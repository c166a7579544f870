/** The backend as a witness over the wire: cosigns what goes on, refuses forks and logs that are not the clinic's. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { WitnessRequest } from '../../../../src-main/core/audit/witness-answer.ts';
import { cosignedAt, joinNote, parseNote } from '../../../../src-main/core/crypto/signed-note.ts';
import { witnessAnswer } from '../../../../src-shared/sync-protocol/messages.ts';
import { AuditLog } from './audit-log.ts';
import { startTestBackend, type TestBackend } from './started.ts';
import { Workstation } from './workstation.ts';

let backend: TestBackend;
let one: Workstation;
let other: Workstation;
before(async () => {
  backend = await startTestBackend();
  one = new Workstation(backend);
  await one.connect((await backend.operator.create()).token);
  other = new Workstation(backend);
  await other.connect((await backend.operator.create()).token);
});
after(async () => {
  one?.close();
  other?.close();
  await backend.remove();
});

async function asked(by: Workstation, { oldSize, proof, notes }: WitnessRequest) {
  const json = { oldSize, proof: proof.map((hash) => hash.toString('base64')), notes };
  const answer = await by.ask('POST', '/v1/witness', { json });
  assert.equal(answer.status, 200, String(answer.code));
  return witnessAnswer.parse(answer.json);
}

test('checkpoints are cosigned as long as they go on', async () => {
  const log = new AuditLog(one.clinic, one.device, one.keys);
  log.checkpoint(5, 'a');
  log.checkpoint(64, 'b');
  for (const from of [-1, 1]) {
    if (from === 1) log.checkpoint(7, 'c');
    const answer = await asked(one, log.since(from));
    assert.ok(answer.kind === 'cosigned');
    const text = log.texts.at(-1) ?? '';
    const signatures = parseNote(joinNote(text, [answer.line]))?.signatures ?? [];
    const key = Buffer.from(backend.descriptor.logKey, 'base64');
    const at = cosignedAt(text, signatures, backend.descriptor.name, key);
    assert.ok(at !== undefined && Math.abs(at - Date.now() / 1000) < 60);
  }
  assert.deepEqual(await asked(one, log.since(0)), { kind: 'other', number: 2 });

  // Another log under the same name, from the beginning and from the middle.
  const fork = new AuditLog(one.clinic, one.device, one.keys);
  fork.checkpoint(69, 'a');
  assert.deepEqual(await asked(one, fork.since(-1)), { kind: 'other', number: 2 });
  fork.checkpoint(3, 'x');
  fork.checkpoint(4, 'x');
  fork.checkpoint(9, 'x');
  const forged = { ...fork.since(2), oldSize: log.sizes.at(-1) ?? 0 };
  assert.deepEqual(await asked(one, forged), { kind: 'forked' });
});

test('logs of another clinic, of nobody, or not signed by the workstation are refused', async () => {
  for (const log of [
    new AuditLog(other.clinic, other.device, other.keys),
    new AuditLog(one.clinic, other.device, other.keys),
    new AuditLog(other.clinic, one.device, one.keys),
  ]) {
    log.checkpoint(3, 'a');
    assert.deepEqual(await asked(one, log.since(-1)), { kind: 'refused' });
  }
  const own = new AuditLog(other.clinic, other.device, one.keys);
  own.checkpoint(3, 'a');
  assert.deepEqual(await asked(other, own.since(-1)), { kind: 'refused' });
  assert.deepEqual(await asked(other, { oldSize: 0, proof: [], notes: ['nonsense'] }), { kind: 'refused' });
});
