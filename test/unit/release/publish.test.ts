import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Disk, realDisk } from '../../../resources/release/disk.ts';
import { setRings } from '../../../resources/release/draft.ts';
import { publish } from '../../../resources/release/publish.ts';
import { listOf, readRepository } from '../../../resources/release/repository.ts';
import { verifyAsClient } from '../../../resources/release/verify.ts';
import { newTrial, publishedTrial, type Trial } from './trial.ts';

const trials: Trial[] = [];
const kept = (trial: Trial): Trial => {
  trials.push(trial);
  return trial;
};
after(() => {
  for (const trial of trials) trial.remove();
});

test('a package, signed by two of three and published, is what tuf-js gives a new workstation', async () => {
  const trial = kept(await publishedTrial());
  assert.deepEqual(await verifyAsClient({ folder: trial.folder }), {
    root: 1,
    timestamp: 1,
    snapshot: 1,
    targets: 1,
    packages: ['stable/linux/x64/carekeep-1.1.0.deb'],
  });
  assert.equal(existsSync(join(trial.folder, 'pending', 'targets')), false);
  assert.deepEqual(readdirSync(join(trial.folder, 'pending')), []);
});

test('one signature is not enough, for the root or for the packages, and nothing is published', async () => {
  const trial = kept(newTrial());
  await trial.add('1.1.0');
  trial.sign('root', [0]);
  trial.sign('targets', [2]);
  await assert.rejects(trial.publish(), /Root 1 has 1 of the 2 signatures/);
  trial.sign('root', [2]);
  await assert.rejects(trial.publish(), /list of packages has 1 of the 2 signatures/);
  assert.deepEqual(readdirSync(join(trial.folder, 'metadata')), []);
  assert.deepEqual(readdirSync(join(trial.folder, 'targets')), []);
  trial.sign('targets', [0]);
  assert.equal((await trial.publish()).gap, false);
});

test('what is put forward while a publish is under way is not thrown away with what was published', async () => {
  const trial = kept(await publishedTrial());
  await trial.add('1.2.0');
  trial.sign('targets');
  const disk: Disk = {
    ...realDisk,
    move: (from, to) => {
      realDisk.move(from, to);
      setRings({
        folder: trial.folder,
        path: 'stable/linux/x64/carekeep-1.2.0.deb',
        rings: { everyone: 50 },
        now: trial.now(),
      });
    },
  };
  await publish({
    folder: trial.folder,
    keys: [...trial.keys.snapshot, ...trial.keys.timestamp],
    now: trial.now(),
    disk,
  });
  const { pending, published } = readRepository(trial.folder);
  assert.equal(listOf(pending.targets)['stable/linux/x64/carekeep-1.2.0.deb']?.custom.rings.everyone, 50);
  assert.equal(
    listOf(published?.chain?.targets ?? null)['stable/linux/x64/carekeep-1.2.0.deb']?.custom.rings.everyone,
    0,
  );
});
