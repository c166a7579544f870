/** Checks that hold, over every kind of source, and what is trusted after them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { check } from '../../../src-main/update/check.ts';
import { fetchPackage } from '../../../src-main/update/fetch-package.ts';
import { openSource } from '../../../src-main/update/open-source.ts';
import { Refused } from '../../../src-main/update/refusals.ts';
import { updateTrust } from '../../../src-shared/updates/state.ts';
import { mostTargets } from '../../../src-shared/updates/target.ts';
import { createPrng } from '../../faults/prng.ts';
import { playRecovery, recoveries } from '../../faults/update-feed/recoveries.ts';
import { makeScene } from '../../faults/update-feed/scene.ts';
import { custom, TestRepository, writeBundle, writeFolder } from './repository.ts';
import { clinicCa, Mirror } from './server.ts';
import { here, memorySource, Workstation } from './workstation.ts';

const folder = mkdtempSync(join(tmpdir(), 'carekeep-check-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const never = new AbortController().signal;

const repo = new TestRepository();
const newest = Buffer.from('the newest package');
repo.add(custom('1.0.0'), Buffer.from('the running package'));
repo.add(custom('1.1.0', { minimumVersion: '1.0.1' }), newest);
repo.publish();

test('the same offer from a mirror, a folder and a bundle, and its package', async () => {
  const mirror = await Mirror.start(repo.files);
  writeFolder(repo.files, join(folder, 'feed'));
  await writeBundle(repo.files, join(folder, 'feed.carekeep'));
  const addresses = { https: mirror.address, folder: join(folder, 'feed'), bundle: join(folder, 'feed.carekeep') };
  for (const [kind, address] of Object.entries(addresses)) {
    const source = await openSource(address, { ca: clinicCa, proxy: 'none' });
    assert.equal(source.kind, kind);
    const station = new Workstation(repo.anchor, folder);
    const { found, running, anchored, trust } = await station.accept(source);
    assert.equal(anchored, true);
    assert.equal(found?.offer.version, '1.1.0');
    assert.equal(found?.offer.required, true);
    assert.equal(running?.offer.version, '1.0.0');
    assert.deepEqual(updateTrust.parse(trust), trust);
    assert.deepEqual(readdirSync(station.folder), ['metadata']);
    if (found === null) return assert.fail('nothing found');
    const to = join(station.folder, found.file);
    await fetchPackage({ source, found, to, signal: never, progress: () => undefined });
    assert.equal((await station.accept(source)).anchored, false);
    await source.close();
  }
  assert.ok(
    mirror.asked.every((path) => /^(?:metadata|targets)\//.test(path)),
    mirror.asked.join(' '),
  );
  await mirror.stop();
});

test('nothing is written before commit, and a check that was left leaves nothing behind', async () => {
  const station = new Workstation(repo.anchor, folder);
  const outcome = await station.check(memorySource(repo));
  assert.ok(outcome.ok);
  assert.deepEqual(readdirSync(station.folder), ['metadata.next']);
  await station.accept(memorySource(repo));
  assert.deepEqual(readdirSync(station.folder), ['metadata']);
});

test('a second look at the same feed asks for the next root and the timestamp only', async () => {
  const mirror = await Mirror.start(repo.files);
  const station = new Workstation(repo.anchor, folder);
  const source = await openSource(mirror.address, { ca: clinicCa, proxy: 'none' });
  await station.accept(source);
  mirror.asked.length = 0;
  const { found } = await station.accept(source);
  assert.equal(found?.offer.version, '1.1.0');
  assert.deepEqual(mirror.asked, ['metadata/2.root.json', 'metadata/timestamp.json']);
  await source.close();
  await mirror.stop();
});

test('a check can be given up, and one folder is checked once at a time', async () => {
  const station = new Workstation(repo.anchor, folder);
  const stop = new AbortController();
  const hanging = {
    ...memorySource(repo),
    read: () =>
      new Promise<Buffer>((_, reject) => stop.signal.addEventListener('abort', () => reject(stop.signal.reason))),
  };
  const first = check(station.options(hanging, stop.signal));
  await assert.rejects(check(station.options(hanging)), TypeError);
  stop.abort(new Error('closed'));
  await assert.rejects(first, /closed/);
  assert.deepEqual(readdirSync(station.folder), []);
  await station.accept(memorySource(repo));
});

test('an anchor that is none is refused', async () => {
  for (const [bytes, refusal] of [
    [Buffer.from('{}'), 'not-metadata'],
    [repo.file('metadata/timestamp.json'), 'not-metadata'],
    [Buffer.from(repo.anchor.toString().replace(/"sig":"[0-9a-f]{4}/g, '"sig":"0000')), 'signature'],
  ] as const) {
    const station = new Workstation(bytes, folder);
    const outcome = await station.check(memorySource(repo));
    assert.deepEqual(outcome, { ok: false, refusal });
  }
});

test('the highest version that was found well bounds what is offered', async () => {
  const station = new Workstation(repo.anchor, folder);
  const { trust } = await station.accept(memorySource(repo));
  assert.equal(trust.application, here.version);
  station.trust = { ...trust, application: '1.2.0' };
  assert.equal((await station.accept(memorySource(repo))).found, null);
  assert.equal(station.trust.application, '1.2.0');
});

test('as many packages as a feed may list, and one more', async () => {
  const large = new TestRepository();
  for (let at = 0; at < mostTargets; at += 1)
    large.add(custom(`1.0.${at}`), Buffer.from(String(at)), `carekeep_1.0.${at}.deb`);
  large.publish();
  const station = new Workstation(large.anchor, folder);
  assert.equal((await station.accept(memorySource(large))).found?.offer.version, `1.0.${mostTargets - 1}`);
  large.add(custom('1.1.0'), Buffer.from('one more'));
  large.publish();
  assert.deepEqual(await station.check(memorySource(large)), { ok: false, refusal: 'not-metadata' });
});

test('a folder that cannot be written says so', async () => {
  const station = new Workstation(repo.anchor, folder);
  writeFileSync(join(folder, 'file'), '');
  const outcome = await check({ ...station.options(memorySource(repo)), metadata: join(folder, 'file', 'metadata') });
  assert.equal(outcome.ok, false);
  assert.equal(outcome.ok || outcome.refusal, 'not-writable');
  const fine = await station.check(memorySource(repo));
  assert.ok(fine.ok);
  rmSync(station.folder, { recursive: true });
  await assert.rejects(fine.commit(), (error) => error instanceof Refused && error.refusal === 'not-writable');
});

test('what must end well', async (context) => {
  for (const [at, recovery] of recoveries.entries()) {
    await context.test(recovery.name, async () =>
      playRecovery(recovery, await makeScene(createPrng(at), folder), 'memory'),
    );
  }
});

test('what runs when a check holds is remembered as the highest; a lower one lowers nothing', async () => {
  const station = new Workstation(repo.anchor, folder);
  assert.equal((await station.accept(memorySource(repo))).trust.application, '1.0.0');
  station.here = { ...here, version: '1.0.5' };
  assert.equal((await station.accept(memorySource(repo))).trust.application, '1.0.5', 'put here by hand');
  station.here = here;
  assert.equal((await station.accept(memorySource(repo))).trust.application, '1.0.5');
  station.remove();
});

test('all roots since the anchor are kept, and brought again where one is gone', async () => {
  const rotated = repo.fork();
  for (const role of ['root', 'targets', 'snapshot'] as const) rotated.rotate(role);
  rotated.publish();
  const station = new Workstation(rotated.anchor, folder);
  await station.accept(memorySource(rotated));
  const roots = () =>
    readdirSync(station.metadata)
      .filter((name) => /^\d+\.root\.json$/.test(name))
      .sort();
  assert.deepEqual(roots(), ['2.root.json', '3.root.json', '4.root.json']);
  rmSync(join(station.metadata, '2.root.json'));
  writeFileSync(join(station.metadata, '3.root.json'), 'nothing');
  await station.accept(memorySource(rotated));
  assert.deepEqual(roots(), ['2.root.json', '3.root.json', '4.root.json']);
  // With all of them here nothing but the next root is asked for.
  const asked: string[] = [];
  const source = memorySource(rotated);
  await station.accept({
    ...source,
    read: (path, limit, signal) => {
      asked.push(path);
      return source.read(path, limit, signal);
    },
  });
  assert.deepEqual(
    asked.filter((path) => path.includes('root')),
    ['metadata/5.root.json'],
  );
  station.remove();
});
