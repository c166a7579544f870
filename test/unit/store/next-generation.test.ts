/** The same database under another key: whole, checked, and refused where a page of the old one is not what was written. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { RotationProgress } from '../../../src-main/core/keys/rotation-progress.ts';
import { connect } from '../../../src-main/core/store/connect.ts';
import { makeNextGeneration } from '../../../src-main/core/store/next-generation.ts';
import { closeStore, openStore } from '../../../src-main/core/store/open.ts';
import { openPatientKey } from '../../../src-main/core/store/patient.ts';
import { resealPatientKeys } from '../../../src-main/core/store/reseal.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { addPatient, clinicKey, codeThrown, fresh, key, type Place, place } from './clinic.ts';

const nextKey = Buffer.alloc(32, 9);
const places: Place[] = [];
after(() => {
  for (const at of places) at.remove();
});

function made(patients: number) {
  const at = place();
  places.push(at);
  const store = fresh(at);
  const ids = Array.from({ length: patients }, (_, number) => addPatient(store, { family: `Family${number}` }));
  closeStore(store);
  return { from: at.path, to: `${at.path}.next`, ids };
}

test('the new file opens under the new key alone and holds the same; the old one is untouched', () => {
  const { from, to } = made(30);
  const before = readFileSync(from);
  const steps: string[] = [];
  makeNextGeneration({ from, to, key, nextKey }, (step) => steps.push(step));
  assert.deepEqual([...new Set(steps)], ['copy', 'rekey', 'verify']);
  assert.ok(readFileSync(from).equals(before));
  assert.equal(statSync(to).mode & 0o777, 0o600);
  assert.equal(
    codeThrown(() => openStore({ path: to, key, clinicKey })),
    'database-foreign',
  );
  const store = openStore({ path: to, key: nextKey, clinicKey });
  assert.equal(store.sql<[], { n: number }>('select count(*) n from patient').get()?.n, 30);
  closeStore(store);
  // Not one page is as it was.
  const after = readFileSync(to);
  for (let page = 0; page < before.length; page += 4096)
    assert.ok(!after.subarray(page, page + 4096).equals(before.subarray(page, page + 4096)), `page ${page / 4096}`);
});

test('what an earlier try left is written over; a log that is not written back stops it', () => {
  const { from, to } = made(3);
  writeFileSync(to, 'half a file');
  makeNextGeneration({ from, to, key, nextKey }, () => undefined);
  closeStore(openStore({ path: to, key: nextKey, clinicKey }));
  writeFileSync(`${from}-wal`, 'something');
  assert.throws(() => makeNextGeneration({ from, to, key, nextKey }, () => undefined), /not written back/);
});

test('a changed byte anywhere in the old file is found before the new one counts', () => {
  const { from, to } = made(30);
  const whole = readFileSync(from);
  const pages = whole.length / 4096;
  for (const page of [1, Math.floor(pages / 2), pages - 1]) {
    const damaged = Buffer.from(whole);
    const at = page * 4096 + 2000;
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    writeFileSync(from, damaged);
    assert.equal(
      codeThrown(() => makeNextGeneration({ from, to, key, nextKey }, () => undefined)),
      'database-damaged',
    );
  }
});

test('progress goes from nothing to nearly all, and never back', () => {
  const { from, to } = made(30);
  copyFileSync(from, to);
  const progress = new RotationProgress(from, to);
  const shares = [progress.share()];
  progress.step('copy', statSync(from).size);
  shares.push(progress.share());
  progress.step('rekey', 0);
  shares.push(progress.share());
  const db = connect({ path: to, key });
  db.pragma('journal_mode=DELETE');
  db.rekey(Buffer.concat([Buffer.from('raw:'), nextKey]));
  db.close();
  shares.push(progress.share());
  progress.step('verify', 0);
  shares.push(progress.share());
  progress.close();
  assert.equal(shares[0], 0);
  assert.ok(
    shares.every((share, at) => at === 0 || share >= (shares[at - 1] ?? 0)),
    shares.join(),
  );
  assert.ok((shares[3] ?? 0) > 0.5 && (shares[4] ?? 1) < 1, shares.join());
});

test('patient keys move to the newest epoch in slices; what was moved is not moved again', () => {
  const { from, ids } = made(250);
  const next = { epoch: 2, key: Buffer.alloc(32, 5) };
  const before = openStore({ path: from, key, clinicKey });
  const keys = ids.map((id) => openPatientKey(before, id).toString('hex'));
  closeStore(before);
  const store = openStore({ path: from, key, clinicKey: next, olderClinicKeys: [clinicKey] });
  assert.deepEqual(
    ids.map((id) => openPatientKey(store, id).toString('hex')),
    keys,
  );
  // Stopped after its first slices, it begins where keys are left.
  const stopped = resealPatientKeys(store);
  stopped.next();
  stopped.return(0);
  const rest = drain(resealPatientKeys(store));
  assert.ok(rest <= 250);
  assert.equal(drain(resealPatientKeys(store)), 0);
  assert.deepEqual(
    ids.map((id) => openPatientKey(store, id).toString('hex')),
    keys,
  );
  closeStore(store);
  // The newest epoch alone opens all of them now.
  const newest = openStore({ path: from, key, clinicKey: next });
  assert.deepEqual(
    ids.map((id) => openPatientKey(newest, id).toString('hex')),
    keys,
  );
  closeStore(newest);
});
