/** Ops and rows as they travel, sealed (docs/protocols/sync.md, "Ops" and "Pages"). Read after opening, before use. */
import { z } from 'zod';
import { base64, count, hash, hex, id, millis, version } from './primitives.ts';

const at = millis;
const fieldName = z.string().min(1).max(128);
export const fieldVersions = z.record(fieldName, version.or(z.literal('')));
/** Bytes that travel beside the op. */
export const blobRef = z.strictObject({ id, size: count, sha256: hash, count: z.number().int().min(1).max(1024) });
export type BlobRef = z.infer<typeof blobRef>;
export const pageRef = z.strictObject({ ...blobRef.shape, rows: count });
export type PageRef = z.infer<typeof pageRef>;
/** [field, version] of lost writes that somebody let go. */
export const settles = z.array(z.tuple([fieldName, version])).max(1000);

const content = {
  id,
  type: z.string().regex(/^[A-Z][A-Za-z]{1,63}$/),
  /** The resource's text, or where it is. */
  json: z.string().optional(),
  blob: blobRef.optional(),
  encounter: z.string().max(128).nullable(),
  author: z.string().max(64).nullable(),
  source: z.string().max(4096).nullable(),
  signed: z.union([z.literal(0), z.literal(1)]),
  /** Of a signed row: how many entries the roster had when it was signed. */
  roster: count.optional(),
  refs: z
    .array(z.tuple([z.string().max(4096), id]))
    .max(10_000)
    .optional(),
};

export const createOp = z.strictObject({ k: z.literal('create'), v: version, at, ...content });
export const updateOp = z.strictObject({
  k: z.literal('update'),
  v: version,
  at,
  ...content,
  fields: fieldVersions,
  settles: settles.optional(),
});
export const deleteOp = z.strictObject({
  k: z.literal('delete'),
  v: version,
  at,
  id,
  type: content.type,
  author: content.author,
  covers: fieldVersions,
});
export const settleOp = z.strictObject({ k: z.literal('settle'), v: version, at, id, author: content.author, settles });
export const restrictionOp = z.strictObject({
  k: z.literal('restriction'),
  v: version,
  at,
  patient: id,
  users: z.array(z.string().max(64)).max(1000).nullable(),
  reason: z.string().max(64),
  author: z.string().max(64),
});
export const emergencyOp = z.strictObject({
  k: z.literal('emergency'),
  v: version,
  at,
  id,
  patient: id,
  user: z.string().max(64),
  session: z.string().max(64),
  openedAt: millis,
  endsAt: millis,
  reason: z.string().max(64),
  told: z.string().max(4096),
});
export const eraseOp = z.strictObject({
  k: z.literal('erase'),
  v: version,
  at,
  patient: id,
  /** JSON of the signed request (`keys.md`), and how many entries the roster had when it was carried out. */
  request: z.string().max(16 * 1024),
  roster: count,
});
export const importOp = z.strictObject({
  k: z.literal('import'),
  v: version,
  at,
  id,
  /** JSON of the import's files, as its list shows them. */
  files: z.string().max(1024 * 1024),
  author: content.author,
  rows: count,
  pages: z.array(pageRef),
});
export const snapshotOp = z.strictObject({
  k: z.literal('snapshot'),
  v: version,
  at,
  position: count,
  lamport: count,
  /** Counter of slots up to which the state holds. */
  slots: count,
  /** Of every chain: device, next `seq`, hash of the last batch. */
  chains: z.array(z.tuple([id, count, hash])).max(1000),
  rows: count,
  pages: z.array(pageRef),
});
export const rosterOp = z.strictObject({
  k: z.literal('roster'),
  v: version,
  at,
  size: count,
  users: z.array(z.string().max(64)).max(1000),
  devices: z.array(id).max(1000),
});

/** An admin decided about what waited: all workstations keep the same apart, and let it in or drop it together. */
export const decideOp = z.strictObject({
  k: z.literal('decide'),
  v: version,
  at,
  item: z.string().min(1).max(64),
  decision: z.enum(['accept', 'drop']),
  author: z.string().max(64),
});

export const op = z.discriminatedUnion('k', [
  createOp,
  updateOp,
  deleteOp,
  settleOp,
  restrictionOp,
  emergencyOp,
  eraseOp,
  importOp,
  snapshotOp,
  rosterOp,
  decideOp,
]);
export type SyncOp = z.infer<typeof op>;
export type CreateOp = z.infer<typeof createOp>;
export type UpdateOp = z.infer<typeof updateOp>;
export type DeleteOp = z.infer<typeof deleteOp>;
export type SettleOp = z.infer<typeof settleOp>;
export type RestrictionOp = z.infer<typeof restrictionOp>;
export type EmergencyOp = z.infer<typeof emergencyOp>;
export type EraseOp = z.infer<typeof eraseOp>;
export type ImportOp = z.infer<typeof importOp>;
export type SnapshotOp = z.infer<typeof snapshotOp>;
export type RosterOp = z.infer<typeof rosterOp>;
export type DecideOp = z.infer<typeof decideOp>;

/** A lost write as it stands in a snapshot. `text` null: the field was taken out. */
export const lostWrite = z.strictObject({
  field: fieldName,
  version,
  text: z.string().nullable(),
  author: z.string().max(64).nullable(),
  at: millis,
});
export type LostWrite = z.infer<typeof lostWrite>;

/** A resource on a page. `fields` null: all fields have the version of the op that names the page. */
export const pageResource = z.strictObject({
  ...content,
  deleted: z.union([z.literal(0), z.literal(1)]),
  fields: fieldVersions.nullable(),
  updatedAt: millis,
  /** What an import called it. */
  names: z.array(z.string().max(4096)).max(100).optional(),
  /** File of the import it came in. */
  file: count.optional(),
  /** Base64 of the importer's content hash. */
  hash: base64.max(64).optional(),
  /** Its place in the import: an import goes back out in the order it came. */
  place: count.optional(),
  /** What the row's text does not tell of its state: the highest write's text, members that do not show, who wrote what. */
  whole: z.string().optional(),
  hidden: z.record(fieldName, z.string().nullable()).optional(),
  writers: z.record(version, z.tuple([z.string().max(64).nullable(), millis])).optional(),
  lost: z.array(lostWrite).max(1000).optional(),
});
export type PageResource = z.infer<typeof pageResource>;
export const pageEnvelope = z.strictObject({
  envelope: z.strictObject({ file: count, type: z.string().max(64), json: z.string(), rows: z.string() }),
});
export const pageRestriction = z.strictObject({ restriction: restrictionOp });
export const pageEmergency = z.strictObject({ emergency: emergencyOp });
/** Of a snapshot: who was erased before it, as the ledger has it. */
export const pageErased = z.strictObject({ erased: z.strictObject({ patient: id, at, version: version.nullable() }) });
export type PageErased = z.infer<typeof pageErased>;
export const pageLine = z.union([pageResource, pageEnvelope, pageRestriction, pageEmergency, pageErased]);
export type PageLine = z.infer<typeof pageLine>;

/** Mailbox ids and slots are hex. */
export const mailboxId = hex(16);
export const slotId = hex(16);
