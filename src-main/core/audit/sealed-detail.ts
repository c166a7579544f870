/**
 * What an entry about a patient says beyond its fields is sealed under that patient's key, so that erasing the patient
 * blinds the log and breaks no proof: leaves are hashed over the sealed form (docs/protocols/audit.md, "Sealed detail").
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { OpenError, open, seal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { hkdf } from '../crypto/kdf.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Store } from '../store/open.ts';
import { openPatientKey } from '../store/patient.ts';
import { type AuditDetail, type AuditEntry, auditDetail } from './entry.ts';

/** Proofs need these: how far the roster had come when a note was signed, and a restriction's HMAC. */
const inTheClear: ReadonlySet<string> = new Set(['roster', 'mac']);
/** Deriving a key costs two ciphers; whoever works in a chart leaves many entries about one patient. */
const keptKeys = 64;

const noKey = Buffer.alloc(0);
const aadOf = (device: string, seq: number, patient: string) =>
  Buffer.from(`carekeep/v1/audit/detail/${device}/${seq}/${patient}`, 'utf8');

/** The key of a pseudonym's detail; undefined when the patient's key is gone or not here. It belongs to the store. */
function detailKey(store: Store, patient: string): Buffer | undefined {
  store.held.detailKeys ??= new Map();
  const keys = store.held.detailKeys;
  const known = keys.get(patient);
  if (known !== undefined) return known;
  const key = deriveKey(store, patient);
  if (key === undefined) return undefined;
  for (const [oldest, bytes] of keys) {
    if (keys.size < keptKeys) break;
    wipe(bytes);
    keys.delete(oldest);
  }
  keys.set(patient, key);
  return key;
}

function deriveKey(store: Store, patient: string): Buffer | undefined {
  const found = store
    .sql<[Buffer], { id: string }>('select id from patient where audit_ref = ?')
    .get(Buffer.from(patient, 'base64url'));
  if (found === undefined) return undefined;
  let patientKey: Buffer = noKey;
  try {
    patientKey = openPatientKey(store, found.id);
    return hkdf(patientKey, noKey, 'carekeep/v1/audit/detail', 32);
  } catch (error) {
    // Erased, or under an epoch that nobody here holds: the detail stays shut.
    if (error instanceof OpenError || error instanceof CallError) return undefined;
    throw error;
  } finally {
    wipe(patientKey);
  }
}

/** Lets go of a patient's key; with null of all. */
export function forgetDetailKeys(store: Store, patient: string | null): void {
  for (const [ref, key] of store.held.detailKeys ?? []) {
    if (patient !== null && ref !== patient) continue;
    wipe(key);
    store.held.detailKeys?.delete(ref);
  }
}

/** Splits a detail into what stands in the clear and what is sealed. @throws Error when the patient's key is not here */
export function sealDetail(
  store: Store,
  { seq, patient, detail }: { readonly seq: number; readonly patient: string | null; readonly detail: AuditDetail },
): { readonly told: Record<string, string | number>; readonly sealed?: string } {
  if (patient === null) return { told: { ...detail } };
  const names = Object.keys(detail);
  const hidden = names.filter((name) => !inTheClear.has(name));
  if (hidden.length === 0) return { told: { ...detail } };
  const key = detailKey(store, patient);
  if (key === undefined) throw new Error("an entry's detail has no key to be sealed under");
  const pick = (wanted: readonly string[]) =>
    Object.fromEntries(wanted.flatMap((name) => (detail[name] === undefined ? [] : [[name, detail[name]]])));
  const bytes = canonicalBytes(pick(hidden));
  const sealed = seal(key, bytes, aadOf(store.device, seq, patient), store.random).toString('base64url');
  return { told: pick(names.filter((name) => inTheClear.has(name))), sealed };
}

export type OpenedDetail = {
  readonly detail: AuditDetail;
  /** Part of it stays shut: the patient's key is gone, or the bytes are not what was sealed. */
  readonly shut: boolean;
};

/** An entry's whole detail, as far as it opens. */
export function detailOf(store: Store, entry: AuditEntry): OpenedDetail {
  const { sealed, patient, seq, device, detail } = entry;
  if (sealed === undefined) return { detail, shut: false };
  const key = patient === null ? undefined : detailKey(store, patient);
  if (key === undefined || patient === null) return { detail, shut: true };
  try {
    const bytes = open(key, Buffer.from(sealed, 'base64url'), aadOf(device, seq, patient));
    const hidden = auditDetail.parse(JSON.parse(bytes.toString('utf8')));
    return { detail: { ...detail, ...hidden }, shut: false };
  } catch (error) {
    if (error instanceof OpenError) return { detail, shut: true };
    throw error;
  }
}
