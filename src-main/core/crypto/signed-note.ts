/**
 * C2SP signed notes (c2sp.org/signed-note): a text of lines, an empty line, then signatures
 *
 *   — <name> <base64( key id (4) ‖ signature )>
 *
 * and cosignatures (c2sp.org/tlog-cosignature, cosignature/v1), whose signature carries a time.
 */
import { sign, signatureLength, verify } from './ed25519.ts';
import { sha256 } from './hash.ts';

/** Signature types of C2SP signed-note. */
const ed25519Type = 0x01;
const cosignatureType = 0x04;
const keyIdLength = 4;
const timeLength = 8;

export type NoteSignature = {
  readonly name: string;
  readonly keyId: Buffer;
  /** Without the key id. */
  readonly signature: Buffer;
};

/** First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). */
function keyIdOf(name: string, type: number, publicKey: Uint8Array): Buffer {
  return sha256(name, Buffer.of(0x0a, type), publicKey).subarray(0, keyIdLength);
}

const lineOf = (name: string, keyId: Buffer, signature: Buffer): string =>
  `— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;

export type NoteSigner = { readonly name: string; readonly publicKey: Uint8Array; sign(message: Uint8Array): Buffer };

/** A signature line over a text, with whatever signs. */
export function noteLine(text: string, { name, publicKey, sign: signing }: NoteSigner): string {
  return lineOf(name, keyIdOf(name, ed25519Type, publicKey), signing(Buffer.from(text, 'utf8')));
}

/** A signer with a raw private key; the key stays the caller's. */
export function noteSigner(name: string, publicKey: Uint8Array, privateKey: Uint8Array): NoteSigner {
  return { name, publicKey, sign: (message) => sign(privateKey, message) };
}

/** The text and its signature lines. */
export function joinNote(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.join('')}`;
}

/** @returns undefined for what is no signed note */
export function parseNote(
  note: string,
): { readonly text: string; readonly signatures: readonly NoteSignature[] } | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = Buffer.from(encoded ?? '', 'base64');
    if (name === undefined || bytes.toString('base64') !== encoded || bytes.length <= keyIdLength) return undefined;
    signatures.push({ name, keyId: bytes.subarray(0, keyIdLength), signature: bytes.subarray(keyIdLength) });
  }
  return { text: note.slice(0, end + 1), signatures };
}

/** Does one of the signatures hold as this name's with this key? */
export function signedBy(
  text: string,
  signatures: readonly NoteSignature[],
  name: string,
  publicKey: Uint8Array,
): boolean {
  const id = keyIdOf(name, ed25519Type, publicKey);
  const message = Buffer.from(text, 'utf8');
  return signatures.some(
    (one) =>
      one.name === name &&
      one.keyId.equals(id) &&
      one.signature.length === signatureLength &&
      verify(publicKey, message, one.signature),
  );
}

const cosigned = (text: string, seconds: number): Buffer => Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);

/** A witness's line over a checkpoint's text. @param seconds since the epoch */
export function cosignatureLine(
  text: string,
  name: string,
  publicKey: Uint8Array,
  privateKey: Uint8Array,
  seconds: number,
): string {
  const time = Buffer.alloc(timeLength);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = sign(privateKey, cosigned(text, seconds));
  return lineOf(name, keyIdOf(name, cosignatureType, publicKey), Buffer.concat([time, signature]));
}

/** The one cosignature line of this name that a text came with, in form; whether it holds is `cosignedAt`'s. */
export function parseCosignature(text: string, line: string, name: string): NoteSignature | undefined {
  const parsed = parseNote(joinNote(text, [line]));
  const [one, ...others] = parsed?.text === text ? parsed.signatures : [];
  if (one === undefined || others.length > 0 || one.name !== name) return undefined;
  return one.signature.length === timeLength + signatureLength ? one : undefined;
}

/** When a witness cosigned, in seconds since the epoch; undefined where it did not. */
export function cosignedAt(
  text: string,
  signatures: readonly NoteSignature[],
  name: string,
  publicKey: Uint8Array,
): number | undefined {
  const id = keyIdOf(name, cosignatureType, publicKey);
  for (const one of signatures) {
    if (one.name !== name || !one.keyId.equals(id)) continue;
    if (one.signature.length !== timeLength + signatureLength) continue;
    const seconds = Number(one.signature.readBigUInt64BE(0));
    if (!Number.isSafeInteger(seconds)) continue;
    if (verify(publicKey, cosigned(text, seconds), one.signature.subarray(timeLength))) return seconds;
  }
  return undefined;
}

/** A witness's verifier key as C2SP writes it: `<name>+<key id, hex>+<base64(type ‖ public key)>`. */
export function witnessKey(name: string, publicKey: Uint8Array): string {
  const id = keyIdOf(name, cosignatureType, publicKey).toString('hex');
  return `${name}+${id}+${Buffer.concat([Buffer.of(cosignatureType), publicKey]).toString('base64')}`;
}
