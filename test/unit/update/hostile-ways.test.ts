/** Every mirror, folder and bundle of the faults kind `update-feed` that misbehaves, once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createPrng } from '../../faults/prng.ts';
import { placeLies, playPlaceLie } from '../../faults/update-feed/places.ts';
import { demandHonest, makeScene } from '../../faults/update-feed/scene.ts';
import { playWireLie, wireLies } from '../../faults/update-feed/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'carekeep-hostile-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const scene = await makeScene(createPrng(2), folder);

test('mirrors that misbehave', async (context) => {
  for (const lie of wireLies) await context.test(`${lie.name}: ${lie.refusal}`, () => playWireLie(lie, scene));
});

test('folders and bundles that are not what they seem', async (context) => {
  for (const lie of placeLies) await context.test(`${lie.name}: ${lie.refusal}`, () => playPlaceLie(lie, scene));
});

test('the honest feed is believed after all of it', () => demandHonest(scene));
