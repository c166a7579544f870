import assert from 'node:assert/strict';
import { test } from 'node:test';
import { append } from '../../../../src-main/core/audit/log.ts';
import { newRecordState } from '../../../../src-main/core/audit/record-state.ts';
import { noteSignature, type SignerBook } from '../../../../src-main/core/audit/signatures.ts';
import { verifyRecord } from '../../../../src-main/core/audit/verifyrecord.ts';
import { generateEd25519, sign } from '../../../../src-main/core/crypto/ed25519.ts';
import { noteSignatureBytes } from '../../../../src-main/core/crypto/note-signature.ts';
import { readChart } from '../../../../src-main/core/store/chart.ts';
import { columnsOf } from '../../../../src-main/core/store/columns.ts';
import { currentHead } from '../../../../src-main/core/store/head.ts';
import { insertPatient } from '../../../../src-main/core/store/patient.ts';
import { insertResource } from '../../../../src-main/core/store/record.ts';
import { drain } from '../../../../src-main/core/store/slices.ts';
import { newId, type Tx, withTransaction } from '../../../../src-main/core/store/transaction.ts';
import { patientJson, someone } from '../../store/clinic.ts';
import { deviceId, Workstation } from './workstations.ts';

const ana = generateEd25519();
/** Ana's key is hers from the third entry of the roster on. */
const book: SignerBook = { signingKey: (user, size) => (user === 'ana' && size >= 3 ? ana.publicKey : undefined) };

function add(tx: Tx, patientId: string, type: string, id: string, resource: object, signed: boolean): string {
  const json = JSON.stringify({ resourceType: type, ...resource });
  const columns = columnsOf(JSON.parse(json));
  insertResource(tx, {
    id,
    type,
    patientId,
    encounterId: null,
    columns,
    json,
    authorUser: 'ana',
    source: null,
    signed,
  });
  return json;
}

function signNote(one: Workstation, patientId: string, words: string): string {
  return withTransaction(one.store, (tx) => {
    const id = newId(tx.now);
    const json = add(tx, patientId, 'Composition', id, { status: 'final', title: words }, true);
    const data = sign(ana.privateKey, noteSignatureBytes(json)).toString('base64');
    const about = { target: [{ reference: `Composition/${id}` }], signature: [{ data }] };
    add(tx, patientId, 'Provenance', newId(tx.now), about, true);
    append(tx, { ...someone, type: 'note.signed', detail: { roster: 3 } });
    return id;
  });
}

function problemOf({ store }: Workstation): string {
  try {
    drain(verifyRecord(store, newRecordState(currentHead(store).frontier.size), { signers: book }));
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
}

test('signatures under notes hold where they were made and where they arrived, many in one slice or apart', () => {
  const [here, there, late] = [0, 1, 2].map((number) => new Workstation(deviceId(number)));
  assert.ok(here && there && late);
  const patient = here.write(
    (tx) => insertPatient(tx, { json: patientJson({ family: 'Signed' }), authorUser: 'ana', source: null }).id,
  );
  const notes = ['one', 'two', 'three'].map((words) => signNote(here, patient, words));
  const said = here.outgoing();
  assert.equal(problemOf(here), 'none');
  for (const one of [there, late]) here.giveKeys(one);
  there.take(said, { roster: 3 });
  const states = readChart(there.store, patient)
    .filter(({ type }) => type === 'Composition')
    .map((note) => noteSignature(there.store, note, readChart(there.store, patient), book));
  assert.deepEqual(
    states,
    notes.map(() => 'holds'),
  );
  assert.equal(problemOf(there), 'none');
  // Each op in an entry of its own: the notes are far from what signs them.
  const order = [...said].sort((a, b) => Number(isSignature(a)) - Number(isSignature(b)));
  for (const op of order) late.take([op], { roster: 3 });
  assert.equal(problemOf(late), 'none');
  // Under a roster that does not know the key yet, no signature counts.
  const early = new Workstation(deviceId(3));
  here.giveKeys(early);
  early.take(said, { roster: 2 });
  assert.equal(problemOf(early), 'signature-broken');
  for (const one of [here, there, late, early]) one.close();
});

const isSignature = ({ op }: { readonly op: object }): boolean => 'type' in op && op.type === 'Provenance';
