/**
 * Groups: the changes of one patient in a batch or on a page, compressed and under one seal of the patient's key; or of
 * no patient, under the batch's alone (docs/protocols/sync.md, "Batches").
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { dictionary as dictionaryText } from '../../../src-shared/sync-protocol/dictionary.ts';
import { OpenError, open, seal } from '../crypto/aead.ts';
import { hkdf } from '../crypto/kdf.ts';
import { wipe } from '../crypto/wipe.ts';

const nothing = Buffer.alloc(0);
const dictionary = Buffer.from(dictionaryText, 'utf8');
/** Plain bytes of one group: more is a bomb, not a batch. */
const linesMaximum = 16 * 1024 * 1024;
/** Bytes of DEFLATE's window at 13 bits; it looks back 262 fewer. */
const smallWindow = 8192;
const stored = 0;
const deflated = 1;

/** What a group is bound to besides its patient: where it may stand. */
export type GroupPlace =
  | { readonly kind: 'batch'; readonly clinic: string; readonly device: string; readonly seq: number }
  | { readonly kind: 'page'; readonly clinic: string; readonly page: string };

function groupBinding(place: GroupPlace, patient: string): string {
  // RFC 8785 of an array of plain ASCII text and a safe integer is what JSON.stringify writes.
  return place.kind === 'batch'
    ? `carekeep/v1/sync/ops\0${JSON.stringify([place.clinic, place.device, place.seq, patient])}`
    : `carekeep/v1/sync/page\0${JSON.stringify([place.clinic, place.page, patient])}`;
}

/** The key of a patient's groups. Wipe after use. */
export function groupKey(patientKey: Uint8Array): Buffer {
  return hkdf(patientKey, nothing, 'carekeep/v1/sync/ops', 32);
}

/** @param level of DEFLATE: small groups want the dictionary, large ones hardly notice it */
function packLines(text: string, level: number): Buffer {
  const plain = Buffer.from(text, 'utf8');
  // What fits into a small window with the dictionary packs as well in it, in half the time.
  const small = plain.length + dictionary.length <= smallWindow - 262;
  const packed = deflateRawSync(plain, {
    level,
    dictionary,
    ...(small ? { memLevel: 7, windowBits: 13, chunkSize: 2048 } : { memLevel: 8, windowBits: 15 }),
  });
  const smaller = packed.length < plain.length;
  const lines = Buffer.concat([Buffer.of(smaller ? deflated : stored), smaller ? packed : plain]);
  wipe(plain);
  return lines;
}

/** @throws OpenError for what is no packed text, or too much of it */
export function unpackLines(lines: Uint8Array): string {
  const rest = lines.subarray(1);
  if (lines[0] === stored && rest.length <= linesMaximum) return textOf(rest);
  if (lines[0] !== deflated) throw new OpenError('a group in an unknown form');
  let plain: Buffer;
  try {
    plain = inflateRawSync(rest, { dictionary, maxOutputLength: linesMaximum });
  } catch {
    // Sealed by somebody who may, and still no text.
    throw new OpenError('a group that does not unpack');
  }
  try {
    return textOf(plain);
  } finally {
    wipe(plain);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    // Not UTF-8: nothing that one of ours wrote.
    throw new OpenError('a group that is no text');
  }
}

/** Of no patient. @param text lines, each ended by LF */
export function plainGroup(text: string, level = 6): Buffer {
  const lines = packLines(text, level);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(lines.length, 1);
  return Buffer.concat([head, lines]);
}

/** Of one patient. @param key `groupKey` of the patient; @param text lines, each ended by LF */
export function patientGroup(place: GroupPlace, patient: string, key: Uint8Array, text: string, level = 6): Buffer {
  const lines = packLines(text, level);
  const sealed = seal(key, lines, Buffer.from(groupBinding(place, patient), 'utf8'));
  wipe(lines);
  const head = Buffer.alloc(21);
  head[0] = 1;
  head.write(patient.replaceAll('-', ''), 1, 'hex');
  head.writeUInt32BE(sealed.length, 17);
  return Buffer.concat([head, sealed]);
}

/** A group as it stands in a batch: of a patient still sealed, of nobody packed. */
export type Group = { readonly patient: string | null; readonly bytes: Buffer };

/** @throws OpenError where the bytes are no groups, or a patient has two */
export function readGroups(plain: Buffer): Group[] {
  const groups: Group[] = [];
  const seen = new Set<string | null>();
  let at = 0;
  while (at < plain.length) {
    const ofPatient = plain[at] === 1;
    if (!ofPatient && plain[at] !== 0) throw new OpenError('a group of an unknown kind');
    const lengthAt = at + (ofPatient ? 17 : 1);
    if (plain.length < lengthAt + 4) throw new OpenError('a batch ends inside a group');
    const length = plain.readUInt32BE(lengthAt);
    const from = lengthAt + 4;
    if (plain.length - from < length) throw new OpenError('a batch ends inside a group');
    const patient = ofPatient ? uuidOf(plain.subarray(at + 1, at + 17)) : null;
    if (seen.has(patient)) throw new OpenError('two groups of one patient');
    seen.add(patient);
    groups.push({ patient, bytes: plain.subarray(from, from + length) });
    at = from + length;
  }
  return groups;
}

/** Text of a patient's group. @param key `groupKey` of the patient; @throws OpenError */
export function openGroup(place: GroupPlace, patient: string, key: Uint8Array, sealed: Uint8Array): string {
  const lines = open(key, sealed, Buffer.from(groupBinding(place, patient), 'utf8'));
  try {
    return unpackLines(lines);
  } finally {
    wipe(lines);
  }
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
