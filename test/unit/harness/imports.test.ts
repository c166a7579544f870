import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { importCases } from '../../faults/imports/all.ts';
import { createPrng } from '../../faults/prng.ts';

test('there are at least 150 cases, each with a name of its own', () => {
  assert.ok(importCases.length >= 150);
  assert.equal(new Set(importCases.map(({ name }) => name)).size, importCases.length);
});

test('a seed makes the same files again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-cases-'));
  try {
    for (const name of ['bits flipped 3', 'cut short 2', 'scarred 1', 'a family of references by urn']) {
      const found = importCases.find((one) => one.name === name);
      assert.ok(found, name);
      const content = (seed: number) => {
        const { paths } = found.make(folder, createPrng(seed));
        return readFileSync(paths[0] ?? '');
      };
      assert.deepEqual(content(5), content(5), name);
      assert.notDeepEqual(content(5), content(6), name);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
