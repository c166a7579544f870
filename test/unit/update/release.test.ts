/** What the signers' command line publishes is what a workstation believes: root changed, notes of several lines, a bundle. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundle } from '../../../resources/release/bundle.ts';
import { fetchPackage } from '../../../src-main/update/fetch-package.ts';
import { openSource } from '../../../src-main/update/open-source.ts';
import { notes, publishedTrial } from '../release/trial.ts';
import { here, Workstation } from './workstation.ts';

const trial = await publishedTrial();
after(() => trial.remove());

test('a published repository, as a folder and as a bundle', async () => {
  const station = new Workstation(readFileSync(join(trial.folder, 'metadata', '1.root.json')), trial.base);
  station.here = { ...here, ring: 'pilot' };
  await trial.add('1.2.0', { notes: { ...notes, en: 'Better.\n\n- "quoted"\n- \\ and \u2028' } });
  trial.sign('targets');
  await trial.publish();
  const stick = join(trial.base, 'carekeep.zip');
  await bundle({ folder: trial.folder, to: stick });
  for (const place of [trial.folder, stick]) {
    const source = await openSource(place, { proxy: 'none' });
    const { found } = await station.accept(source);
    assert.equal(found?.offer.version, '1.2.0');
    assert.equal(found?.offer.notes.en, 'Better.\n\n- "quoted"\n- \\ and \u2028');
    if (found === null) return assert.fail('nothing found');
    const to = join(station.folder, 'packages', source.kind, found.file);
    await fetchPackage({ source, found, to, signal: new AbortController().signal, progress: () => undefined });
    await source.close();
  }
});
