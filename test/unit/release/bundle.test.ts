import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { bundle } from '../../../resources/release/bundle.ts';
import { withLock } from '../../../resources/release/lock.ts';
import { readRepository } from '../../../resources/release/repository.ts';
import { dayMs } from '../../../resources/release/roles.ts';
import { statusOf } from '../../../resources/release/status.ts';
import { verifyAsClient } from '../../../resources/release/verify.ts';
import { plain } from '../../../resources/release/words.ts';
import { publishedTrial } from './trial.ts';

const trial = await publishedTrial();
after(() => trial.remove());
const { folder, base } = trial;

test('a bundle is stored, the same every time, and a workstation accepts what is in it', async () => {
  const to = join(base, 'one.zip');
  const paths = await bundle({ folder, to });
  await bundle({ folder, to: join(base, 'two.zip') });
  assert.deepEqual(paths, ['stable/linux/x64/carekeep-1.1.0.deb']);
  assert.equal(readFileSync(to).equals(readFileSync(join(base, 'two.zip'))), true);
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(to, { lazyEntries: true });
  const unpacked = join(base, 'unpacked');
  const open = promisify(zip.openReadStream.bind(zip));
  for await (const entry of zip.eachEntry()) {
    assert.equal(entry.compressionMethod, 0);
    const out = join(unpacked, entry.fileName);
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, Buffer.concat(await (await open(entry)).toArray()));
  }
  const seen = await verifyAsClient({ folder: unpacked });
  assert.deepEqual(seen.packages, paths);
});

test('a bundle for another platform has the lists, and no package', async () => {
  assert.deepEqual(await bundle({ folder, to: join(base, 'mac.zip'), platform: 'darwin' }), []);
});

test('what is about to end or has ended is said', () => {
  const repository = readRepository(folder);
  const at = (days: number) => statusOf(repository, Date.now() + days * dayMs).warnings;
  assert.deepEqual(at(0), []);
  assert.deepEqual(at(2.5), ['timestamp ends in less than a day: sign it anew.']);
  assert.match(at(100).join('\n'), /targets has expired[\s\S]*snapshot has expired[\s\S]*timestamp has expired/);
});

test('two do not publish at once; what a killed one left is no obstacle', async () => {
  const lock = join(folder, 'pending', '.lock');
  await withLock(folder, async () => {
    await assert.rejects(trial.publish(), /Somebody else is publishing/);
  });
  writeFileSync(lock, '4194999\n');
  await trial.publish();
});

test('text of others cannot move the cursor, hide a line or turn its direction', () => {
  assert.equal(plain('a\u001b[2Jb\nc\u202ed\u0007'), 'a�[2Jb�c�d�');
  assert.equal(plain('Zoë, 東京'), 'Zoë, 東京');
});
