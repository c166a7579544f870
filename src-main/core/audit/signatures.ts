/**
 * Signatures under notes, checked against the roster: the key must be the one its author had when the note was
 * signed. The entry that committed it says how far the roster had come then (`detail.roster`), so a key that was retired
 * proves what was signed before, and nothing after.
 */
import { z } from 'zod';
import { verify } from '../crypto/ed25519.ts';
import { noteSignatureBytes } from '../crypto/note-signature.ts';
import type { Store } from '../store/open.ts';
import type { ResourceRow } from '../store/row.ts';
import { readEntry } from './log.ts';

/** Who could sign with which key after so many entries of the roster. */
export interface SignerBook {
  signingKey(userId: string, rosterSize: number): Buffer | undefined;
}

/** `missing`: a note of ours without a signature; `broken`: one that is not its author's for this text at that time. */
export type SignatureState = 'holds' | 'broken' | 'missing';

const provenanceOf = z.object({
  target: z.tuple([z.object({ reference: z.string() })]),
  signature: z.tuple([z.object({ data: z.base64() })]),
});

/** The signature in a row, if it is one about this note. */
function signatureIn(row: ResourceRow, note: ResourceRow): string | undefined {
  if (row.type !== 'Provenance' || row.signed !== 1 || row.authorUser !== note.authorUser) return undefined;
  const parsed = provenanceOf.safeParse(JSON.parse(row.json));
  if (!parsed.success || parsed.data.target[0].reference !== `Composition/${note.id}`) return undefined;
  return parsed.data.signature[0].data;
}

/** The entry that committed the note says how far the roster had come: of its signing here, or of its arrival. */
function holds(note: ResourceRow, signature: string, store: Store, book: SignerBook): boolean {
  if (note.authorUser === null || note.createdSeq === null) return false;
  const size = readEntry(store, note.createdSeq)?.detail?.['roster'];
  if (typeof size !== 'number') return false;
  const key = book.signingKey(note.authorUser, size);
  return key !== undefined && verify(key, noteSignatureBytes(note.json), Buffer.from(signature, 'base64'));
}

/**
 * The signature of one note. What came from another workstation stands among many rows of one entry, so that its
 * Provenance is told by what it is about.
 * @param chart the rows among which it is looked for
 */
export function noteSignature(
  store: Store,
  note: ResourceRow,
  chart: readonly ResourceRow[],
  book: SignerBook,
): SignatureState {
  const found = chart.flatMap((row) => signatureIn(row, note) ?? []);
  if (found.length === 0) return 'missing';
  return found.some((signature) => holds(note, signature, store, book)) ? 'holds' : 'broken';
}
