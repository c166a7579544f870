/** Pages as rows: opened group by group, parsed, ready for the bulk path of the store. */
import { isObject } from '../../../../src-shared/fhir/json.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import {
  type EmergencyOp,
  type LostWrite,
  type PageRef,
  type PageResource,
  pageLine,
  type RestrictionOp,
} from '../../../../src-shared/sync-protocol/ops.ts';
import { OpenError } from '../../crypto/aead.ts';
import { wipe } from '../../crypto/wipe.ts';
import type { ImportRow } from '../../store/batch.ts';
import { openGroup, readGroups, unpackLines } from '../groups.ts';
import type { GroupOp } from '../merge/apply.ts';
import { fetchWhole, keyOfBlobs, textOf } from './blobs.ts';
import { BadBatch, isErased, keyOf } from './groups.ts';
import type { TakeParts } from './take.ts';

export type Envelope = { readonly file: number; readonly type: string; readonly json: string; readonly rows: string };
/** What of a row's state its columns do not tell. */
export type RowBeside = { readonly id: string; readonly whole: string | null; readonly lost: readonly LostWrite[] };

export type PageContent = {
  readonly rows: ImportRow[];
  readonly envelopes: Envelope[];
  readonly access: GroupOp[];
  readonly beside: RowBeside[];
  /** Groups that nobody here can open: their patient was erased. */
  skipped: number;
};

/** @param clinicKey `blobKey` of the clinic's epoch; @throws BadBatch, SyncStop */
export async function readPage(parts: TakeParts, ref: PageRef, clinicKey: Buffer, epoch: number): Promise<PageContent> {
  const plain = await fetchWhole(parts, ref, clinicKey);
  const content: PageContent = { rows: [], envelopes: [], access: [], beside: [], skipped: 0 };
  try {
    for (const { patient, bytes } of readGroups(plain)) {
      const text = groupText(parts, ref, patient, bytes);
      if (text === null) content.skipped += 1;
      else await readLines(parts, { text, patient, epoch }, content);
    }
  } catch (error) {
    if (error instanceof OpenError) throw new BadBatch('a page that does not open');
    throw error;
  } finally {
    wipe(plain);
  }
  if (content.rows.length > limits.pageRows) throw new BadBatch('a page of too many rows');
  return content;
}

function groupText({ store, member }: TakeParts, ref: PageRef, patient: string | null, bytes: Buffer): string | null {
  if (patient === null) return unpackLines(bytes);
  if (isErased(store, patient)) return null;
  const key = keyOf(store, patient);
  // Slots are taken as far as they go: a key that is not among them is nobody's any more.
  if (key === undefined) return null;
  try {
    return openGroup({ kind: 'page', clinic: member.clinic, page: ref.id }, patient, key, bytes);
  } finally {
    wipe(key);
  }
}

type Lines = { readonly text: string; readonly patient: string | null; readonly epoch: number };

async function readLines(parts: TakeParts, { text, patient, epoch }: Lines, content: PageContent): Promise<void> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    if (end < 0) throw new BadBatch('a line without an end');
    const parsed = pageLine.safeParse(parsedJson(text.slice(from, end)));
    from = end + 1;
    if (!parsed.success) throw new BadBatch('a line that is no row');
    const line = parsed.data;
    if ('envelope' in line) content.envelopes.push(line.envelope);
    else if ('restriction' in line) content.access.push(accessOf(line.restriction, patient));
    else if ('emergency' in line) content.access.push(accessOf(line.emergency, patient));
    else {
      content.rows.push(await rowOf(parts, line, patient, epoch));
      const { id, whole = null, lost = [] } = line;
      if (whole !== null || lost.length > 0) content.beside.push({ id, whole, lost });
    }
  }
}

function accessOf(op: RestrictionOp | EmergencyOp, patient: string | null): GroupOp {
  if (op.patient !== patient) throw new BadBatch('an access in another patient’s group');
  return { op, patient };
}

async function rowOf(parts: TakeParts, line: PageResource, patient: string | null, epoch: number): Promise<ImportRow> {
  if (line.type === 'Patient' && line.id !== patient) throw new BadBatch('a patient in another’s group');
  const json = line.json ?? (await longText(parts, line, patient, epoch));
  const resource = parsedJson(json);
  if (!isObject(resource) || resource['resourceType'] !== line.type) throw new BadBatch('a row of another type');
  return {
    id: line.id,
    type: line.type,
    patientId: patient,
    encounterId: line.encounter,
    json,
    resource,
    source: line.source,
    hash: line.hash === undefined ? null : Buffer.from(line.hash, 'base64'),
    names: line.names ?? [],
    references: line.refs ?? [],
    received: {
      authorUser: line.author,
      updatedAt: line.updatedAt,
      deleted: line.deleted,
      signed: line.signed,
      fieldVersions: line.fields === null ? null : JSON.stringify(line.fields),
      file: line.file ?? 0,
    },
  };
}

async function longText(
  parts: TakeParts,
  { blob }: PageResource,
  patient: string | null,
  epoch: number,
): Promise<string> {
  if (blob === undefined) throw new BadBatch('a row without a text');
  const key = keyOfBlobs(parts, patient, epoch);
  const bytes = await fetchWhole(parts, blob, key).finally(() => wipe(key));
  const text = textOf(bytes);
  wipe(bytes);
  return text;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadBatch('a line that is no JSON');
  }
}
