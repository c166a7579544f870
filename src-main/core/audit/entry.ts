/**
 * One audit entry: fields after ISO 27789 and IHE BALP, identifiers and codes only, never clinical content.
 *
 *   entry = 0x01 ‖ RFC 8785 JSON
 */
import { z } from 'zod';
import { auditCodes } from '../../../src-shared/contract/audit-events.ts';

export const entryVersion = 1;

const hash = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** What one import vouches for: Merkle roots (RFC 6962) over its rows and over its parts of charts. */
export const batchCommit = z.strictObject({
  batch: z.number().int().positive(),
  id: z.string(),
  rows: z.number().int().nonnegative(),
  rowsRoot: hash,
  charts: z.number().int().nonnegative(),
  chartsRoot: hash,
});
export type BatchCommit = z.infer<typeof batchCommit>;

export const auditDetail = z.record(z.string(), z.union([z.string(), z.number()]));
export type AuditDetail = Readonly<z.infer<typeof auditDetail>>;

export const auditEntry = z.strictObject({
  /** Place in the log, from 0: the leaf's index. */
  seq: z.number().int().nonnegative(),
  type: z.enum(auditCodes),
  action: z.enum(['C', 'R', 'U', 'D', 'E']),
  /** Milliseconds since the epoch, by this workstation's clock. */
  recorded: z.number().int().nonnegative(),
  /** FHIR AuditEvent.outcome: 0 success, 4 minor failure or denied, 8 serious failure. */
  outcome: z.union([z.literal(0), z.literal(4), z.literal(8)]),
  agent: z.strictObject({
    user: z.string().nullable(),
    roles: z.array(z.string()),
    session: z.string().nullable(),
  }),
  device: z.string(),
  /** v3 PurposeOfUse code, e.g. TREAT, HOPERAT. */
  purpose: z.string(),
  /** Pseudonym of the patient: HMAC under the patient's key, base64url of 16 bytes. */
  patient: z.string().nullable(),
  /** Local ids of what it was about. */
  entity: z.array(z.string()),
  origin: z.enum(['screen', 'ctl', 'core']),
  rows: z.array(z.tuple([z.string(), z.number().int(), hash])).optional(),
  parts: z.array(z.tuple([z.string(), z.number().int(), z.number().int(), hash])).optional(),
  batch: batchCommit.optional(),
  detail: auditDetail,
  /** The rest of the detail of an entry about a patient, under that patient's key (sealed-detail.ts). */
  sealed: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/**
 * The bytes of an entry. JSON.stringify writes strings and whole numbers as RFC 8785 does; what is left of it is the
 * order of names, and the log builds entries in that order.
 */
export function encodeEntry(entry: AuditEntry): Buffer {
  const json = JSON.stringify(inOrder(entry));
  const bytes = Buffer.allocUnsafe(1 + Buffer.byteLength(json));
  bytes[0] = entryVersion;
  bytes.write(json, 1);
  return bytes;
}

function inOrder(entry: AuditEntry): AuditEntry {
  const names = Object.keys(entry.detail);
  if (names.length < 2) return entry;
  return { ...entry, detail: Object.fromEntries(Object.entries(entry.detail).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** @returns undefined for bytes that are no entry of a known version */
export function decodeEntry(bytes: Buffer): AuditEntry | undefined {
  if (bytes[0] !== entryVersion) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', 1));
  } catch {
    // Damaged bytes are an answer here, not an accident: the caller says where.
    return undefined;
  }
  const parsed = auditEntry.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** The entry, where it says itself that it stands at this number of this workstation's log; undefined otherwise. */
export function entryAt(bytes: Buffer, seq: number, device: string): AuditEntry | undefined {
  const entry = decodeEntry(bytes);
  return entry?.seq === seq && entry.device === device ? entry : undefined;
}
