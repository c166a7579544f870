/** Entries as an insider rewrites them: one field at a time, or another number with everything else as it was. */

import { type AuditEntry, decodeEntry, encodeEntry } from '../../../src-main/core/audit/entry.ts';
import { detailOf, sealDetail } from '../../../src-main/core/audit/sealed-detail.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { auditCodes } from '../../../src-shared/contract/audit-events.ts';
import { uuid } from '../imports/samples.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';

export const fields = [
  'action',
  'roles',
  'session',
  'user',
  'batch',
  'detail',
  'device',
  'entity',
  'origin',
  'outcome',
  'parts',
  'patient',
  'purpose',
  'recorded',
  'rows',
  'sealed',
  'seq',
  'type',
  'byte',
  'version',
] as const;
export type Field = (typeof fields)[number];

export function read(entry: Buffer): AuditEntry {
  const decoded = decodeEntry(entry);
  hold(decoded !== undefined, 'a real entry cannot be read');
  return decoded;
}

const hash = (random: Prng): string => random.bytes(32).toString('base64url');

/** Another value in one field; what the entry does not have it gets. */
function changed(
  entry: AuditEntry,
  field: Exclude<Field, 'byte' | 'version'>,
  random: Prng,
  users: readonly string[],
): AuditEntry {
  const { agent } = entry;
  const otherUser = users.find((id) => id !== agent.user) ?? null;
  switch (field) {
    case 'action':
      return { ...entry, action: entry.action === 'R' ? 'U' : 'R' };
    case 'roles':
      return { ...entry, agent: { ...agent, roles: [...agent.roles, 'admin'] } };
    case 'session':
      return { ...entry, agent: { ...agent, session: agent.session === null ? uuid(random) : null } };
    case 'user':
      return { ...entry, agent: { ...agent, user: otherUser } };
    case 'batch':
      return {
        ...entry,
        batch: { batch: 1, id: uuid(random), rows: 1, rowsRoot: hash(random), charts: 1, chartsRoot: hash(random) },
      };
    case 'detail':
      return { ...entry, detail: { ...entry.detail, added: random.below(1000) } };
    case 'device':
      return { ...entry, device: uuid(random) };
    case 'entity':
      return { ...entry, entity: [...entry.entity, uuid(random)] };
    case 'origin':
      return { ...entry, origin: entry.origin === 'screen' ? 'ctl' : 'screen' };
    case 'outcome':
      return { ...entry, outcome: entry.outcome === 0 ? 4 : 0 };
    case 'parts':
      return { ...entry, parts: [[uuid(random), 0, 1, hash(random)]] };
    case 'patient':
      return { ...entry, patient: random.bytes(16).toString('base64url') };
    case 'purpose':
      return { ...entry, purpose: entry.purpose === 'TREAT' ? 'HRESCH' : 'TREAT' };
    case 'recorded':
      return { ...entry, recorded: entry.recorded - random.between(1, 86_400_000) };
    case 'rows':
      return { ...entry, rows: [[uuid(random), 1, hash(random)]] };
    case 'sealed':
      return { ...entry, sealed: random.bytes(64).toString('base64url') };
    case 'seq':
      return { ...entry, seq: entry.seq + random.between(1, 9) };
    case 'type':
      return {
        ...entry,
        type: random.pick(auditCodes.filter((code) => code !== entry.type && code !== 'audit.anchored')),
      };
  }
}

export function edited(bytes: Buffer, field: Field, random: Prng, users: readonly string[]): Buffer {
  if (field === 'byte' || field === 'version') {
    const copy = Buffer.from(bytes);
    const at = field === 'version' ? 0 : random.between(1, copy.length - 1);
    copy[at] = (copy[at] ?? 0) ^ random.between(1, 255);
    return copy;
  }
  return encodeEntry(changed(read(bytes), field, random, users));
}

/** With another number. The store opens sealed details and seals them again, as somebody with the clinic's key could. */
export function renumbered(bytes: Buffer, seq: number, reseal: Store | null): Buffer {
  if (reseal !== null && bytes.includes('"sealed":')) {
    const entry = read(bytes);
    const { detail, shut } = detailOf(reseal, entry);
    if (!shut) {
      const { told, sealed } = sealDetail(reseal, { seq, patient: entry.patient, detail });
      return encodeEntry({ ...entry, detail: told, seq, ...(sealed !== undefined && { sealed }) });
    }
  }
  // The member stands once and last but one: what is text in an entry cannot hold a bare quotation mark.
  const text = bytes.toString('latin1');
  const at = text.lastIndexOf('"seq":') + 6;
  const end = text.indexOf(',', at);
  return Buffer.from(`${text.slice(0, at)}${seq}${text.slice(end)}`, 'latin1');
}

/** An entry that never happened: somebody's session read somebody's chart. */
export function forged(like: Buffer, seq: number, random: Prng): Buffer {
  const entry = read(like);
  const { rows: _rows, parts: _parts, batch: _batch, sealed: _sealed, ...plain } = entry;
  const patient = random.bytes(16).toString('base64url');
  return encodeEntry({
    ...plain,
    seq,
    type: 'chart.read',
    action: 'R',
    outcome: 0,
    patient,
    entity: [uuid(random)],
    detail: {},
    recorded: entry.recorded + random.below(1000),
  });
}
