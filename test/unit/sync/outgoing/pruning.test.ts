import assert from 'node:assert/strict';
import test from 'node:test';
import { checkpointText, zeroHash } from '../../../../src-main/core/audit/checkpoint-note.ts';
import { writeCheckpoint } from '../../../../src-main/core/audit/checkpoint-store.ts';
import { head } from '../../../../src-main/core/audit/log.ts';
import { planPrune } from '../../../../src-main/core/audit/prune/plan.ts';
import { generateEd25519 } from '../../../../src-main/core/crypto/ed25519.ts';
import { joinNote, noteLine, noteSigner } from '../../../../src-main/core/crypto/signed-note.ts';
import { endEmergency, insertEmergency } from '../../../../src-main/core/store/access.ts';
import { syncPosition } from '../../../../src-main/core/store/indexed.ts';
import { drain } from '../../../../src-main/core/store/slices.ts';
import { makeBatch } from '../../../../src-main/core/sync/outgoing/make-batch.ts';
import { addPatient, audited } from '../../store/clinic.ts';
import { author, desk } from './desk.ts';

test('what has not gone out to other workstations is not pruned; what has may go', () => {
  const here = desk();
  try {
    const { store } = here;
    // Nothing here is about a power cut: six hundred entries need not wait for the disk.
    store.db.pragma('synchronous=OFF');
    const patientId = addPatient(store, { family: 'A' });
    const told = { patientId, userId: 'user-1', sessionId: 's', reason: 'emergency', told: '' } as const;
    // Its entry vouches for no row: nothing but the change keeps it.
    const id = audited(store, 'break-glass.opened', (tx) =>
      insertEmergency(tx, { ...told, endsAt: tx.now + 3_600_000 }),
    );
    for (let n = 0; n < 300; n += 1) audited(store, 'access.read', () => undefined);
    audited(store, 'break-glass.ended', (tx) => endEmergency(tx, id));
    for (let n = 0; n < 300; n += 1) audited(store, 'access.read', () => undefined);
    const { size, root } = head(store);
    const time = Date.now();
    const { publicKey, privateKey } = generateEd25519();
    const text = checkpointText({
      origin: 'carekeep.audit/x/y',
      size,
      root: Buffer.from(root, 'hex'),
      number: 0,
      time,
      previous: zeroHash,
      key: publicKey,
      next: publicKey,
      actions: zeroHash,
      anchor: 'first',
    });
    const note = joinNote(text, [noteLine(text, noteSigner('x', publicKey, privateKey))]);
    writeCheckpoint(store, { number: 0, size, note, actions: '[]' });

    const plan = () => drain(planPrune(store, { before: time + 1, sentTo: null, syncedTo: syncPosition(store) }));
    const before = plan();
    assert.deepEqual(
      [before.below, before.because.unsent, before.keptSet.has(1), before.keptSet.has(302)],
      [512, 2, true, true],
    );
    drain(makeBatch(store, author));
    const after = plan();
    assert.deepEqual([after.because.unsent, after.keptSet.has(1), after.keptSet.has(302)], [0, false, false]);
    // The patient's row is proved by its entry for good.
    assert.equal(after.keptSet.has(0), true);
  } finally {
    here.close();
  }
});
