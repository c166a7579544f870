/**
 * A file as the JSON documents in it: one, or one a line. Looks at the bytes, not only at the name; says in plain
 * reasons what is not JSON. JSON files are read whole (64 MiB at most), NDJSON streams.
 */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { type Issue, issue } from '../../../../src-shared/fhir/refusals.ts';
import { afterByteOrderMark, type Scan, scanResource, skipSpace } from '../../../../src-shared/fhir/scan.ts';
import type { FileFormat } from './messages.ts';

export const largestJson = 64 * 1024 * 1024;
export const longestLine = 8 * 1024 * 1024;

export type ReadDocument =
  | { readonly kind: 'document'; readonly bytes: Uint8Array; readonly scan: Scan; readonly at: Place }
  | { readonly kind: 'refused'; readonly issue: Issue; readonly at: Place };
/** `offset`: bytes of the file read when this document was through. */
export type Place = { readonly format: FileFormat; readonly line?: number; readonly offset: number };

/** The file's documents in order. Never throws for what a file holds or for a file that cannot be read. */
export async function* documents(path: string): AsyncGenerator<ReadDocument> {
  const json: Place = { format: 'json', offset: 0 };
  let size: number;
  let head: Buffer;
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return yield refused(issue('', 'unreadable'), json);
    size = facts.size;
    head = await readHead(path, Math.min(size, 65536));
  } catch {
    return yield refused(issue('', 'unreadable'), json);
  }
  const foreign = foreignKind(head);
  if (foreign !== undefined) return yield refused(foreign, json);
  try {
    if (/\.(ndjson|jsonl|ldjson)$/i.test(path)) return yield* lines(path);
    if (size > largestJson) {
      if (await firstLineIsDocument(path)) return yield* lines(path);
      return yield refused(issue('', 'too-large', { limit: largestJson }), json);
    }
    const bytes = await readFile(path);
    const place: Place = { format: 'json', offset: bytes.length };
    if (!isUtf8(bytes)) return yield refused(issue('', 'not-utf8'), place);
    const result = scanResource(bytes, afterByteOrderMark(bytes));
    if (!result.ok) return yield refused(result.issue, place);
    if (result.scan.rest === -1) return yield { kind: 'document', bytes, scan: result.scan, at: place };
    if (isLine(bytes, result.scan)) return yield* lines(path);
    yield refused(issue('', 'not-json'), place);
  } catch (error) {
    if (!isFileError(error)) throw error;
    yield refused(issue('', 'unreadable'), json);
  }
}

function refused(found: Issue, at: Place): ReadDocument {
  return { kind: 'refused', issue: found, at };
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

async function readHead(path: string, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Files of well-known kinds, by their first bytes. */
function foreignKind(head: Buffer): Issue | undefined {
  const starts = (...bytes: number[]): boolean => bytes.every((byte, index) => head[index] === byte);
  if (head.length === 0) return issue('', 'empty');
  if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0x50, 0x4b, 0x05, 0x06)) return issue('', 'zip');
  if (starts(0x1f, 0x8b)) return issue('', 'gzip');
  if (starts(0x25, 0x50, 0x44, 0x46)) return issue('', 'pdf');
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff) || starts(0, 0, 0xfe, 0xff)) return issue('', 'not-utf8');
  const first = head[skipSpace(head, afterByteOrderMark(head))];
  return first === 0x3c ? issue('', 'xml') : undefined;
}

/** Whether the first document stands on one line and the next begins on another. */
function isLine(bytes: Uint8Array, scan: Scan): boolean {
  const newline = bytes.indexOf(0x0a, scan.start);
  return newline >= scan.end && newline < scan.rest;
}

/** A JSON file over the limit may be NDJSON by another name. */
async function firstLineIsDocument(path: string): Promise<boolean> {
  const head = await readHead(path, longestLine + 1);
  const newline = head.indexOf(0x0a);
  if (newline === -1) return false;
  const result = scanResource(head, afterByteOrderMark(head), newline);
  return result.ok && result.scan.rest === -1;
}

async function* lines(path: string): AsyncGenerator<ReadDocument> {
  let held: Buffer[] = [];
  let length = 0;
  let tooLong = false;
  let line = 0;
  let offset = 0;
  let given = 0;
  const give = function* (at: Place): Generator<ReadDocument> {
    for (const document of oneLine(held, tooLong, at)) {
      given += 1;
      yield document;
    }
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a stream without encoding gives Buffers');
    let from = 0;
    while (from < chunk.length) {
      const newline = chunk.indexOf(0x0a, from);
      const to = newline === -1 ? chunk.length : newline;
      length += to - from;
      if (length > longestLine) {
        tooLong = true;
        held = [];
      } else if (to > from) held.push(chunk.subarray(from, to));
      if (newline === -1) break;
      line += 1;
      yield* give({ format: 'ndjson', line, offset: offset + newline + 1 });
      held = [];
      length = 0;
      tooLong = false;
      from = newline + 1;
    }
    offset += chunk.length;
  }
  if (length > 0) yield* give({ format: 'ndjson', line: line + 1, offset });
  // Line ends alone: accepted in silence it would look as if something had come in.
  if (given === 0) yield refused(issue('', 'empty'), { format: 'ndjson', line: 1, offset });
}

function* oneLine(held: readonly Buffer[], tooLong: boolean, at: Place): Generator<ReadDocument> {
  if (tooLong) return yield refused(issue('', 'line-too-long', { limit: longestLine }), at);
  const bytes = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held);
  const from = at.line === 1 ? afterByteOrderMark(bytes) : 0;
  if (skipSpace(bytes, from) >= bytes.length) return; // an empty line between or at the end
  if (!isUtf8(bytes)) return yield refused(issue('', 'not-utf8'), at);
  const result = scanResource(bytes, from);
  if (!result.ok) yield refused(result.issue, at);
  else if (result.scan.rest !== -1) yield refused(issue('', 'not-json'), at);
  else yield { kind: 'document', bytes, scan: result.scan, at };
}
