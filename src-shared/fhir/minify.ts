/**
 * JSON text without the white space between its tokens: what two files must share to count as the same content.
 * Strings, numbers and the order of elements stay as written (1.50 is not 1.5: FHIR decimals carry their precision).
 */
import { skipString } from './scan.ts';

/** The minified bytes of [start, end); a view of the input itself where there is nothing to leave out. */
export function minify(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  let at = start;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x22) {
      const after = skipString(bytes, at, end);
      at = after === -1 ? end : after;
    } else if (byte <= 0x20) break;
    else at += 1;
  }
  if (at >= end) return bytes.subarray(start, end);
  const out = new Uint8Array(end - start);
  out.set(bytes.subarray(start, at));
  let length = at - start;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x22) {
      const after = skipString(bytes, at, end);
      const stop = after === -1 ? end : after;
      out.set(bytes.subarray(at, stop), length);
      length += stop - at;
      at = stop;
    } else {
      if (byte > 0x20) {
        out[length] = byte;
        length += 1;
      }
      at += 1;
    }
  }
  return out.subarray(0, length);
}
