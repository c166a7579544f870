/**
 * What was copied before an update, so that the version before can go back to it byte for byte. Written by core, which
 * knows the files; put back by main, which needs no key for it.
 */
import { z } from 'zod';
import { semanticVersion } from './target.ts';

/** Inside the profile, with `/`: a file of its own, or one of the folder of databases. */
const fileName = z.string().regex(/^(?:db\/)?[a-z][a-z0-9.-]{0,63}$/);

export const copyManifest = z.strictObject({
  version: z.literal(1),
  from: semanticVersion,
  to: semanticVersion,
  at: z.number().int().nonnegative(),
  /** Opened with its key and gone through, page by page; false where nobody's keys were at hand. */
  checked: z.boolean(),
  files: z
    .array(
      z.strictObject({
        name: fileName,
        size: z.number().int().nonnegative(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(64),
});
export type CopyManifest = z.infer<typeof copyManifest>;

export const manifestName = 'manifest.json';

/** Files of a profile that hold the record or open it, beside the databases. */
export const recordFiles = ['keyfile', 'recovery', 'setup-pending', 'join-pending', 'journal', 'audit-keys'] as const;
/** A database of ours and what SQLite needs of it; not what is being made, nor copies from before a migration. */
export const databaseFile = /^carekeep-\d+\.db(?:-wal|-journal)?$/;
export const databaseFolder = 'db';
