/** A new version: the clinic's signers release it, a workstation takes it, and it proves itself before anybody works. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { addTarget } from '../../resources/release/add.ts';
import { UpdateStage } from '../e2e/update-stage.ts';
import { aPackage, newTrial, type Trial } from '../unit/release/trial.ts';
import type { Stage } from './stage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const everyone = { pilot: 100, everyone: 100 };

async function put(signers: Trial, version: string, bytes: Buffer): Promise<void> {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const file = signers.file(`Carekeep-${version}.AppImage`, bytes.toString('latin1'));
  const about = aPackage(version, { arch, rings: everyone });
  await addTarget({ folder: signers.folder, file, package: about, now: signers.now() });
}

/** Who was signed in by a call is gone with the page. @returns the next one, locked */
async function leave({ app }: UpdateStage): Promise<Page> {
  const windows = app.windowCount();
  const page = await app.page();
  await Promise.allSettled([page.reload(), app.nextWindow(windows)]);
  return app.page();
}

export async function stayCurrent(stage: Stage): Promise<void> {
  const signers = newTrial();
  const other = await UpdateStage.start();
  try {
    await stage.step('Two of three signers release 1.1.0; one alone cannot', async () => {
      other.offer('1.1.0');
      await put(signers, '1.0.0', other.package('1.0.0', root));
      await put(signers, '1.1.0', other.package('1.1.0', join(other.folder, 'versions', '1.1.0')));
      signers.sign('root');
      signers.sign('targets', [0]);
      const alone = await Promise.resolve()
        .then(() => signers.publish())
        .then(
          () => true,
          () => false,
        );
      if (alone) throw new Error('one signature was enough');
      signers.sign('targets', [1]);
      await signers.publish();
      const anchor = join(other.folder, 'resources', 'update', 'root.json');
      copyFileSync(join(signers.folder, 'metadata', '1.root.json'), anchor);
    });
    await stage.step('A workstation is offered it from a folder', async () => {
      other.policy({ updateSource: signers.folder });
      await other.open();
      await other.setUp();
      await other.phase('idle');
      await other.call('updates.check', {});
      await other.phase('ready');
      const page = await leave(other);
      await page.getByText('1.1.0').first().waitFor();
      await stage.picture('update-offered', 'both', page);
    });
    await stage.step('It is installed, checks itself before anybody works, and stays', async () => {
      await other.signIn();
      await other.call('updates.install', { version: '1.1.0' });
      await other.again();
      if (other.version() !== '1.1.0') throw new Error('the package was not swapped');
      await other.phase('trial');
      await other.signIn();
      await other.phase('kept');
      if ((await other.patients()) !== 1) throw new Error('the record is not what it was');
      const page = await leave(other);
      await page.getByText('1.1.0').first().waitFor();
      await stage.picture('updated', 'light', page);
    });
  } finally {
    await other.stop();
    signers.remove();
  }
}
