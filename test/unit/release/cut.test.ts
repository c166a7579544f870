/** A publish that is cut at each of its writes: what a mirror copies at that moment is accepted, and running it again ends it. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { type Disk, realDisk } from '../../../resources/release/disk.ts';
import { makeKey, type SigningKey } from '../../../resources/release/key.ts';
import { publish, refreshTimestamp } from '../../../resources/release/publish.ts';
import { rotateRoot } from '../../../resources/release/rotate.ts';
import { sign } from '../../../resources/release/sign.ts';
import { verifyAsClient } from '../../../resources/release/verify.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { publishedTrial, type Trial } from './trial.ts';

const trials: Trial[] = [];
after(() => {
  for (const trial of trials) trial.remove();
});

class Cut extends Error {}

/** The n-th change does not happen; of a file that was being written, half lies aside. */
function cutAt(n: number): Disk {
  let left = n;
  const last = (): boolean => {
    left -= 1;
    return left === 0;
  };
  return {
    write: (file, bytes, how) => {
      if (!last()) return realDisk.write(file, bytes, how);
      const aside = how?.aside ?? dirname(file);
      mkdirSync(aside, { recursive: true });
      writeFileSync(join(aside, '.half.part'), bytes.subarray(0, bytes.length / 2));
      throw new Cut();
    },
    move: (from, to) => {
      if (last()) throw new Cut();
      realDisk.move(from, to);
    },
    remove: (file) => {
      if (last()) throw new Cut();
      realDisk.remove(file);
    },
  };
}

/** Cuts `work` at every change it makes, each time on a fresh copy. @returns after how many it went through */
async function atEveryCut(
  trial: Trial,
  work: (folder: string, disk: Disk) => Promise<unknown>,
  target: { root: number; targets: number },
): Promise<number> {
  const anchor = readFileSync(join(trial.folder, 'metadata', '1.root.json'));
  for (let n = 1; ; n += 1) {
    const folder = join(trial.base, 'copy');
    rmSync(folder, { recursive: true, force: true });
    cpSync(trial.folder, folder, { recursive: true });
    let cut = false;
    await work(folder, cutAt(n)).catch((error: unknown) => {
      if (!(error instanceof Cut)) throw error;
      cut = true;
    });
    const mirror = join(trial.base, 'mirror');
    rmSync(mirror, { recursive: true, force: true });
    for (const part of ['metadata', 'targets']) cpSync(join(folder, part), join(mirror, part), { recursive: true });
    await verifyAsClient({ folder: mirror, anchor });
    if (!cut) return n - 1;
    await work(folder, realDisk);
    const { root, targets } = await verifyAsClient({ folder, anchor });
    assert.deepEqual({ root, targets }, target, `after the cut at ${n}`);
  }
}

test('a new package', async () => {
  const trial = await publishedTrial();
  trials.push(trial);
  await trial.add('1.2.0');
  trial.sign('targets');
  const keys = [...trial.keys.snapshot, ...trial.keys.timestamp];
  const changes = await atEveryCut(trial, (folder, disk) => publish({ folder, keys, now: trial.now(), disk }), {
    root: 1,
    targets: 2,
  });
  // The package, three lists, and the one that waits no longer.
  assert.equal(changes, 5);
});

test('every key but one of root is replaced at once, the old ones sign too', async () => {
  const trial = await publishedTrial();
  trials.push(trial);
  const { folder, keys, now } = trial;
  const fresh = (role: 'root' | 'targets' | 'snapshot' | 'timestamp', count: number): SigningKey[] =>
    Array.from({ length: count }, (_, at) => makeKey(role, `new ${at}`, randomBytes));
  const next = {
    root: [...fresh('root', 2), ...keys.root.slice(0, 1)],
    targets: [...fresh('targets', 2), ...keys.targets.slice(0, 2)],
    snapshot: fresh('snapshot', 1),
    timestamp: fresh('timestamp', 1),
  };
  const of = (some: readonly SigningKey[], threshold: number) => ({
    keys: some.map((key) => key.publicKey),
    threshold,
  });
  await trial.add('1.2.0');
  rotateRoot({
    folder,
    change: {
      root: of(next.root, 2),
      targets: of(next.targets, 2),
      snapshot: of(next.snapshot, 1),
      timestamp: of(next.timestamp, 1),
    },
    now: now(),
  });
  sign({ folder, role: 'root', keys: [...next.root.slice(0, 2), ...keys.root.slice(0, 2)] });
  sign({ folder, role: 'targets', keys: keys.targets.slice(0, 2) });
  const online = [...next.snapshot, ...next.timestamp, ...keys.snapshot, ...keys.timestamp];
  await atEveryCut(trial, (at, disk) => publish({ folder: at, keys: online, now: now(), disk }), {
    root: 2,
    targets: 2,
  });
});

test('without the old online keys a copy from between two writes is refused, and the next one is not', async () => {
  const trial = await publishedTrial();
  trials.push(trial);
  const { folder, now } = trial;
  const keys = [makeKey('snapshot', 'new', randomBytes), makeKey('timestamp', 'new', randomBytes)];
  const only = (role: string) => ({
    keys: keys.filter((key) => key.role === role).map((key) => key.publicKey),
    threshold: 1,
  });
  rotateRoot({ folder, change: { snapshot: only('snapshot'), timestamp: only('timestamp') }, now: now() });
  trial.sign('root');
  // Root, targets and snapshot are written; the timestamp is not.
  await assert.rejects(publish({ folder, keys, now: now(), disk: cutAt(4) }), Cut);
  await assert.rejects(verifyAsClient({ folder }), /would refuse this repository/);
  assert.equal((await publish({ folder, keys, now: now() })).root, 2);
  assert.equal((await verifyAsClient({ folder })).root, 2);
});

test('the daily timestamp, with a snapshot that ends soon', async () => {
  const day = 24 * 60 * 60 * 1000;
  let now = Date.now() - 2 * day;
  const trial = await publishedTrial(() => now);
  trials.push(trial);
  const keys = [...trial.keys.snapshot, ...trial.keys.timestamp];
  assert.deepEqual(await refreshTimestamp({ folder: trial.folder, keys, now }), { snapshot: 1, timestamp: 2 });
  now += 8 * day;
  await atEveryCut(trial, (folder, disk) => refreshTimestamp({ folder, keys, now, disk }), { root: 1, targets: 1 });
  await assert.rejects(
    refreshTimestamp({ folder: trial.folder, keys: trial.keys.timestamp, now }),
    /The key for snapshot that the root names is not at hand/,
  );
});
