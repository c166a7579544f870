/** Envelopes, groups and heads: what was put in comes out, and no bit of it may be another. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OpenError } from '../../../src-main/core/crypto/aead.ts';
import { generateEd25519, sign } from '../../../src-main/core/crypto/ed25519.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { noteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import {
  envelopeSigned,
  makeEnvelope,
  noBatch,
  openEnvelope,
  readEnvelope,
} from '../../../src-main/core/sync/envelope.ts';
import {
  type GroupPlace,
  groupKey,
  openGroup,
  patientGroup,
  plainGroup,
  readGroups,
  unpackLines,
} from '../../../src-main/core/sync/groups.ts';
import { readHead, signHead } from '../../../src-main/core/sync/log-head.ts';

const clinic = randomUUID();
const device = randomUUID();
const pair = generateEd25519();
const clinicKey = randomBytes(32);
const place: GroupPlace = { kind: 'batch', clinic, device, seq: 7 };
const binding = {
  version: 1,
  tenant: randomUUID(),
  clinic,
  device,
  seq: 7,
  previous: noBatch.toString('base64'),
  kind: 'ops',
  epoch: 1,
  seen: { size: 3, root: randomBytes(32).toString('base64') },
  roster: 4,
} as const;
const make = (plain: Buffer) =>
  makeEnvelope(binding, plain, { clinicKey, sign: (message) => sign(pair.privateKey, message) });

describe('an envelope', () => {
  it('opens to what was sealed, and says who signed it', () => {
    const plain = Buffer.from('two groups');
    const read = readEnvelope(make(plain).bytes);
    assert.ok(read);
    assert.deepEqual(read.header.seen, binding.seen);
    assert.ok(envelopeSigned(read, pair.publicKey));
    assert.ok(!envelopeSigned(read, generateEd25519().publicKey));
    assert.deepEqual(openEnvelope(read, clinicKey), plain);
    assert.throws(() => openEnvelope(read, randomBytes(32)), OpenError);
  });

  it('is refused with any one bit turned', () => {
    const { bytes } = make(Buffer.from('plain'));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), (bit) => {
        const turned = Buffer.from(bytes);
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const read = readEnvelope(turned);
        return read === undefined || !envelopeSigned(read, pair.publicKey);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused cut short, and from noise', () => {
    const { bytes } = make(Buffer.from('plain'));
    for (let end = 0; end < bytes.length; end += 7) assert.equal(readEnvelope(bytes.subarray(0, end)), undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => readEnvelope(Buffer.from(noise)) === undefined),
      { numRuns: 200 },
    );
  });

  it('is no other header with the same members in another order', () => {
    const { bytes, header } = make(Buffer.from('plain'));
    const { version, ...rest } = header;
    const other = Buffer.from(JSON.stringify({ ...rest, version }));
    const length = bytes.readUInt32BE(0);
    assert.equal(other.length, length);
    const spelled = Buffer.concat([bytes.subarray(0, 4), other, bytes.subarray(4 + length)]);
    assert.equal(readEnvelope(spelled), undefined);
  });
});

describe('groups', () => {
  const text = fc.string({ maxLength: 2000, unit: 'grapheme' }).map((one) => `${one.toWellFormed()}\n`);

  it('come back as they went in, of patients and of nobody', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), text, (texts, ofNobody) => {
        const patients = texts.map((one) => ({ id: randomUUID(), key: groupKey(randomBytes(32)), text: one }));
        const plain = Buffer.concat([
          plainGroup(ofNobody),
          ...patients.map(({ id, key, text: lines }) => patientGroup(place, id, key, lines)),
        ]);
        const [first, ...rest] = readGroups(plain);
        assert.ok(first);
        assert.equal(first.patient, null);
        assert.equal(unpackLines(first.bytes), ofNobody);
        rest.forEach((group, at) => {
          const patient = patients[at];
          assert.ok(patient && group.patient === patient.id);
          assert.equal(openGroup(place, patient.id, patient.key, group.bytes), patient.text);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('open at their own place, for their own patient, and nowhere else', () => {
    const id = randomUUID();
    const key = groupKey(randomBytes(32));
    const [group] = readGroups(patientGroup(place, id, key, 'line\n'));
    assert.ok(group);
    const elsewhere: GroupPlace[] = [
      { ...place, seq: 8 },
      { ...place, device: randomUUID() },
      { ...place, clinic: randomUUID() },
      { kind: 'page', clinic, page: device },
    ];
    for (const other of elsewhere) assert.throws(() => openGroup(other, id, key, group.bytes), OpenError);
    assert.throws(() => openGroup(place, randomUUID(), key, group.bytes), OpenError);
  });

  it('are refused cut short, twice of one patient, of unknown kinds, and as bombs', () => {
    const key = groupKey(randomBytes(32));
    const one = patientGroup(place, randomUUID(), key, 'line\n');
    assert.throws(() => readGroups(Buffer.concat([one, one])), OpenError);
    assert.throws(() => readGroups(Buffer.concat([one, Buffer.of(2, 0, 0)])), OpenError);
    for (let end = 1; end < one.length; end += 1) assert.throws(() => readGroups(one.subarray(0, end)), OpenError);
    const bomb = plainGroup('0'.repeat(17 * 1024 * 1024));
    const [packed] = readGroups(bomb);
    assert.ok(packed && packed.bytes.length < 100_000);
    assert.throws(() => unpackLines(packed.bytes), OpenError);
  });
});

describe('a head of the log', () => {
  it('is read back from its note, and from no other clinic, name or key', () => {
    const root = randomBytes(32);
    const note = signHead(clinic, { size: 12, root }, noteSigner('backend.test', pair.publicKey, pair.privateKey));
    assert.deepEqual(readHead(note, clinic, 'backend.test', pair.publicKey), { size: 12, root });
    assert.equal(readHead(note, randomUUID(), 'backend.test', pair.publicKey), undefined);
    assert.equal(readHead(note, clinic, 'other.test', pair.publicKey), undefined);
    assert.equal(readHead(note, clinic, 'backend.test', generateEd25519().publicKey), undefined);
    assert.equal(readHead(note.replace('\n12\n', '\n13\n'), clinic, 'backend.test', pair.publicKey), undefined);
  });
});
