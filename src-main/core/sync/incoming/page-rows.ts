/** Pages as rows: opened group by group, parsed, ready for the bulk path of the store. */
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { LostWrite, PageLine, PageRef, PageResource } from '../../../../src-shared/sync-protocol/ops.ts';
import { splitVersion } from '../../../../src-shared/sync-protocol/primitives.ts';
import { OpenError } from '../../crypto/aead.ts';
import { wipe } from '../../crypto/wipe.ts';
import type { ImportRow } from '../../store/batch.ts';
import type { Erasure } from '../../store/erasures.ts';
import type { MergedState } from '../../store/merged-state.ts';
import { runSliced } from '../../store/slices.ts';
import type { GroupOp } from '../merge/apply.ts';
import { shapeOf } from '../merge/shape.ts';
import { readPage } from '../outgoing/pages.ts';
import { BlobGone, fetchWhole, keyOfBlobs, textOf } from './blobs.ts';
import { BadBatch, isErased, keyOf } from './groups.ts';
import type { TakeParts } from './take.ts';

export type Envelope = { readonly file: number; readonly type: string; readonly json: string; readonly rows: string };
/** What of a row's state its columns do not tell. */
export type RowBeside = {
  readonly id: string;
  /** Null: what the row's columns tell is all. */
  readonly merged: MergedState | null;
  readonly lost: readonly LostWrite[];
};

type Reading = {
  readonly rows: { readonly row: ImportRow; readonly place: number }[];
  readonly envelopes: Envelope[];
  readonly access: GroupOp[];
  readonly erased: Erasure[];
  readonly beside: RowBeside[];
  /** Groups that nobody here can open: their patient was erased. */
  skipped: number;
};
/** Rows in the order they had in their import. */
export type PageContent = Omit<Reading, 'rows'> & { readonly rows: readonly ImportRow[] };

/** What a page may say: an import brings plain rows, a snapshot their whole state, under no version beyond its own. */
export type PageRules = { readonly kind: 'import' | 'snapshot'; readonly lamport: number };

type Reader = { readonly clinicKey: Buffer; readonly epoch: number; readonly rules: PageRules };

/** @param reader its `clinicKey` is `blobKey` of the clinic's epoch; @throws BadBatch, SyncStop */
export async function readRows(
  parts: TakeParts,
  ref: PageRef,
  { clinicKey, epoch, rules }: Reader,
): Promise<PageContent> {
  if (ref.size > limits.pageBytes || ref.rows > limits.pageRows) throw new BadBatch('a page of too many rows');
  const plain = await fetchWhole(parts, ref, clinicKey);
  const { store, member, signal } = parts;
  const content: Reading = { rows: [], envelopes: [], access: [], erased: [], beside: [], skipped: 0 };
  // Slots are taken as far as they go: a key that is not among them is nobody's any more.
  const keyFor = (patient: string): Buffer | null =>
    isErased(store, patient) ? null : (keyOf(store, patient) ?? null);
  try {
    const groups = await runSliced(readPage(member.clinic, ref, plain, keyFor), { signal });
    for (const { patient, lines } of groups) {
      if (lines === null) content.skipped += 1;
      else for (const line of lines) await readLine(parts, line, { patient, epoch, rules }, content);
    }
  } catch (error) {
    if (error instanceof OpenError) throw new BadBatch('a page that does not open');
    throw error;
  } finally {
    wipe(plain);
  }
  const rows = content.rows.sort((a, b) => a.place - b.place).map(({ row }) => row);
  return { ...content, rows };
}

type Place = { readonly patient: string | null; readonly epoch: number; readonly rules: PageRules };

/** Versions from the future would win for ever over what anybody writes. @throws BadBatch */
function demandAllowed(line: PageLine, { kind, lamport }: PageRules): void {
  const later = (version: string): boolean => version !== '' && splitVersion(version).lamport > lamport;
  if ('envelope' in line) return;
  if ('erased' in line) {
    if (kind === 'import' || later(line.erased.version ?? '')) throw new BadBatch('a page that says what it may not');
    return;
  }
  if ('restriction' in line || 'emergency' in line) {
    const { v } = 'restriction' in line ? line.restriction : line.emergency;
    if (kind === 'import' || later(v)) throw new BadBatch('a page that says what it may not');
    return;
  }
  const { fields, deleted, signed, whole, hidden, writers = {}, lost = [] } = line;
  const beside = [fields, whole, hidden, line.writers, line.lost].some((one) => one !== undefined && one !== null);
  if (kind === 'import' && (beside || deleted === 1 || signed === 1)) {
    throw new BadBatch('an import with more than rows');
  }
  const versions = [...Object.values(fields ?? {}), ...Object.keys(writers), ...lost.map(({ version }) => version)];
  if (versions.some(later)) throw new BadBatch('a page under versions that are not there yet');
}

async function readLine(parts: TakeParts, line: PageLine, place: Place, content: Reading): Promise<void> {
  const { patient } = place;
  demandAllowed(line, place.rules);
  if ('envelope' in line) content.envelopes.push(line.envelope);
  else if ('erased' in line) content.erased.push(line.erased);
  else if ('restriction' in line) content.access.push({ op: line.restriction, patient });
  else if ('emergency' in line) content.access.push({ op: line.emergency, patient });
  else {
    const row = await rowOf(parts, line, patient, place.epoch).catch((error: unknown) => {
      if (error instanceof BlobGone) return null;
      throw error;
    });
    if (row === null) {
      content.skipped += 1;
      return;
    }
    content.rows.push({ row, place: line.place ?? 0 });
    const beside = besideOf(line);
    if (beside.merged !== null || beside.lost.length > 0) content.beside.push(beside);
  }
}

function besideOf({ id, hidden = {}, writers = {}, lost = [], ...line }: PageResource): RowBeside {
  const whole = line.whole ?? null;
  const more = whole !== null || Object.keys(hidden).length > 0 || Object.keys(writers).length > 0;
  return { id, merged: more ? { whole, hidden, writers } : null, lost };
}

async function rowOf(parts: TakeParts, line: PageResource, patient: string | null, epoch: number): Promise<ImportRow> {
  const json = line.json ?? (await longText(parts, line, patient, epoch));
  const read = shapeOf({ json, type: line.type });
  if (typeof read === 'string') throw new BadBatch('a row of another type');
  return {
    id: line.id,
    type: line.type,
    patientId: patient,
    encounterId: line.encounter,
    json,
    resource: read.resource,
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
  const bytes = await fetchWhole(parts, blob, key, patient).finally(() => wipe(key));
  const text = textOf(bytes);
  wipe(bytes);
  return text;
}
