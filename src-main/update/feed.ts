/** One look for an update: verified, and where there is one, brought here with the package to go back to. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagedPackage } from '../../src-shared/updates/journal.ts';
import type { Offer, UpdateTrust } from '../../src-shared/updates/state.ts';
import { check } from './check.ts';
import { fetchPackage, partialOf } from './fetch-package.ts';
import { bringPackage } from './hand-over.ts';
import { metadataFolder, packagePathOf, packagesFolder } from './journal.ts';
import { openSource } from './open-source.ts';
import { isPackage } from './package-file.ts';
import type { ProxyChoice } from './proxies.ts';
import { Refused } from './refusals.ts';
import type { Anchor, Found, Here, Source } from './seam.ts';
import type { InstalledApp } from './updaters.ts';

export type Look = {
  readonly app: InstalledApp;
  /** An https address, a folder or a bundle. */
  readonly address: string;
  readonly ca: string | undefined;
  readonly proxy: ProxyChoice;
  readonly anchor: Anchor;
  readonly trust: UpdateTrust | null;
  readonly here: Here;
  readonly lastGood: number | null;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly reached: (kind: Source['kind']) => void;
  /** Metadata held and are kept; what is trusted now goes to the keychain. */
  readonly held: (trust: UpdateTrust, anchored: boolean) => void;
  readonly downloading: (offer: Offer, done: number) => void;
};

export type Brought = { readonly offer: Offer; readonly package: StagedPackage; readonly back: StagedPackage | null };

function stagedOf(found: Found): StagedPackage {
  const { file, sha512, length } = found;
  return { version: found.offer.version, file, sha512, length, package: found.package };
}

/** What earlier offers left. */
async function clearOthers(profile: string, kept: readonly StagedPackage[]): Promise<void> {
  // What broke off is gone on with.
  const names = new Set(['pending', ...kept.flatMap(({ file }) => [file, partialOf(file)])]);
  for (const name of await readdir(packagesFolder(profile)).catch(() => [])) {
    if (!names.has(name)) await rm(join(packagesFolder(profile), name), { recursive: true, force: true });
  }
}

async function bring(look: Look, source: Source, found: Found, running: Found | null): Promise<Brought> {
  const { app, signal } = look;
  const fetchTo =
    (wanted: Found, progress: (done: number) => void) =>
    (to: string): Promise<void> =>
      fetchPackage({ source, found: wanted, to, progress, signal });
  const staged = stagedOf(found);
  const back = running === null ? null : stagedOf(running);
  await clearOthers(app.profile, back === null ? [staged] : [staged, back]);
  look.downloading(found.offer, 0);
  await bringPackage(
    staged,
    app,
    fetchTo(found, (done) => look.downloading(found.offer, done)),
  );
  if (running !== null && back !== null) {
    const path = packagePathOf(app.profile, back);
    // It is never handed over unless the new one fails: its bytes are enough.
    if (!(await isPackage(path, back))) await fetchTo(running, () => undefined)(path);
  }
  return { offer: found.offer, package: staged, back };
}

/** @returns what is ready here, or null where there is nothing newer. @throws Refused, or the signal's reason */
export async function lookForUpdate(look: Look): Promise<Brought | null> {
  const { anchor, trust, here, lastGood, now, signal, ca, proxy } = look;
  const source = await openSource(look.address, { ...(ca !== undefined && { ca }), proxy });
  try {
    look.reached(source.kind);
    const metadata = metadataFolder(look.app.profile);
    const outcome = await check({ source, anchor, trust, metadata, here, lastGood, now, signal });
    if (!outcome.ok) throw new Refused(outcome.refusal);
    await outcome.commit();
    look.held(outcome.trust, outcome.anchored);
    if (outcome.found === null) return null;
    return await bring(look, source, outcome.found, outcome.running);
  } finally {
    await source.close();
  }
}
