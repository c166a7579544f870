/**
 * No memory on disk: a dump of a process that held a record is the record in the clear. Main and core both call it for
 * themselves. What Node cannot reach (limits of the parent, Windows' own error reporting) is IT's: docs/guides/it.md.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Linux: tells the kernel to leave every kind of memory out of this process's core dump; children inherit it.
 * @returns false where the system has no such switch, or forbids it
 */
export function leaveMemoryOutOfCoreDumps(file = '/proc/self/coredump_filter'): boolean {
  try {
    writeFileSync(file, '0');
    return true;
  } catch {
    return false;
  }
}

/**
 * Removes what a crash handler, ours of an earlier version or a developer's, left in its folder.
 * @returns how many things went
 */
export function removeCrashDumps(folder: string): number {
  let removed = 0;
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return 0; // there is no such folder, as there should not be
  }
  for (const name of names) {
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
      removed += 1;
    } catch {
      // another process holds it; the next start tries again
    }
  }
  return removed;
}
