/**
 * What was copied before an update, so that the version before can go back to it byte for byte. Written by core, which
 * knows the files; put back by main, which needs no key for it.
 */
import { z } from 'zod';
import { semanticVersion } from './target.ts';

/** Files of a profile that hold the record or open it, beside the databases. */
export const recordFiles = ['keyfile', 'recovery', 'setup-pending', 'join-pending', 'journal', 'audit-keys'] as const;
/** A database of ours and what SQLite needs of it; not what is being made, nor copies from before a migration. */
export const databaseFile = /^carekeep-\d+\.db(?:-wal|-journal)?$/;
export const databaseFolder = 'db';

/** Inside the profile, with `/`: what is copied, and nothing that a copy never holds. */
const fileName = z.union([z.enum(recordFiles), z.string().regex(/^db\/carekeep-\d{1,16}\.db(?:-wal|-journal)?$/)]);

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
    .max(64)
    .refine((files) => new Set(files.map(({ name }) => name)).size === files.length),
});
export type CopyManifest = z.infer<typeof copyManifest>;

export const manifestName = 'manifest.json';
