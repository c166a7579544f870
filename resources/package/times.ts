/** Files get one time, so that two packings of one commit come out alike. */
import { execFileSync } from 'node:child_process';
import { lutimesSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** SOURCE_DATE_EPOCH, else the time of the commit, else 1980 (the first that ZIP can say). */
export function sourceSeconds(root: string, environment: Readonly<Record<string, string | undefined>>): number {
  const given = environment['SOURCE_DATE_EPOCH'] ?? '';
  if (/^\d{1,11}$/.test(given)) return Number(given);
  if (given !== '') throw new Error('SOURCE_DATE_EPOCH is no number of seconds');
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim());
  } catch {
    return 315_532_800; // not from a repository
  }
}

export function settleTimes(folder: string, seconds: number): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    lutimesSync(join(entry.parentPath, entry.name), seconds, seconds);
  }
}
