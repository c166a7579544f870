/** Requests and answers of the transport (docs/protocols/sync.md, "Transport"): JSON unless said otherwise there. */
import { z } from 'zod';
import { mailboxId, slotId } from './ops.ts';
import { base64, count, hash, id, millis, publicKey, signature } from './primitives.ts';

/** Region codes (ISO 3166-1) where a backend may stand: EU and EEA. */
export const euCountries = [
  'AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IS', 'IT', 'LI', 'LT', 'LU',
  'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK',
] as const; // biome-ignore format: a list of codes

const text = (most: number) => z.string().min(1).max(most);
/** SubjectPublicKeyInfo, DER, of a P-256 key. */
const spki = base64.min(100).max(200);

export const descriptorBody = z.strictObject({
  version: z.literal(1),
  /** As it signs heads and cosigns: a C2SP key name. */
  name: z.string().regex(/^[A-Za-z0-9.-]{1,80}$/),
  operator: text(200),
  region: z.string().length(2),
  logKey: publicKey,
  protocol: z.literal(1),
  software: text(40),
});
export type DescriptorBody = z.infer<typeof descriptorBody>;
/** `body` is JCS text of DescriptorBody; signature over "carekeep/v1/sync/descriptor" ‖ 0x00 ‖ body by `logKey`. */
export const descriptor = z.strictObject({ body: z.string().max(4096), signature });

export const nonceAnswer = z.strictObject({ nonce: hash });

/** What a device signs to show that it holds its key. */
export type Proof = {
  readonly purpose: 'connect' | 'certificate' | 'device' | 'revoke';
  readonly tenant: string | null;
  readonly device: string;
  readonly nonce: string;
  readonly spki: string | null;
  /** The other device it is about; where it is registered, with its keys (`registrationOf`). */
  readonly subject: string | null;
};

const deviceKeys = { device: id, ed25519: publicKey, spki };
export const connectRequest = z.strictObject({
  token: text(200),
  clinic: id,
  ...deviceKeys,
  software: text(40),
  nonce: hash,
  signature,
});
export const certificateRequest = z.strictObject({
  tenant: id,
  device: id,
  spki,
  software: text(40),
  nonce: hash,
  signature,
});
/** PEM. */
export const certificateAnswer = z.strictObject({ tenant: id, certificate: z.string().max(8192), notAfter: millis });

export const stateAnswer = z.strictObject({
  /** Changes with anything below. */
  etag: text(100),
  /** Signed note; null before the first batch. */
  head: z.string().max(4096).nullable(),
  size: count,
  directory: count,
  slots: count,
  devices: count,
  /** Bytes kept and allowed. */
  used: count,
  quota: count,
});
export type StateAnswer = z.infer<typeof stateAnswer>;

export const storedAnswer = z.strictObject({ position: count, size: count, head: z.string().max(4096) });
export type StoredAnswer = z.infer<typeof storedAnswer>;

export const snapshotsAnswer = z.strictObject({
  snapshots: z.array(z.strictObject({ position: count, device: id })).max(100),
});

/** `body` null: the slot is deleted. */
export const slotPut = z.strictObject({
  slot: slotId,
  epoch: z.number().int().positive(),
  body: base64.max(2000).nullable(),
});
export const slotsPut = z.strictObject({ slots: z.array(slotPut).min(1).max(2000) });
export const slotsPutAnswer = z.strictObject({ change: count });
export const slotsAnswer = z.strictObject({
  slots: z.array(z.strictObject({ ...slotPut.shape, change: count })).max(2000),
  /** Ask again from the last one's `change`. */
  more: z.boolean(),
});

export const registeredDevice = z.strictObject({
  ...deviceKeys,
  status: z.enum(['active', 'revoked']),
  addedAt: millis,
  /** Who registered it; itself for the first. */
  addedBy: id,
  revokedAt: millis.nullable(),
  revokedBy: id.nullable(),
  lastContact: millis.nullable(),
  software: z.string().max(40).nullable(),
});
export type RegisteredDevice = z.infer<typeof registeredDevice>;
export const devicesAnswer = z.strictObject({ devices: z.array(registeredDevice).max(1000) });
export const registerRequest = z.strictObject({ ...deviceKeys, nonce: hash, signature });
export const revokeRequest = z.strictObject({ nonce: hash, signature });

export const mailboxOpen = z.strictObject({ id: mailboxId, offer: base64.max(65_536) });
export const mailboxState = z.strictObject({
  offer: base64.max(65_536),
  request: base64.max(100_000).nullable(),
  /** Whether a welcome lies there; it is fetched by itself. */
  welcome: z.boolean(),
  expiresAt: millis,
});
export const mailboxPart = z.strictObject({ body: base64 });

/** As `WitnessRequest` and `WitnessAnswer` of core/audit/witness.ts, bytes in base64. */
export const witnessRequest = z.strictObject({
  oldSize: count,
  proof: z.array(hash).max(64),
  notes: z.array(z.string().max(8192)).min(1).max(4096),
});
export const witnessAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cosigned'), line: z.string().max(1024) }),
  z.strictObject({ kind: z.literal('other'), number: z.number().int().min(-1) }),
  z.strictObject({ kind: z.literal('forked') }),
  z.strictObject({ kind: z.literal('refused') }),
]);
