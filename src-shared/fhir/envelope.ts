/**
 * A Bundle is kept as its envelope (everything but the entries' resources, to the byte) and one row per resource.
 * In the envelope `{"n":3}` stands where the resource of entry 3 stood; putting the texts back gives the file again.
 */
import { type EntrySpan, scanResource } from './scan.ts';

const decoder = new TextDecoder('utf-8');
const encoder = new TextEncoder();

/** The envelope of the Bundle in bytes [start, end) with the entries the scanner found in it. */
export function cutEnvelope(bytes: Uint8Array, start: number, end: number, entries: readonly EntrySpan[]): string {
  const parts: string[] = [];
  let from = start;
  for (const [index, entry] of entries.entries()) {
    if (entry.start === -1) continue;
    parts.push(decoder.decode(bytes.subarray(from, entry.start)), `{"n":${index}}`);
    from = entry.end;
  }
  parts.push(decoder.decode(bytes.subarray(from, end)));
  return parts.join('');
}

/**
 * The Bundle again: `textOf(n)` gives the resource text of entry n. Places are found by scanning, not by searching for
 * the placeholder's letters, which a string in the envelope may hold too. Undefined if the envelope is not one.
 */
export function fillEnvelope(envelope: string, textOf: (entry: number) => string): string | undefined {
  const bytes = encoder.encode(envelope);
  const result = scanResource(bytes);
  if (!result.ok) return undefined;
  const parts: string[] = [];
  let from = 0;
  for (const [index, entry] of result.scan.entries.entries()) {
    if (entry.start === -1) continue;
    parts.push(decoder.decode(bytes.subarray(from, entry.start)), textOf(index));
    from = entry.end;
  }
  parts.push(decoder.decode(bytes.subarray(from)));
  return parts.join('');
}
