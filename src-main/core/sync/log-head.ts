/** Heads of a clinic's log at the backend: C2SP checkpoints (docs/protocols/sync.md, "The log and its heads"). */
import { joinNote, type NoteSigner, noteLine, parseNote, signedBy } from '../crypto/signed-note.ts';

export type LogHead = { readonly size: number; readonly root: Buffer };

/** The note over a head. */
export function signHead(clinic: string, { size, root }: LogHead, signer: NoteSigner): string {
  const text = `carekeep.sync/${clinic}\n${size}\n${root.toString('base64')}\n`;
  return joinNote(text, [noteLine(text, signer)]);
}

const form = /^carekeep\.sync\/([0-9a-f-]{36})\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/;

/** @returns undefined for what is no head of this clinic's log, or not signed by this name and key */
export function readHead(note: string, clinic: string, name: string, publicKey: Uint8Array): LogHead | undefined {
  const parsed = parseNote(note);
  const [, of, size, encoded] = form.exec(parsed?.text ?? '') ?? [];
  if (parsed === undefined || of !== clinic || size === undefined || encoded === undefined) return undefined;
  const root = Buffer.from(encoded, 'base64');
  if (root.toString('base64') !== encoded || !Number.isSafeInteger(Number(size))) return undefined;
  return signedBy(parsed.text, parsed.signatures, name, publicKey) ? { size: Number(size), root } : undefined;
}
