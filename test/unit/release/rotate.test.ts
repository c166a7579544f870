import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeKey } from '../../../resources/release/key.ts';
import { publish } from '../../../resources/release/publish.ts';
import { rotateRoot } from '../../../resources/release/rotate.ts';
import { sign } from '../../../resources/release/sign.ts';
import { verifyAsClient } from '../../../resources/release/verify.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { publishedTrial, type Trial } from './trial.ts';

const trials: Trial[] = [];
after(() => {
  for (const trial of trials) trial.remove();
});
const published = async (): Promise<Trial> => {
  const trial = await publishedTrial();
  trials.push(trial);
  return trial;
};

test('the root is rotated five times, a key at a time, and a workstation of the first day follows', async () => {
  const trial = await published();
  const { folder, now } = trial;
  const anchor = readFileSync(join(folder, 'metadata', '1.root.json'));
  let root = [...trial.keys.root];
  for (let round = 1; round <= 5; round += 1) {
    const fresh = makeKey('root', `new ${round}`, randomBytes);
    const next = [...root.slice(1), fresh];
    rotateRoot({
      folder,
      change: { root: { keys: next.map((key) => key.publicKey), threshold: 2 } },
      now: now(),
    });
    // Two of the new root; of the old one only the first of them: it is refused until a second one signs.
    sign({ folder, role: 'root', keys: [fresh, ...root.slice(1, 2)] });
    await assert.rejects(trial.publish(), /1 of the 2 signatures it needs of those who signed for root/);
    sign({ folder, role: 'root', keys: root.slice(0, 1) });
    assert.deepEqual(await trial.publish(), {
      root: round + 1,
      targets: 1,
      snapshot: round + 1,
      timestamp: round + 1,
      gap: false,
    });
    root = next;
  }
  assert.equal((await verifyAsClient({ folder, anchor })).root, 6);
});

test('the online keys are replaced: with the old ones at hand there is no moment at which nobody could update', async () => {
  const trial = await published();
  const { folder, now } = trial;
  const snapshot = makeKey('snapshot', 'machine', randomBytes);
  const timestamp = makeKey('timestamp', 'machine', randomBytes);
  rotateRoot({
    folder,
    change: {
      snapshot: { keys: [snapshot.publicKey], threshold: 1 },
      timestamp: { keys: [timestamp.publicKey], threshold: 1 },
    },
    now: now(),
  });
  trial.sign('root');
  await assert.rejects(trial.publish(), /The key for snapshot that the root names is not at hand/);
  const keys = [snapshot, timestamp, ...trial.keys.snapshot, ...trial.keys.timestamp];
  assert.equal((await publish({ folder, keys, now: now() })).gap, false);
  assert.equal((await verifyAsClient({ folder })).root, 2);
  // From now on the old ones count no more.
  await assert.rejects(trial.publish(), /The key for snapshot that the root names is not at hand/);
});

test('when two of three targets keys are replaced the list is put forward for signing again', async () => {
  const trial = await published();
  const { folder, now } = trial;
  const fresh = [makeKey('targets', 'four', randomBytes), makeKey('targets', 'five', randomBytes)];
  const stays = trial.keys.targets.slice(2);
  rotateRoot({
    folder,
    change: { targets: { keys: [...stays, ...fresh].map((key) => key.publicKey), threshold: 2 } },
    now: now(),
  });
  trial.sign('root');
  await assert.rejects(trial.publish(), /list of packages has 0 of the 2 signatures/);
  sign({ folder, role: 'targets', keys: fresh });
  await trial.publish();
  assert.deepEqual((await verifyAsClient({ folder })).packages, ['stable/linux/x64/carekeep-1.1.0.deb']);
});
