/** Pages: many rows at once, in groups like a batch's, beside the log (docs/protocols/sync.md, "Pages"). */
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import { type PageLine, type PageRef, pageLine } from '../../../../src-shared/sync-protocol/ops.ts';
import { OpenError } from '../../crypto/aead.ts';
import { sha256 } from '../../crypto/hash.ts';
import { uuidFrom } from '../../crypto/random.ts';
import { wipe } from '../../crypto/wipe.ts';
import type { Store } from '../../store/open.ts';
import { runSliced, type Sliced } from '../../store/slices.ts';
import type { Backend } from '../backend.ts';
import { type Group, openGroup, readGroups, unpackLines } from '../groups.ts';
import { blobChunks, blobKey, chunkCount } from './blobs.ts';
import { type Lines, type SealedGroups, sealGroups } from './seal-groups.ts';

/** Plain bytes of rows on one page: seals have room beside them even if nothing gets smaller. */
const pageText = limits.pageBytes - 256 * 1024;

/** Rows that go onto one page, until there is no room. */
export class PageRows {
  readonly rows: Lines[] = [];
  #bytes = 0;

  /** @returns false where the line does not fit beside what is there: the page goes first */
  add(patient: string | null, line: PageLine): boolean {
    const text = `${JSON.stringify(line)}\n`;
    const bytes = Buffer.byteLength(text);
    if (this.rows.length > 0 && (this.rows.length >= limits.pageRows || this.#bytes + bytes > pageText)) return false;
    this.rows.push({ patient, line: text });
    this.#bytes += bytes;
    return true;
  }
}

export type Sending = { readonly backend: Backend; readonly clinic: string; readonly signal: AbortSignal };
export type SentPage = { readonly ref: PageRef; readonly slots: SealedGroups['slots'] };

/**
 * Seals a page and sends it. What is there twice after a kill is taken down by nobody and named by no op.
 * @param clinicKey of the epoch that the page's op will name
 * @returns null where nothing was left to send: all its patients are erased
 */
export async function sendPage(
  store: Store,
  { backend, clinic, signal }: Sending,
  clinicKey: Uint8Array,
  rows: PageRows,
): Promise<SentPage | null> {
  const id = uuidFrom(store.random);
  const { plain, slots, lines } = await runSliced(sealGroups(store, { kind: 'page', clinic, page: id }, rows.rows), {
    signal,
  });
  const key = blobKey(clinicKey);
  try {
    if (lines === 0) return null;
    if (plain.length > limits.pageBytes) throw new Error('a page larger than a page may be');
    for (const { n, bytes } of blobChunks(key, { clinic, id, plain })) {
      signal.throwIfAborted();
      await backend.putChunk(id, n, bytes, signal);
    }
    const size = plain.length;
    return {
      ref: { id, size, sha256: sha256(plain).toString('base64'), count: chunkCount(size), rows: lines },
      slots,
    };
  } finally {
    wipe(plain, key);
  }
}

/** A page's lines of one patient, or of none; null where the patient's key is not here. */
export type PageGroup = { readonly patient: string | null; readonly lines: readonly PageLine[] | null };

/**
 * Reads a page group by group.
 * @param groupKeyOf `groupKey` of a patient, null where it is not here; wiped after use
 * @throws OpenError where a group does not open, a line is none or belongs elsewhere, or their number is not the op's
 */
export function* readPage(
  clinic: string,
  ref: Pick<PageRef, 'id' | 'rows'>,
  plain: Buffer,
  groupKeyOf: (patient: string) => Buffer | null,
): Sliced<PageGroup[]> {
  const groups: PageGroup[] = [];
  let rows = 0;
  let whole = true;
  for (const group of readGroups(plain)) {
    const key = group.patient === null ? null : groupKeyOf(group.patient);
    const lines = group.patient !== null && key === null ? null : openPageGroup(clinic, ref.id, group, key);
    if (lines === null) whole = false;
    rows += lines?.length ?? 0;
    groups.push({ patient: group.patient, lines });
    yield { done: rows, total: ref.rows };
  }
  if (rows > ref.rows || (whole && rows !== ref.rows)) throw new OpenError('a page with another number of rows');
  return groups;
}

/** Lines of one group. @param key `groupKey` of its patient; wiped. @throws OpenError */
function openPageGroup(clinic: string, page: string, { patient, bytes }: Group, key: Buffer | null): PageLine[] {
  let text: string;
  try {
    if (patient === null) text = unpackLines(bytes);
    else if (key === null) throw new OpenError('no key for a group');
    else text = openGroup({ kind: 'page', clinic, page }, patient, key, bytes);
  } finally {
    if (key !== null) wipe(key);
  }
  if (!text.endsWith('\n')) throw new OpenError('a page ends inside a line');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => lineOf(patient, line));
}

function lineOf(patient: string | null, text: string): PageLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Sealed by one of ours, and still no line.
    throw new OpenError('a page with a line that is none');
  }
  const parsed = pageLine.safeParse(value);
  if (!parsed.success || !belongs(patient, parsed.data)) throw new OpenError('a page with a line that is none');
  return parsed.data;
}

/** Stands a line in the group of whom it is about? */
function belongs(patient: string | null, line: PageLine): boolean {
  if ('envelope' in line || 'erased' in line) return patient === null;
  if ('restriction' in line) return line.restriction.patient === patient;
  if ('emergency' in line) return line.emergency.patient === patient;
  return line.type === 'Patient' ? line.id === patient : true;
}
