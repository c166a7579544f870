/** The built application starts over an `update` folder that somebody else wrote: it installs nothing of theirs and writes nothing for them. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  beforeFolder,
  emptyJournal,
  packagePathOf,
  packagesFolder,
  readJournal,
  updateFolder,
} from '../../../src-main/update/journal.ts';
import type { Installing, StagedPackage } from '../../../src-shared/updates/journal.ts';
import type { UpdateStage } from '../../e2e/update-stage.ts';
import { sha512 } from '../../unit/update/repository.ts';
import { hold } from '../kind.ts';

const forged = Buffer.from('#!/bin/sh\n# Carekeep 6.6.6\ntouch pwned\n');
const stagedOf = (version: string): StagedPackage => ({
  version,
  file: `Carekeep-${version}.AppImage`,
  sha512: sha512(forged),
  length: forged.length,
  package: 'appimage',
});

function lay(stage: UpdateStage, from: string, to: string, more: Partial<Installing>): void {
  const { profile } = stage;
  mkdirSync(packagesFolder(profile), { recursive: true });
  for (const version of [from, to]) writeFileSync(packagePathOf(profile, stagedOf(version)), forged);
  const notes = { en: '', de: '', fr: '', es: '' };
  const install: Installing = {
    state: 'staged',
    from,
    to,
    offer: { version: to, size: forged.length, required: true, notes, released: 1 },
    package: stagedOf(to),
    back: stagedOf(from),
    starts: 0,
    tries: 1,
    reason: null,
    at: Date.now(),
    ...more,
  };
  writeFileSync(join(updateFolder(profile), 'journal.json'), JSON.stringify({ ...emptyJournal, install }));
}

/** @throws Broken unless the journal says so within some seconds */
async function refused(stage: UpdateStage): Promise<void> {
  for (let left = 200; left > 0; left -= 1) {
    if (readJournal(stage.profile).refusal === 'signature') return;
    await pause(50);
  }
  hold(false, 'the forged package was not refused for its signature');
}

const demandOurs = (stage: UpdateStage): void =>
  hold(stage.version() === '1.0.0', 'somebody else’s package is installed');

export const forgedStarts: readonly { readonly name: string; readonly play: (stage: UpdateStage) => Promise<void> }[] =
  [
    {
      name: 'a package that is ready',
      play: async (stage) => {
        lay(stage, '1.0.0', '6.6.6', {});
        await stage.open();
        await stage.signIn();
        const { state } = await stage.phase('ready');
        hold(state.offer?.version === '6.6.6', 'the forged offer is not shown, nothing was tried');
        await stage.call('updates.install', { version: '6.6.6' });
        await refused(stage);
        demandOurs(stage);
      },
    },
    {
      name: 'a failed update to go back from',
      play: async (stage) => {
        lay(stage, '0.9.0', '1.0.0', { state: 'failed', reason: 'starts' });
        await stage.open();
        await refused(stage);
        demandOurs(stage);
        await stage.app.close();
        // Who clears the folder works again.
        rmSync(join(updateFolder(stage.profile), 'journal.json'));
        await stage.open();
        await stage.signIn();
      },
    },
    {
      name: 'a copy that leads out of the profile',
      play: async (stage) => {
        lay(stage, '1.0.0', '6.6.6', { state: 'failed', reason: 'starts' });
        const copy = beforeFolder(stage.profile, '1.0.0');
        mkdirSync(join(copy, 'db'), { recursive: true });
        const bytes = Buffer.from('theirs');
        writeFileSync(join(stage.profile, 'update', 'before', 'theirs'), bytes);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const files = ['../theirs', '../../../theirs'].map((name) => ({ name, size: bytes.length, sha256 }));
        const manifest = { version: 1, from: '1.0.0', to: '6.6.6', at: 1, checked: true, files };
        writeFileSync(join(copy, 'manifest.json'), JSON.stringify(manifest));
        const before = readFileSync(join(stage.profile, 'audit-keys'));
        await stage.open();
        await stage.phase('fell-back');
        hold(!existsSync(join(stage.folder, 'theirs')), 'a file was written outside the profile');
        hold(readFileSync(join(stage.profile, 'audit-keys')).equals(before), 'the record was touched');
        await stage.signIn();
        demandOurs(stage);
      },
    },
  ];
