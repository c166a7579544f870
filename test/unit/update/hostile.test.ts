/** Every feed of the faults kind `update-feed` that lies in what it says, once: refused for its reason, nothing changed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createPrng } from '../../faults/prng.ts';
import { forms } from '../../faults/update-feed/forms.ts';
import { lies } from '../../faults/update-feed/lies.ts';
import { demandHonest, demandRefused, makeScene } from '../../faults/update-feed/scene.ts';
import { memorySource } from './workstation.ts';

const folder = mkdtempSync(join(tmpdir(), 'carekeep-hostile-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const all = [...lies, ...forms];

// A refusal leaves no trace, so that one workstation can be lied to a hundred times.
test('feeds that lie', async (context) => {
  const scene = await makeScene(createPrng(1), folder);
  for (const { name, refusal, feed } of all.filter(({ prepare }) => prepare === undefined)) {
    await context.test(`${name}: ${refusal}`, () =>
      demandRefused(scene, memorySource({ files: feed(scene) }), refusal),
    );
  }
  await demandHonest(scene);
});

for (const [at, { name, refusal, prepare, feed }] of all.entries()) {
  if (prepare === undefined) continue;
  test(`${name}: ${refusal}`, async () => {
    const scene = await makeScene(createPrng(at), folder);
    prepare(scene);
    await demandRefused(scene, memorySource({ files: feed(scene) }), refusal);
    scene.station.now = Date.now;
    scene.station.lastGood = null;
    await demandHonest(scene);
  });
}
