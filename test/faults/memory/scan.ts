/** Looks for bytes in all writable memory of a process, through /proc/pid/mem. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

export type Needle = { readonly name: string; readonly bytes: Buffer };
export type Found = { readonly needle: string; readonly where: string };

const chunk = 16 << 20;

type Region = { readonly start: number; readonly end: number; readonly name: string };

/** What is readable and writable: code and files mapped for reading hold nothing that was typed. */
function regions(pid: number): Region[] {
  const maps = readFileSync(`/proc/${pid}/maps`, 'latin1').trim().split('\n');
  return maps.flatMap((line) => {
    const [, from = '', to = '', rights = '', name = ''] =
      /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
    if (!rights.startsWith('rw')) return [];
    return [{ start: Number.parseInt(from, 16), end: Number.parseInt(to, 16), name }];
  });
}

/** @returns undefined when the process is gone; its memory is then too */
export function scan(
  pid: number,
  needles: readonly Needle[],
): { readonly found: Found[]; readonly bytes: number } | undefined {
  let file: number;
  try {
    file = openSync(`/proc/${pid}/mem`, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const overlap = Math.max(...needles.map(({ bytes }) => bytes.length)) - 1;
  const buffer = Buffer.alloc(chunk + overlap);
  const found: Found[] = [];
  let bytes = 0;
  try {
    for (const { start, end, name } of regions(pid)) {
      let kept = 0;
      for (let at = start; at < end; at += chunk) {
        let read = 0;
        try {
          read = readSync(file, buffer, kept, Math.min(chunk, end - at), at);
        } catch {
          break; // a page of a device, or one that was given back meanwhile
        }
        if (read === 0) break;
        bytes += read;
        const seen = buffer.subarray(0, kept + read);
        for (const needle of needles) {
          if (seen.includes(needle.bytes))
            found.push({ needle: needle.name, where: name === '' ? 'anonymous memory' : name });
        }
        kept = Math.min(overlap, seen.length);
        seen.copyWithin(0, seen.length - kept);
      }
    }
  } finally {
    closeSync(file);
    buffer.fill(0);
  }
  return { found, bytes };
}
