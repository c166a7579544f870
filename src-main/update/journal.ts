/** The journal of updates on the disk: old content or new content, never a mixture. */
import { closeSync, constants, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import lt from 'semver/functions/lt.js';
import { type StagedPackage, type UpdateJournal, updateJournal } from '../../src-shared/updates/journal.ts';

export const updateFolder = (profile: string): string => join(profile, 'update');
/** The last good metadata. */
export const metadataFolder = (profile: string): string => join(updateFolder(profile), 'metadata');
export const packagesFolder = (profile: string): string => join(updateFolder(profile), 'packages');
/** Where we keep a package; electron-updater has its own folder beside it. */
export const packagePathOf = (profile: string, { file }: Pick<StagedPackage, 'file'>): string =>
  join(packagesFolder(profile), file);
export const beforeFolder = (profile: string, version: string): string =>
  join(updateFolder(profile), 'before', version);
const journalPath = (profile: string): string => join(updateFolder(profile), 'journal.json');

export const emptyJournal: UpdateJournal = {
  version: 1,
  failed: [],
  lastGood: null,
  lastTry: null,
  refusal: null,
  install: null,
  untold: null,
};

/**
 * What it says; a journal that cannot be read or parsed, or tells of an update that leads back, says nothing: the version
 * that runs counts.
 */
export function readJournal(profile: string): UpdateJournal {
  try {
    const journal = updateJournal.parse(JSON.parse(readFileSync(journalPath(profile), 'utf8')));
    const { install } = journal;
    return install !== null && !lt(install.from, install.to) ? emptyJournal : journal;
  } catch {
    return emptyJournal;
  }
}

/** Waits until names in a folder are on the disk. */
export function syncFolder(folder: string): void {
  // Windows has no handle on folders; its rename is written through.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** On the disk when this returns. */
export function writeJournal(profile: string, journal: UpdateJournal): void {
  const path = journalPath(profile);
  const folder = updateFolder(profile);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const file = openSync(`${path}.new`, O_WRONLY | O_CREAT | O_TRUNC | (O_NOFOLLOW ?? 0), 0o600);
  try {
    const bytes = Buffer.from(JSON.stringify(updateJournal.parse(journal)));
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  syncFolder(folder);
}
