import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { randomBytes, randomUuid } from '../../../src-main/core/crypto/random.ts';
import {
  nextEntry,
  RosterError,
  type RosterSigner,
  signerWith,
  verifyRoster,
} from '../../../src-main/core/vault/roster.ts';
import type { RosterChange, RosterEntry } from '../../../src-main/core/vault/roster-entry.ts';

const clinicId = randomUuid();
const clinic = generateEd25519();
const key = () => randomBytes(32).toString('base64');

function person(roles: Extract<RosterChange, { kind: 'user-added' }>['roles']) {
  const keys = generateEd25519();
  const userId = randomUuid();
  const added: RosterChange = {
    kind: 'user-added',
    userId,
    userName: 'u',
    displayName: 'U',
    roles,
    ed25519: keys.publicKey.toString('base64'),
    x25519: key(),
  };
  return { userId, added, signer: signerWith(userId, keys.privateKey) };
}

const anna = person(['admin']);
const kim = person(['practitioner']);
const lea = person(['admin']);
const byClinic = signerWith('clinic', clinic.privateKey);
function chainOf(...steps: readonly (readonly [readonly RosterChange[], readonly RosterSigner[]])[]): RosterEntry[] {
  const chain: RosterEntry[] = [];
  for (const [changes, signers] of steps) chain.push(nextEntry(chain, clinicId, 1, changes, signers));
  return chain;
}
const good = chainOf([[anna.added], [byClinic]], [[kim.added], [anna.signer]], [[lea.added], [anna.signer]]);
const check = (chain: readonly RosterEntry[], demanded = 1) =>
  verifyRoster(chain, clinicId, clinic.publicKey, demanded);

test('a good chain says who is in', () => {
  const state = check(good);
  assert.deepEqual([...state.users.keys()], [anna.userId, kim.userId, lea.userId]);
  assert.equal(state.size, 3);
});

test('left out, exchanged, changed, of another clinic: refused', () => {
  const [a, b, c] = good;
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  for (const chain of [[], [b], [a, c], [a, c, b], [a, a], [b, a]]) assert.throws(() => check(chain), RosterError);
  assert.throws(() => verifyRoster(good, randomUuid(), clinic.publicKey), RosterError);
  assert.throws(() => verifyRoster(good, clinicId, generateEd25519().publicKey), RosterError);
  const promoted = { ...b, body: { ...b.body, changes: [{ ...kim.added, roles: ['admin' as const] }] } };
  assert.throws(() => check([a, promoted as RosterEntry]), RosterError);
});

test('who may sign: only active admins of the state before, and as many as are demanded', () => {
  const next = (changes: readonly RosterChange[], signers: readonly RosterSigner[]) => [
    ...good,
    nextEntry(good, clinicId, 2, changes, signers),
  ];
  const eve = person(['admin']);
  assert.throws(() => check(next([eve.added], [kim.signer])), RosterError);
  assert.throws(() => check(next([eve.added], [eve.signer])), RosterError);
  assert.throws(() => check(next([eve.added], [{ ...kim.signer, by: anna.userId }])), RosterError);
  check(next([eve.added], [lea.signer]));
  // Two of the admins, once two are demanded; the same one twice is one.
  const two = [good[0], nextEntry(good.slice(0, 1), clinicId, 2, [lea.added], [byClinic])].flatMap((e) => e ?? []);
  const third = (signers: readonly RosterSigner[]) => [...two, nextEntry(two, clinicId, 3, [kim.added], signers)];
  assert.throws(() => check(third([anna.signer]), 2), RosterError);
  assert.throws(() => check(third([anna.signer, anna.signer]), 2), RosterError);
  check(third([anna.signer, lea.signer]), 2);
  const suspended = next([{ kind: 'status-set', userId: lea.userId, status: 'suspended' }], [anna.signer]);
  check(suspended);
  assert.throws(() => check([...suspended, nextEntry(suspended, clinicId, 3, [eve.added], [lea.signer])]), RosterError);
});

test('no entry leaves a clinic without an active admin, or speaks of nobody', () => {
  const first = good.slice(0, 1);
  const last = (changes: readonly RosterChange[]) => [...first, nextEntry(first, clinicId, 2, changes, [anna.signer])];
  assert.throws(() => check(last([{ kind: 'roles-set', userId: anna.userId, roles: ['auditor'] }])), RosterError);
  assert.throws(() => check(last([{ kind: 'status-set', userId: anna.userId, status: 'suspended' }])), RosterError);
  assert.throws(() => check(last([{ kind: 'roles-set', userId: randomUuid(), roles: ['it'] }])), RosterError);
  assert.throws(() => check(last([anna.added])), RosterError);
});
