/** What a TUF target says of a package of ours, and where it may lie (docs/protocols/update.md, "Repository"). */
import { z } from 'zod';

export const updateChannels = ['stable', 'beta'] as const;
export type UpdateChannel = (typeof updateChannels)[number];
export const rings = ['pilot', 'everyone'] as const;
export type Ring = (typeof rings)[number];
export const updatePlatforms = ['win32', 'darwin', 'linux'] as const;
export const updateArchs = ['x64', 'arm64'] as const;
/** Kind of package → extension of its file. */
export const packageExtensions = { nsis: '.exe', deb: '.deb', appimage: '.AppImage', zip: '.zip' } as const;
export type PackageKind = keyof typeof packageExtensions;

/** Semantic Versioning 2.0.0, without build metadata. */
export const semanticVersion = z
  .string()
  .max(64)
  .regex(/^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/);

const share = z.number().int().min(0).max(100);
const note = z.string().max(4000);

export const releaseNotes = z.strictObject({ en: note, de: note, fr: note, es: note });
export type ReleaseNotes = z.infer<typeof releaseNotes>;

export const targetCustom = z.strictObject({
  format: z.literal(1),
  product: z.literal('carekeep'),
  version: semanticVersion,
  platform: z.enum(updatePlatforms),
  arch: z.enum(updateArchs),
  channel: z.enum(updateChannels),
  package: z.enum(['nsis', 'deb', 'appimage', 'zip']),
  rings: z.strictObject({ pilot: share, everyone: share }),
  minimumVersion: semanticVersion,
  notes: releaseNotes,
  released: z.number().int().nonnegative(),
});
export type TargetCustom = z.infer<typeof targetCustom>;

/** None that Windows takes for a device, in every folder and with any extension. */
export const targetFileName = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9][a-z0-9._-]{0,99}$/i;
/** Packages that one targets.json may list: a workstation reads all of them. */
export const mostTargets = 512;
/** Bytes of the largest package. */
export const largestPackage = 2 ** 31;
