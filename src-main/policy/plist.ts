/** Property lists, XML and binary. Loaded on macOS alone. */
import { parse } from 'simple-plist';

export function parsePlist(bytes: Buffer): unknown {
  return parse<unknown>(bytes);
}
