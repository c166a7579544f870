/**
 * Asks a source whether there is a newer version, and believes it only as far as the clinic's signers go: tuf-js verifies,
 * the keychain's part of the trust says how new everything must be, and nothing is written before all of it held.
 */

import semver from 'semver';
import { Updater } from 'tuf-js';
import type { UpdateRefusal, UpdateTrust } from '../../src-shared/updates/state.ts';
import { type Candidate, candidates, choose } from './choose.ts';
import { refusalOf } from './judge.ts';
import { MetadataFetcher, metadataAddress, mostNewRoots } from './metadata-fetcher.ts';
import { metadataRoles, parseMetadata } from './parse.ts';
import { Refused } from './refusals.ts';
import { chainedRoot } from './root-chain.ts';
import type { CheckOptions, CheckOutcome } from './seam.ts';
import { type Kept, keptFiles, makeCurrent, stage, stagedFiles, unstage } from './staging.ts';
import { demandNotBehind, handsChanged, sha256Hex, stillTrusted, trustAfter, type Versions } from './trust.ts';

export type { Anchor, CheckOptions, CheckOutcome, Found, Here, Source } from './seam.ts';

/** Clocks are corrected by less than this. */
const clockSlack = 24 * 60 * 60 * 1000;
const nothing: Kept = { root: null, timestamp: null, snapshot: null, targets: null };
const running = new Set<string>();

/** Where the check begins: at the last good root where it is the one written down, else at the anchor. */
async function beginning({ anchor, metadata }: CheckOptions, trust: UpdateTrust | null): Promise<Kept> {
  parseMetadata('root', anchor.bytes);
  const kept = trust === null ? nothing : await keptFiles(metadata);
  const known = kept.root !== null && sha256Hex(kept.root) === trust?.root.sha256;
  // A package is judged by the way from the anchor: where a part of it is gone, all of it is brought again.
  const fits =
    known && (await chainedRoot(metadata, anchor.bytes))?.bytes.equals(kept.root ?? Buffer.alloc(0)) === true;
  return { ...kept, root: fits ? kept.root : anchor.bytes };
}

function writeRefusal(error: unknown): UpdateRefusal | undefined {
  const text = error instanceof Error ? error.message : '';
  if (!text.includes('Failed to persist metadata')) return undefined;
  return /ENOSPC|EDQUOT/.test(text) ? 'disk-full' : 'not-writable';
}

type Verified = {
  readonly files: Readonly<Record<keyof Kept, Buffer>>;
  readonly roots: ReadonlyMap<string, Buffer>;
  readonly updater: Updater;
};

/** Lets tuf-js bring the folder up to date. @throws Refused, the signal's reason */
async function refresh(
  options: CheckOptions,
  folder: string,
  trust: UpdateTrust | null,
  before: Kept,
): Promise<Verified> {
  let comparable = before;
  const fetcher = new MetadataFetcher(options.source, options.signal, async () => {
    const { root } = await stagedFiles(folder);
    if (root === null || !handsChanged(trust, parseMetadata('root', root))) return;
    // TUF 5.3.11: what a stolen key had signed is no measure any more.
    comparable = { ...nothing, root: comparable.root };
    await stage(options.metadata, { ...nothing, root });
  });
  try {
    const config = { maxRootRotations: mostNewRoots + 1 };
    const updater = new Updater({ metadataDir: folder, metadataBaseUrl: metadataAddress, fetcher, config });
    await updater.refresh();
    const { root, timestamp, snapshot, targets } = await stagedFiles(folder);
    if (root === null || timestamp === null || snapshot === null || targets === null) throw new Refused('missing');
    return { files: { root, timestamp, snapshot, targets }, roots: fetcher.roots, updater };
  } catch (error) {
    options.signal.throwIfAborted();
    if (fetcher.failure !== null) throw fetcher.failure;
    const written = writeRefusal(error);
    if (written !== undefined) throw new Refused(written, { cause: error });
    if (error instanceof Refused) throw error;
    // Before anything was brought, only the anchor can be wrong.
    if (fetcher.last === null) throw new Refused('signature', { cause: error });
    const scene = { ...fetcher.last, accepted: await stagedFiles(folder), before: comparable, now: options.now() };
    throw new Refused(refusalOf(scene), { cause: error });
  }
}

/** What tuf-js answers for a target must be what was read from the list. @throws Refused mixed */
async function confirm(
  updater: Updater,
  path: string,
  { sha512, length }: { sha512: string; length: number },
): Promise<void> {
  const info = await updater.getTargetInfo(path);
  if (info?.hashes['sha512'] !== sha512 || info.length !== length) throw new Refused('mixed');
}

function demandClock(all: readonly Candidate[], now: number): void {
  if (all.some(({ custom }) => custom.released > now + clockSlack)) throw new Refused('clock');
}

async function checked(options: CheckOptions): Promise<CheckOutcome> {
  const { anchor, metadata, here, lastGood, now } = options;
  if (lastGood !== null && now() < lastGood - clockSlack) throw new Refused('clock');
  const trust = stillTrusted(options.trust, anchor);
  const before = await beginning(options, trust);
  const folder = await stage(metadata, before);
  const { files, roots, updater } = await refresh(options, folder, trust, before);
  const root = parseMetadata('root', files.root);
  const targets = parseMetadata('targets', files.targets);
  // tuf-js takes the machine's clock; the caller's counts as well.
  for (const role of metadataRoles) {
    if (Date.parse(parseMetadata(role, files[role]).signed.expires) <= now()) throw new Refused('expired');
  }
  const versions: Versions = {
    timestamp: parseMetadata('timestamp', files.timestamp).signed.version,
    snapshot: parseMetadata('snapshot', files.snapshot).signed.version,
    targets: targets.signed.version,
  };
  const rootHash = sha256Hex(files.root);
  if (trust !== null) demandNotBehind(trust, root, rootHash, versions);
  const all = candidates(targets.signed.targets);
  demandClock(all, now());
  const highest = options.trust?.application ?? here.version;
  // Nobody checks on trial: what runs here now was found well, or put here by IT's own hand.
  const application = semver.gt(here.version, highest) ? here.version : highest;
  const choice = choose(all, here, application);
  for (const one of [choice.found, choice.running]) if (one !== null) await confirm(updater, one.path, one);
  return {
    ok: true,
    trust: trustAfter(anchor, root, rootHash, versions, application),
    anchored: trust === null,
    ...choice,
    commit: () => makeCurrent(metadata, folder, roots),
  };
}

/**
 * One check. Nothing but the folder beside `metadata` is written until `commit`; a refusal leaves no trace.
 * @throws the signal's reason when aborted; TypeError for a second check of the same folder at the same time
 */
export async function check(options: CheckOptions): Promise<CheckOutcome> {
  const { metadata } = options;
  if (running.has(metadata)) throw new TypeError('a check of this folder is running');
  running.add(metadata);
  try {
    return await checked(options);
  } catch (error) {
    await unstage(metadata);
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  } finally {
    running.delete(metadata);
  }
}
