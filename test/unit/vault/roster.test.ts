import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { randomBytes, randomUuid } from '../../../src-main/core/crypto/random.ts';
import { newRequest, requestBytes, requestLife, signatureBy } from '../../../src-main/core/vault/request.ts';
import { nextEntry, signerWith, verifyRoster } from '../../../src-main/core/vault/roster.ts';
import type { RosterChange, RosterEntry, SignedRequest } from '../../../src-main/core/vault/roster-entry.ts';
import { RosterError, type RosterSigner } from '../../../src-main/core/vault/roster-state.ts';

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
const check = (chain: readonly RosterEntry[]) => verifyRoster(chain, clinicId, clinic.publicKey);
/** With a second admin agreeing to just these changes. */
const agreed = (
  changes: readonly RosterChange[],
  signers: readonly RosterSigner[],
  times = { at: 1, expiresAt: 10 },
): SignedRequest => {
  const [first, ...others] = signers;
  assert.ok(first);
  const subject = { kind: 'roster' as const, changes: [...changes] };
  const request = newRequest({ clinicId, id: randomUuid(), subject }, times, first);
  const more = others.map((signer) => signatureBy(signer, requestBytes(request.body)));
  return { ...request, signatures: [...request.signatures, ...more] };
};

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

test('who may sign: only active admins of the state before', () => {
  const next = (changes: readonly RosterChange[], signers: readonly RosterSigner[]) => [
    ...good,
    nextEntry(good, clinicId, 2, changes, signers),
  ];
  const eve = person(['assistant']);
  assert.throws(() => check(next([eve.added], [kim.signer])), RosterError);
  assert.throws(() => check(next([eve.added], [eve.signer])), RosterError);
  assert.throws(() => check(next([eve.added], [{ ...kim.signer, by: anna.userId }])), RosterError);
  check(next([eve.added], [lea.signer]));
});

test('who acts as an admin changes with two admins only, once there are two', () => {
  const eve = person(['admin']);
  const steps: readonly (readonly RosterChange[])[] = [
    [eve.added],
    [{ kind: 'status-set', userId: lea.userId, status: 'suspended' }],
    [{ kind: 'status-set', userId: lea.userId, status: 'removed' }],
    [{ kind: 'roles-set', userId: lea.userId, roles: ['auditor'] }],
    [{ kind: 'roles-set', userId: kim.userId, roles: ['admin'] }],
    [{ kind: 'user-keys-replaced', userId: lea.userId, ed25519: key(), x25519: key() }],
    // Nor hidden beside something that one admin may do.
    [{ kind: 'roles-set', userId: kim.userId, roles: ['it'] }, eve.added],
  ];
  for (const changes of steps) {
    const next = (signers: readonly RosterSigner[], request?: SignedRequest) => [
      ...good,
      nextEntry(good, clinicId, 2, changes, signers, request),
    ];
    assert.throws(() => check(next([anna.signer])), RosterError);
    assert.throws(() => check(next([anna.signer, anna.signer])), RosterError);
    check(next([anna.signer, lea.signer]));
    // The second one's agreement to a request counts, if it is to just this, in time, and of an admin.
    check(next([anna.signer], agreed(changes, [lea.signer])));
    check(next([anna.signer], agreed(changes, [anna.signer, lea.signer])));
    const others: readonly SignedRequest[] = [
      agreed(changes, [anna.signer]),
      agreed(changes, [kim.signer]),
      agreed([kim.added], [lea.signer]),
      agreed(changes, [lea.signer], { at: 3, expiresAt: 10 }),
      agreed(changes, [lea.signer], { at: 0, expiresAt: 1 }),
      { ...agreed(changes, [lea.signer]), body: agreed(changes, [kim.signer]).body },
    ];
    for (const request of others) assert.throws(() => check(next([anna.signer], request)), RosterError);
  }
});

test("the kit is the clinic identity's alone to change, however many admins sign", () => {
  const kit: RosterChange = { kind: 'recovery-set', x25519: key() };
  const next = (changes: readonly RosterChange[], signers: readonly RosterSigner[]) => [
    ...good,
    nextEntry(good, clinicId, 2, changes, signers),
  ];
  assert.throws(() => check(next([kit], [anna.signer])), RosterError);
  assert.throws(() => check(next([kit], [anna.signer, lea.signer])), RosterError);
  assert.throws(() => check(next([person(['it']).added, kit], [anna.signer])), RosterError);
  assert.equal(check(next([kit], [byClinic])).recovery, kit.x25519);
});

test('a suspended admin has no keys by one admin, who would be two when they are back', () => {
  const out: RosterChange = { kind: 'status-set', userId: lea.userId, status: 'suspended' };
  const ines = person(['admin']);
  const three = [...good, nextEntry(good, clinicId, 2, [ines.added], [anna.signer, lea.signer])];
  const without = [...three, nextEntry(three, clinicId, 2, [out], [anna.signer, ines.signer])];
  const keys: RosterChange = { kind: 'user-keys-replaced', userId: lea.userId, ed25519: key(), x25519: key() };
  const next = (changes: readonly RosterChange[], signers: readonly RosterSigner[]) => [
    ...without,
    nextEntry(without, clinicId, 3, changes, signers),
  ];
  assert.throws(() => check(next([keys], [anna.signer])), RosterError);
  const asIt: RosterChange = { kind: 'roles-set', userId: lea.userId, roles: ['it'] };
  assert.throws(() => check(next([asIt, keys], [anna.signer])), RosterError);
  check(next([keys], [anna.signer, ines.signer]));
});

test('a request that claims to last longer than seven days counts for nobody', () => {
  const promote: RosterChange[] = [{ kind: 'roles-set', userId: kim.userId, roles: ['admin'] }];
  const next = (times: { at: number; expiresAt: number }) => [
    ...good,
    nextEntry(good, clinicId, 2, promote, [anna.signer], agreed(promote, [lea.signer], times)),
  ];
  check(next({ at: 1, expiresAt: 1 + requestLife }));
  assert.throws(() => check(next({ at: 1, expiresAt: 2 + requestLife })), RosterError);
});

test('a request is used once', () => {
  const promote: RosterChange[] = [{ kind: 'roles-set', userId: kim.userId, roles: ['admin'] }];
  const demote: RosterChange[] = [{ kind: 'roles-set', userId: kim.userId, roles: ['practitioner'] }];
  const request = agreed(promote, [lea.signer]);
  const once = [...good, nextEntry(good, clinicId, 2, promote, [anna.signer], request)];
  const back = [...once, nextEntry(once, clinicId, 2, demote, [anna.signer], agreed(demote, [lea.signer]))];
  check(back);
  const twice = [...back, nextEntry(back, clinicId, 2, promote, [anna.signer], request)];
  assert.throws(() => check(twice), RosterError);
});

test('new keys of their own need nobody else, and nothing else comes with them', () => {
  const own: RosterChange = { kind: 'user-keys-replaced', userId: lea.userId, ed25519: key(), x25519: key() };
  const next = (changes: readonly RosterChange[], signer: RosterSigner) => [
    ...good,
    nextEntry(good, clinicId, 2, changes, [signer]),
  ];
  const state = check(next([own], lea.signer));
  assert.equal(state.users.get(lea.userId)?.retired.length, 1);
  assert.throws(() => check(next([own], kim.signer)), RosterError);
  const more: RosterChange = { kind: 'roles-set', userId: kim.userId, roles: ['admin'] };
  assert.throws(() => check(next([own, more], lea.signer)), RosterError);
  const suspended = [
    ...good,
    nextEntry(good, clinicId, 2, [{ kind: 'status-set', userId: kim.userId, status: 'suspended' }], [anna.signer]),
  ];
  const his: RosterChange = { ...own, userId: kim.userId };
  assert.throws(() => check([...suspended, nextEntry(suspended, clinicId, 3, [his], [kim.signer])]), RosterError);
});

test('what was said on a day', () => {
  const chain = [
    ...good,
    nextEntry(good, clinicId, 50, [{ kind: 'status-set', userId: kim.userId, status: 'removed' }], [anna.signer]),
  ];
  assert.equal(verifyRoster(chain, clinicId, clinic.publicKey, 49).users.get(kim.userId)?.status, 'active');
  assert.equal(verifyRoster(chain, clinicId, clinic.publicKey, 50).users.get(kim.userId)?.status, 'removed');
  assert.throws(() => verifyRoster(chain, clinicId, clinic.publicKey, 0), RosterError);
});

test('roles of the clinic: defined before they are given, not removed while they are held', () => {
  const nurse = 'own-0123456789abcdef' as const;
  const define: RosterChange = { kind: 'role-defined', roleId: nurse, name: 'Nurse', permissions: ['patient:read'] };
  const give: RosterChange = { kind: 'roles-set', userId: kim.userId, roles: [nurse] };
  const remove: RosterChange = { kind: 'role-removed', roleId: nurse };
  const next = (changes: readonly RosterChange[]) => [...good, nextEntry(good, clinicId, 2, changes, [anna.signer])];
  assert.throws(() => check(next([give])), RosterError);
  assert.throws(() => check(next([define, give, remove])), RosterError);
  assert.throws(() => check(next([remove])), RosterError);
  assert.throws(() => check(next([{ ...define, permissions: ['patient:read', 'user:write'] }])), RosterError);
  assert.equal(check(next([define, give])).ownRoles.get(nurse)?.name, 'Nurse');
  assert.equal(check(next([define, remove])).ownRoles.size, 0);
});

test('no entry leaves a clinic without an active admin, or speaks of nobody', () => {
  const first = good.slice(0, 1);
  const last = (changes: readonly RosterChange[]) => [...first, nextEntry(first, clinicId, 2, changes, [anna.signer])];
  assert.throws(() => check(last([{ kind: 'roles-set', userId: anna.userId, roles: ['auditor'] }])), RosterError);
  assert.throws(() => check(last([{ kind: 'status-set', userId: anna.userId, status: 'suspended' }])), RosterError);
  assert.throws(() => check(last([{ kind: 'roles-set', userId: randomUuid(), roles: ['it'] }])), RosterError);
  assert.throws(() => check(last([anna.added])), RosterError);
});
