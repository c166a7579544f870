/**
 * Hands a package that targets name to electron-updater, which brings it here and installs it. Where updates come from
 * and whether they are ours was decided before (docs/protocols/update.md).
 */
import { copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import electronUpdater from 'electron-updater';
import type { StagedPackage } from '../../src-shared/updates/journal.ts';
import { packagePathOf, packagesFolder, updateFolder } from './journal.ts';
import { isPackage } from './package-file.ts';
import { Refused } from './refusals.ts';
import { type InstalledApp, updaterFor } from './updaters.ts';

/** Milliseconds within which an installer that cannot be started says so. */
const failsWithin = 1_500;
const takenOverWithin = 5 * 60_000;

/** Fetches a verified package to a path. @throws Refused */
export type Fetch = (to: string) => Promise<void>;

async function linkOrCopy(from: string, to: string): Promise<void> {
  // Some file systems have no links.
  await link(from, to).catch(() => copyFile(from, to));
}

/** electron-updater, its download done: the package is here, byte for byte the one that was named. */
async function brought(staged: StagedPackage, app: InstalledApp, fetch: Fetch | null) {
  const { profile } = app;
  const folder = packagesFolder(profile);
  const ours = packagePathOf(profile, staged);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(updateFolder(profile), 'app-update.yml'), 'updaterCacheDirName: packages\n', { mode: 0o600 });
  const pending = join(folder, 'pending');
  // Its notes of an earlier download name a file, and it goes wherever they lead.
  await rm(pending, { recursive: true, force: true, maxRetries: 5 });
  let refused: unknown;
  const updater = updaterFor(staged, folder, app, async (destination) => {
    try {
      if (!(await isPackage(ours, staged))) {
        if (fetch === null) throw new Refused('wrong-bytes');
        await fetch(ours);
      }
      await linkOrCopy(ours, destination);
    } catch (error) {
      refused = error;
      throw error;
    }
  });
  try {
    await updater.checkForUpdates();
    const [path] = await updater.downloadUpdate();
    if (path !== join(pending, staged.file)) throw new Refused('wrong-bytes');
    return { updater, path };
  } catch (error) {
    throw refused ?? error;
  }
}

/** Brings a package here. @throws Refused */
export async function bringPackage(staged: StagedPackage, app: InstalledApp, fetch: Fetch): Promise<void> {
  // On macOS its download already begins to hand over: there only the bytes are fetched until it is time.
  if (staged.package !== 'zip') await brought(staged, app, fetch);
  else if (!(await isPackage(packagePathOf(app.profile, staged), staged))) {
    await mkdir(packagesFolder(app.profile), { recursive: true, mode: 0o700 });
    await fetch(packagePathOf(app.profile, staged));
  }
}

/**
 * Looks once more at the bytes and at who vouches for them, and begins the installer. On return the application has to end.
 * @returns false where it did not begin. @throws Refused wrong-bytes, signature
 */
export async function installPackage(
  staged: StagedPackage,
  app: InstalledApp,
  vouched: () => Promise<boolean>,
): Promise<boolean> {
  const { updater, path } = await brought(staged, app, null);
  if (!(await isPackage(path, staged))) throw new Refused('wrong-bytes');
  if (!(await vouched())) throw new Refused('signature');
  const failed = new Promise<false>((resolve) => {
    updater.on('error', () => resolve(false));
  });
  if (updater instanceof electronUpdater.BaseUpdater) {
    if (!updater.install(true, true)) return false;
  } else {
    updater.quitAndInstall(true, true);
  }
  // These two have ended already.
  if (staged.package === 'appimage' || staged.package === 'deb') return true;
  // On macOS the system takes the package over first, and then ends the application itself.
  if (staged.package === 'zip') return Promise.race([failed, pause(takenOverWithin, false)]);
  return Promise.race([failed, pause(failsWithin, true)]);
}
