import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  consistencyProof,
  emptyFrontier,
  emptyRoot,
  frontierFrom,
  frontierRoot,
  grow,
  inclusionProof,
  leafHash,
  levelsOf,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../../src-main/core/audit/merkle.ts';

/** The vectors of Certificate Transparency's reference tests for RFC 6962. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leaves = inputs.map((hex) => leafHash(Buffer.from(hex, 'hex')));

test('published vectors', () => {
  assert.equal(emptyRoot.toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  let frontier = emptyFrontier;
  for (const [at, root] of roots.entries()) {
    assert.equal(treeRoot(leaves.slice(0, at + 1)).toString('hex'), root);
    frontier = grow(frontier, leaves[at] ?? emptyRoot);
    assert.equal(frontierRoot(frontier).toString('hex'), root);
  }
  const path = inclusionProof(levelsOf(leaves.slice(0, 3)), 2).map((hash) => hash.toString('hex'));
  assert.deepEqual(path, [roots[1]]);
  const proof = consistencyProof((from, to) => treeRoot(leaves.slice(from, to)), 6, 8).map((hash) =>
    hash.toString('hex'),
  );
  assert.deepEqual(proof, [
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

const many = Array.from({ length: 300 }, (_, at) => leafHash(`leaf ${at}`));

test('every leaf is proved and no other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), (size, a, b) => {
      const levels = levelsOf(many.slice(0, size));
      const root = treeRoot(many.slice(0, size));
      const index = a % size;
      const proof = inclusionProof(levels, index);
      const leaf = many[index] ?? emptyRoot;
      assert.ok(verifyInclusion(leaf, index, size, proof, root));
      const other = b % 300;
      if (other !== index) {
        assert.equal(verifyInclusion(many[other] ?? emptyRoot, index, size, proof, root), false);
        assert.equal(verifyInclusion(leaf, other, size, proof, root), false);
      }
      assert.equal(verifyInclusion(leaf, index, size, [...proof, root], root), false);
    }),
  );
});

test('older trees are beginnings of newer ones', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (size, b) => {
      const old = 1 + (b % size);
      const proof = consistencyProof((from, to) => treeRoot(many.slice(from, to)), old, size);
      const oldRoot = treeRoot(many.slice(0, old));
      const root = treeRoot(many.slice(0, size));
      assert.ok(verifyConsistency(old, size, proof, oldRoot, root));
      if (old < size) {
        assert.equal(verifyConsistency(old, size, proof, root, root), false);
        assert.equal(verifyConsistency(old, size, proof, oldRoot, oldRoot), false);
        assert.equal(verifyConsistency(old, size, proof.slice(1), oldRoot, root), false);
      }
    }),
  );
});

test('a frontier grows from subtrees as from leaves and survives being stored', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), (size) => {
      let plain = emptyFrontier;
      for (const leaf of many.slice(0, size)) plain = grow(plain, leaf);
      let tiled = emptyFrontier;
      const full = Math.floor(size / 8) * 8;
      for (let at = 0; at < full; at += 8) tiled = grow(tiled, treeRoot(many.slice(at, at + 8)), 3);
      for (const leaf of many.slice(full, size)) tiled = grow(tiled, leaf);
      assert.deepEqual(tiled, plain);
      const stored = frontierFrom(size, Buffer.concat(plain.hashes));
      assert.deepEqual(frontierRoot(stored), treeRoot(many.slice(0, size)));
    }),
  );
});
