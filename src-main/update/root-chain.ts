/**
 * The way from the anchor to the newest root that was believed, kept beside it as `<N>.root.json`: with it a package can
 * be judged without any network, by nobody's word but the signers'.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Metadata, MetadataKind } from '@tufjs/models';
import { readWhole, usualPace } from './pace.ts';
import { type MetadataRole, parseMetadata, type RootFile, roleLimits } from './parse.ts';
import { piecesOf } from './source-folder.ts';

/** Roots in a row: a clinic that rotates every day gets there in three years, and then begins at a newer package's. */
const longest = 1024;

export const chainedName = (version: number): string => `${version}.root.json`;

/** A file of the folder, or null where there is none that could be one. */
export async function metadataFile(folder: string, name: string, role: MetadataRole): Promise<Buffer | null> {
  try {
    const noLink = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const file = await open(join(folder, name), constants.O_RDONLY | noLink);
    try {
      if (!(await file.stat()).isFile()) return null;
      const bytes = await readWhole(piecesOf(file, 0, roleLimits[role] + 1), roleLimits[role], usualPace);
      parseMetadata(role, bytes);
      return bytes;
    } finally {
      await file.close();
    }
  } catch {
    // Not there, not readable or of no form.
    return null;
  }
}

export type TrustedRoot = {
  readonly bytes: Buffer;
  readonly file: RootFile;
  readonly metadata: ReturnType<typeof rootOf>;
};

function rootOf(bytes: Buffer) {
  return Metadata.fromJSON(MetadataKind.Root, JSON.parse(bytes.toString('utf8')));
}

function trusted(bytes: Buffer): TrustedRoot {
  return { file: parseMetadata('root', bytes), bytes, metadata: rootOf(bytes) };
}

/** Is `bytes` the root after `before`, signed by those whom it replaces and by its own? */
function follows(before: TrustedRoot, bytes: Buffer): TrustedRoot | null {
  try {
    const next = trusted(bytes);
    if (next.file.signed.version !== before.file.signed.version + 1) return null;
    before.metadata.verifyDelegate('root', next.metadata);
    next.metadata.verifyDelegate('root', next.metadata);
    return next;
  } catch {
    return null;
  }
}

/**
 * Goes the way again from the anchor, which is believed, to the root that lies in the folder, which is not.
 * @returns null where the way is not whole
 */
export async function chainedRoot(folder: string, anchor: Buffer): Promise<TrustedRoot | null> {
  const newest = await metadataFile(folder, 'root.json', 'root');
  if (newest === null) return null;
  const last = parseMetadata('root', newest).signed.version;
  let at: TrustedRoot;
  try {
    at = trusted(anchor);
  } catch {
    return null;
  }
  const first = at.file.signed.version;
  // A newer package brings a newer anchor than the last check went by.
  if (last < first) return at;
  if (last === first) return newest.equals(anchor) ? at : null;
  if (last - first > longest) return null;
  for (let version = first + 1; version <= last; version += 1) {
    const bytes = version === last ? newest : await metadataFile(folder, chainedName(version), 'root');
    const next = bytes === null ? null : follows(at, bytes);
    if (next === null) return null;
    at = next;
  }
  return at;
}
