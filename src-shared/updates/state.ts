/** How updates stand on a workstation: what main tells core, and core the screens. Holds nothing about people. */
import { z } from 'zod';
import { releaseNotes, rings, semanticVersion, updateChannels } from './target.ts';

/** Why a check or a download was refused (docs/protocols/update.md, "Refusals"). */
export const updateRefusals = [
  'unreachable',
  'redirected',
  'too-large',
  'too-slow',
  'not-metadata',
  'signature',
  'expired',
  'rolled-back',
  'mixed',
  'missing',
  'not-for-carekeep',
  'wrong-bytes',
  'disk-full',
  'not-writable',
  'clock',
  'too-many-roots',
  'bundle-unreadable',
] as const;
export type UpdateRefusal = (typeof updateRefusals)[number];

/** Why there are no updates here at all. */
export const updateOff = [
  'policy', // IT switched them off
  'no-source', // nobody said where from
  'no-root', // nobody said whom to trust
  'managed', // installed by a kind of package that IT replaces itself (MSI)
  'not-packaged', // started from its sources
  'no-keychain', // what was seen last cannot be read: nothing can be judged
] as const;

export const offer = z.strictObject({
  version: semanticVersion,
  size: z.number().int().positive(),
  /** The running version is below the signers' minimum. */
  required: z.boolean(),
  notes: releaseNotes,
  released: z.number().int(),
});
export type Offer = z.infer<typeof offer>;

const instant = z.number().int().nonnegative();

export const updateState = z.strictObject({
  /** `kept` and `fell-back` are said once after an update, until the next start. */
  phase: z.enum([
    'off',
    'idle',
    'checking',
    'downloading',
    'ready',
    'installing',
    'trial',
    'kept',
    'fell-back',
    'failed',
  ]),
  off: z.enum(updateOff).nullable(),
  offer: offer.nullable(),
  /** Bytes while `downloading`. */
  done: z.number().int().nonnegative().nullable(),
  /** The last check that held, and why the one after it did not. */
  lastGood: instant.nullable(),
  lastTry: instant.nullable(),
  refusal: z.enum(updateRefusals).nullable(),
  source: z.enum(['https', 'folder', 'bundle']).nullable(),
  channel: z.enum(updateChannels),
  ring: z.enum(rings),
  /** Of an update that did not stay: the version that was tried. */
  fellBackFrom: semanticVersion.nullable(),
});
export type UpdateState = z.infer<typeof updateState>;

/** No check held for so long: whether there is an update is unknown, and said so. */
export const unknownAfterDays = 14;

/** What the keychain keeps (docs/protocols/update.md, "What a workstation trusts"). */
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().positive();
const seenRole = z.strictObject({ version: count, keys: hash });
export const updateTrust = z.strictObject({
  version: z.literal(1),
  anchor: hash,
  /** Who named it: an anchor that a policy names, or named before, begins anew; another package's does not. */
  anchorFrom: z.enum(['policy', 'package']),
  root: z.strictObject({ version: count, sha256: hash }),
  roles: z.strictObject({
    timestamp: seenRole.nullable(),
    snapshot: seenRole.nullable(),
    targets: seenRole.nullable(),
  }),
  application: semanticVersion,
});
export type UpdateTrust = z.infer<typeof updateTrust>;

/** First refusals of the self-check after an update. */
export const selfCheckFailures = [
  'primitives',
  'database-module',
  'key-file',
  'page',
  'starts',
  'migration',
  'log',
  'pages',
] as const;
export type SelfCheckFailure = (typeof selfCheckFailures)[number];
