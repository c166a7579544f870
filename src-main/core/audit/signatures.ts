/**
 * Signatures under notes, checked against the roster: the key must be the one its author had when the note was
 * committed. The entry that committed it says how far the roster had come (`detail.roster`), so a key that was retired
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

function holds(note: ResourceRow, provenance: ResourceRow, store: Store, book: SignerBook): boolean {
  const parsed = provenanceOf.safeParse(JSON.parse(provenance.json));
  if (!parsed.success || note.authorUser === null || note.createdSeq === null) return false;
  if (parsed.data.target[0].reference !== `Composition/${note.id}`) return false;
  if (provenance.authorUser !== note.authorUser || provenance.createdSeq !== note.createdSeq) return false;
  const size = readEntry(store, note.createdSeq)?.detail?.['roster'];
  if (typeof size !== 'number') return false;
  const key = book.signingKey(note.authorUser, size);
  return (
    key !== undefined &&
    verify(key, noteSignatureBytes(note.json), Buffer.from(parsed.data.signature[0].data, 'base64'))
  );
}

/** The signature of one note. @param chart the rows among which its Provenance is looked for */
export function noteSignature(
  store: Store,
  note: ResourceRow,
  chart: readonly ResourceRow[],
  book: SignerBook,
): SignatureState {
  const provenance = chart.find(
    (row) => row.type === 'Provenance' && row.signed === 1 && row.createdSeq === note.createdSeq,
  );
  if (provenance === undefined) return 'missing';
  return holds(note, provenance, store, book) ? 'holds' : 'broken';
}
