/**
 * What a metadata file may look like before anything is made of it. tuf-js judges signatures, versions and dates; here
 * stand the bounds that it leaves open, so that no unsigned file costs much or is read in two ways.
 */
import { z } from 'zod';
import { afterByteOrderMark, scanResource } from '../../src-shared/fhir/scan.ts';
import { mostTargets } from '../../src-shared/updates/target.ts';
import { Refused } from './refusals.ts';

export const metadataRoles = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export type MetadataRole = (typeof metadataRoles)[number];

/** Bytes (docs/protocols/update.md, "Transport"). */
export const roleLimits: Readonly<Record<MetadataRole, number>> = {
  root: 512_000,
  timestamp: 16_384,
  snapshot: 2_000_000,
  targets: 5_000_000,
};

const mostKeys = 64;

const hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));
const keyId = hex(64);
const version = z.number().int().min(1);
const common = {
  spec_version: z.string().regex(/^1\.\d{1,4}(?:\.\d{1,4})?$/),
  version,
  expires: z.iso.datetime({ offset: false }),
};
const metaFile = z.looseObject({
  version,
  length: z.number().int().nonnegative(),
  hashes: z
    .strictObject({ sha256: hex(64).exactOptional(), sha512: hex(128).exactOptional() })
    .refine((hashes) => Object.keys(hashes).length > 0),
});
const role = z.looseObject({
  keyids: z.array(keyId).min(1).max(mostKeys),
  threshold: z.number().int().min(1).max(mostKeys),
});
const key = z.looseObject({
  keytype: z.literal('ed25519'),
  scheme: z.literal('ed25519'),
  keyval: z.strictObject({ public: hex(64) }),
});

const root = z.looseObject({
  ...common,
  _type: z.literal('root'),
  consistent_snapshot: z.literal(true),
  keys: z.record(keyId, key).refine((keys) => {
    // One key under two names would count twice.
    const halves = Object.values(keys).map(({ keyval }) => keyval.public);
    return halves.length <= mostKeys && new Set(halves).size === halves.length;
  }),
  roles: z.strictObject({ root: role, timestamp: role, snapshot: role, targets: role }),
});
const timestamp = z.looseObject({
  ...common,
  _type: z.literal('timestamp'),
  meta: z.strictObject({ 'snapshot.json': metaFile }),
});
const snapshot = z.looseObject({
  ...common,
  _type: z.literal('snapshot'),
  meta: z.strictObject({ 'targets.json': metaFile }),
});
const target = z.looseObject({
  length: z.number().int().nonnegative(),
  hashes: z.looseObject({ sha512: hex(128) }),
  custom: z.unknown().optional(),
});
const targets = z.looseObject({
  ...common,
  _type: z.literal('targets'),
  targets: z.record(z.string().max(256), target).refine((all) => Object.keys(all).length <= mostTargets),
  /** Nobody signs for somebody else here, so nobody can be made to. */
  delegations: z.undefined().optional(),
});
const signatures = z.array(z.looseObject({ keyid: keyId, sig: z.string().regex(/^[0-9a-f]{0,1024}$/) })).max(mostKeys);

const files = {
  root: z.strictObject({ signatures, signed: root }),
  timestamp: z.strictObject({ signatures, signed: timestamp }),
  snapshot: z.strictObject({ signatures, signed: snapshot }),
  targets: z.strictObject({ signatures, signed: targets }),
};
type Files = { readonly [R in MetadataRole]: z.infer<(typeof files)[R]> };
const shapes: { readonly [R in MetadataRole]: z.ZodType<Files[R]> } = files;
export type RootFile = Files['root'];
export type TargetEntry = z.infer<typeof target>;

/** JSON of one meaning: UTF-8, no key twice, none that JavaScript reads its own way, not deep, nothing behind it. */
export function strictJson(bytes: Buffer): unknown {
  const scanned = scanResource(bytes);
  if (!scanned.ok || scanned.scan.rest !== -1 || afterByteOrderMark(bytes) !== 0) throw new Refused('not-metadata');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Refused('not-metadata', { cause: error });
  }
}

/** @throws Refused not-metadata, too-large; signature where one is there twice */
export function parseMetadata<R extends MetadataRole>(wanted: R, bytes: Buffer): Files[R] {
  if (bytes.length > roleLimits[wanted]) throw new Refused('too-large');
  const parsed = shapes[wanted].safeParse(strictJson(bytes));
  if (!parsed.success) throw new Refused('not-metadata');
  const signers = parsed.data.signatures.map(({ keyid }) => keyid);
  if (new Set(signers).size !== signers.length) throw new Refused('signature');
  return parsed.data;
}
