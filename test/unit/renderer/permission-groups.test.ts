import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { permissionGroups, permissionKey } from '../../../src-renderer/people/permission-groups.ts';
import { permissions } from '../../../src-shared/contract/permissions.ts';

const people: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../resources/translations/en/people.json'), 'utf8'),
);

function at(path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (node, key) =>
        typeof node === 'object' && node !== null ? Object.entries(node).find(([k]) => k === key)?.[1] : undefined,
      people,
    );
}

test('the matrix shows every permission once, in words', () => {
  const shown = permissionGroups.flatMap((group) => group.permissions);
  assert.deepEqual([...shown].sort(), [...permissions].sort());
  for (const permission of permissions) assert.equal(typeof at(permissionKey(permission)), 'string', permission);
  for (const { group } of permissionGroups) assert.equal(typeof at(`group.${group}`), 'string', group);
});
