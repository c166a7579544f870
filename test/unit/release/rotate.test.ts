import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { addTarget } from '../../../resources/release/add.ts';
import { makeKey, tufKey } from '../../../resources/release/key.ts';
import { publish } from '../../../resources/release/publish.ts';
import { readRepository } from '../../../resources/release/repository.ts';
import { rotateRoot } from '../../../resources/release/rotate.ts';
import { checkSignable, readTravelling, sign } from '../../../resources/release/sign.ts';
import { verifyAsClient } from '../../../resources/release/verify.ts';
import { rootInWords, spoken } from '../../../resources/release/words.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { aPackage, publishedTrial, type Trial } from './trial.ts';

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

test('a root that holds somebody else’s key under a known number is not signed, nor taken for published', async () => {
  const trial = await published();
  const { folder, now, keys } = trial;
  rotateRoot({ folder, change: {}, now: now() });
  const file = join(folder, 'pending', 'root.json');
  const root = JSON.parse(readFileSync(file, 'utf8'));
  const stranger = makeKey('root', 'nobody', randomBytes);
  const [known] = keys.root;
  assert.ok(known !== undefined);
  for (const held of [
    tufKey(stranger.publicKey.public),
    { ...tufKey(known.publicKey.public), keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' },
    { ...tufKey(known.publicKey.public), keyval: { public: known.publicKey.public, more: 'x' } },
  ]) {
    root.signed.keys[known.keyId] = { ...held, 'x-carekeep-owner': known.owner };
    writeFileSync(file, JSON.stringify(root));
    const travelling = readTravelling(file);
    assert.throws(() => checkSignable(travelling, null, now()), /holds another key/);
    assert.ok(travelling.role === 'root');
    assert.throws(() => rootInWords(null, travelling.file), /holds another key/);
    assert.throws(() => sign({ folder, role: 'root', keys: keys.root.slice(1) }), /holds another key/);
  }
});

test('of a key that comes as many digits are shown as its owner reads out', async () => {
  const trial = await published();
  const { folder, keys, now } = trial;
  const fresh = makeKey('root', 'Ana', randomBytes);
  const halves = [...keys.root.slice(1), fresh].map((key) => key.publicKey);
  const root = rotateRoot({ folder, change: { root: { keys: halves, threshold: 2 } }, now: now() });
  const before = readRepository(folder).published?.root ?? null;
  assert.ok(rootInWords(before, root).some((line) => line.includes(spoken(fresh.keyId))));
  assert.ok(!rootInWords(before, root).some((line) => line.includes(spoken(keys.root[1]?.keyId ?? ''))));
  for (const { keyId } of [...keys.root.slice(1), fresh]) {
    assert.ok(rootInWords(null, root).some((line) => line.includes(spoken(keyId))));
  }
});

test('a list with a package from the future is not signed', async () => {
  const trial = await published();
  const later = trial.now() + 3 * 86_400_000;
  await addTarget({
    folder: trial.folder,
    file: trial.file('carekeep-9.0.0.deb'),
    package: aPackage('9.0.0'),
    now: later,
  });
  const file = join(trial.folder, 'pending', 'targets.json');
  const list = JSON.parse(readFileSync(file, 'utf8'));
  // As if it was made today.
  list.signed.expires = new Date(trial.now() + 80 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');
  writeFileSync(file, JSON.stringify(list));
  assert.throws(() => checkSignable(readTravelling(file), null, trial.now()), /in the future/);
});
