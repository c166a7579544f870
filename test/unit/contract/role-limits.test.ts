import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Permission, permissions, permissionsOfRole, roles } from '../../../src-shared/contract/permissions.ts';
import {
  neverOwn,
  ownable,
  ownableOf,
  requiredBy,
  roleProblems,
  withoutPermission,
  withPermission,
} from '../../../src-shared/contract/role-limits.ts';

const some = fc.subarray([...permissions]);
const allowed = fc.subarray([...ownable]).map((held) => held.reduce<Permission[]>(withPermission, []));

test('what makes admins, auditors or IT staff is never part of an own role', () => {
  for (const one of [
    'user:write',
    'settings:write',
    'key:rotate',
    'key:read',
    'request:sign',
    'patient:export-all',
  ] as const) {
    assert.ok(neverOwn.has(one), one);
  }
  for (const one of permissions.filter((name) => /^(device|roster):|^audit:(read|verify)$|^review:close$/.test(name))) {
    assert.ok(neverOwn.has(one), one);
  }
  fc.assert(
    fc.property(some, fc.constantFrom(...neverOwn), (held, forbidden) => {
      const problems = roleProblems([...held, forbidden]);
      assert.ok(problems.some(({ kind, permission }) => kind === 'never' && permission === forbidden));
    }),
  );
});

test('a set without problems holds whatever each of its permissions requires', () => {
  fc.assert(
    fc.property(some, (held) => {
      const lacks = held.some((one) => (requiredBy[one] ?? []).some((required) => !held.includes(required)));
      assert.equal(roleProblems(held).length === 0, !lacks && !held.some((one) => neverOwn.has(one)));
    }),
  );
  assert.deepEqual(roleProblems(['patient:read', 'patient:print']), [
    { kind: 'lacks', permission: 'patient:print', required: 'patient:identifiers' },
    { kind: 'lacks', permission: 'patient:print', required: 'patient:phone' },
  ]);
});

test('ticking and clearing keep a role within limits, whatever was ticked before', () => {
  fc.assert(
    fc.property(allowed, fc.constantFrom(...ownable), (held, one) => {
      assert.deepEqual(roleProblems(held), []);
      const more = withPermission(held, one);
      assert.ok(more.includes(one) && held.every((before) => more.includes(before)));
      assert.deepEqual(roleProblems(more), []);
      const fewer = withoutPermission(held, one);
      assert.ok(!fewer.includes(one) && fewer.every((left) => held.includes(left)));
      assert.deepEqual(roleProblems(fewer), []);
    }),
  );
});

test('every built-in role gives a beginning within limits', () => {
  for (const role of roles) assert.deepEqual(roleProblems(ownableOf(permissionsOfRole[role])), [], role);
  assert.deepEqual(
    ownableOf(permissionsOfRole.practitioner),
    permissions.filter((one) => permissionsOfRole.practitioner.includes(one)),
  );
  fc.assert(
    fc.property(some, (held) => {
      const from = ownableOf(held);
      assert.deepEqual(roleProblems(from), []);
      assert.ok(from.every((one) => held.includes(one)));
    }),
  );
});
