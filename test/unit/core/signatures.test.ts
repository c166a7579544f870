/** Signatures under notes, read with the roster as it was when each was made. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Found } from '../../../src-main/core/audit/problem.ts';
import { newRecordState } from '../../../src-main/core/audit/record-state.ts';
import type { SignerBook } from '../../../src-main/core/audit/signatures.ts';
import { verifyRecord } from '../../../src-main/core/audit/verifyrecord.ts';
import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, passwords, person, startHouse } from './house.ts';

let place: Place;
let house: House;
let doctor: Desk;
let patientId: string;

before(async () => {
  place = await startPlace();
  house = await startHouse(place.dir, ['practitioner']);
  doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  ({ patientId } = await doctor.call('patients.create', { demographics: person('Ahlers', 'Jo'), notADuplicate: true }));
});
after(async () => {
  await house.core.close();
  await place.stop();
});

async function signed(text: string): Promise<string> {
  const content = { format: 'text', title: '', text, subjective: '', objective: '', assessment: '', plan: '' } as const;
  const { draftId } = await doctor.call('notes.saveDraft', {
    draftId: null,
    patientId,
    encounterId: null,
    amends: null,
    content: { ...content, encounterClass: 'AMB' },
  });
  const { noteId } = await doctor.call('notes.sign', { draftId, password: passwords.practitioner });
  return noteId;
}

function problem(book: SignerBook): string | null {
  try {
    drain(verifyRecord(house.store, newRecordState(house.size()), { signers: book }));
    return null;
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    return error.problem.code;
  }
}

test('a signature holds with the key its author had then, and with no other', async () => {
  const first = await signed('All well.');
  const book = house.core.vault.rosterHistory();
  assert.equal(problem(book), null);
  const userId = house.core.vault.users().find(({ userName }) => userName === 'the.practitioner')?.id ?? '';
  const stranger = generateEd25519().publicKey;
  assert.equal(problem({ signingKey: () => stranger }), 'signature-broken');
  assert.equal(problem({ signingKey: () => undefined }), 'signature-broken');

  // Suspended, and back: what was signed before and after holds; nothing could be signed between.
  const admin = house.desk();
  await admin.signIn('admin');
  await admin.call('users.suspend', { userId });
  const between = house.core.vault.rosterHistory();
  assert.equal(between.signingKey(userId, between.size), undefined);
  assert.equal(problem(between), null);
  assert.equal(problem({ signingKey: (id) => between.signingKey(id, between.size) }), 'signature-broken');
  await admin.call('users.reactivate', { userId });
  doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  await signed('Back again.');
  assert.equal(problem(house.core.vault.rosterHistory()), null);

  const shown = await doctor.call('chart.source', { id: first });
  assert.equal(shown.signature, 'holds');
  await admin.call('audit.verify', {});
  const { verdict } = await admin.call('audit.verdict', {});
  assert.equal(verdict?.problem, null);
});
