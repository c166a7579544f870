/** Packages on their way: every misbehaviour of the faults kind `update-feed` once, and what the caller sees of it. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fetchPackage, packagePath, partialOf } from '../../../src-main/update/fetch-package.ts';
import { openSource } from '../../../src-main/update/open-source.ts';
import { isPackage } from '../../../src-main/update/package-file.ts';
import { CannotPlay } from '../../faults/kind.ts';
import { createPrng } from '../../faults/prng.ts';
import { packageLies } from '../../faults/update-feed/package-lies.ts';
import { offered, playDisk, playKill, playPackageLie } from '../../faults/update-feed/packages.ts';
import { clinicCa, Mirror } from './server.ts';
import { memorySource } from './workstation.ts';

const folder = mkdtempSync(join(tmpdir(), 'carekeep-package-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const random = createPrng(7);

test('packages that lie, connections that break', async (context) => {
  for (const lie of packageLies) {
    await context.test(`${lie.name}: ${lie.ends}`, () => playPackageLie(lie, random, folder));
  }
});

test('killed on the way, the next start ends well', () => playKill(createPrng(3), folder));

for (const readOnly of [false, true]) {
  test(readOnly ? 'a disk that takes nothing' : 'a disk that is full before it says so', async (context) => {
    try {
      await playDisk(readOnly, createPrng(4), folder);
    } catch (error) {
      if (!(error instanceof CannotPlay)) throw error;
      context.skip(error.message);
    }
  });
}

test('a resumed package asks only for the rest, and progress begins where it stood', async () => {
  const { repo, bytes, found } = offered(random, 300_000);
  const mirror = await Mirror.start(repo.files);
  const source = await openSource(mirror.address, { ca: clinicCa, proxy: 'none' });
  const to = join(folder, 'resumed.deb');
  const stop = new AbortController();
  const first = fetchPackage({
    source: {
      ...memorySource(repo),
      async *open(path, from) {
        yield bytes.subarray(from, 100_000);
        assert.equal(path, packagePath(found));
        stop.abort(new Error('the person stopped it'));
        yield bytes.subarray(100_000);
      },
    },
    found,
    to,
    signal: stop.signal,
    progress: () => undefined,
  });
  await assert.rejects(first, /the person stopped it/);
  assert.equal(statSync(partialOf(to)).size, 100_000);
  const seen: number[] = [];
  await fetchPackage({ source, found, to, signal: new AbortController().signal, progress: (done) => seen.push(done) });
  assert.equal(mirror.requests.at(-1)?.headers.range, 'bytes=100000-');
  assert.equal(mirror.requests.at(-1)?.headers['accept-encoding'], 'identity');
  assert.equal(mirror.requests.at(-1)?.headers.cookie, undefined);
  assert.deepEqual([seen[0], seen.at(-1)], [100_000, 300_000]);
  assert.ok(seen.every((done, at) => done >= (seen[at - 1] ?? 0)));
  assert.ok(readFileSync(to).equals(bytes));
  // A second time nothing is fetched.
  const asked = mirror.asked.length;
  await fetchPackage({ source, found, to, signal: new AbortController().signal, progress: () => undefined });
  assert.equal(mirror.asked.length, asked);
  await source.close();
  await mirror.stop();
});

test('one package is fetched once at a time', async () => {
  const { repo, found } = offered(random, 1000);
  const options = {
    source: memorySource(repo),
    found,
    to: join(folder, 'once.deb'),
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  const first = fetchPackage(options);
  await assert.rejects(fetchPackage(options), TypeError);
  await first;
  assert.ok(existsSync(options.to));
});

test('a file is the package only byte for byte', async () => {
  const { repo, found } = offered(random, 2_500_000);
  const to = join(folder, 'whole.deb');
  await fetchPackage({
    source: memorySource(repo),
    found,
    to,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  assert.equal(await isPackage(to, found), true);
  assert.equal(await isPackage(to, { ...found, length: found.length - 1 }), false);
  assert.equal(await isPackage(to, { ...found, sha512: '0'.repeat(128) }), false);
  assert.equal(await isPackage(join(folder, 'nowhere'), found), false);
  assert.equal(await isPackage(folder, found), false);
});
