/** One publish at a time: a daily timer and a person's hands may meet. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReleaseError } from './failure.ts';
import { pendingFolder } from './repository.ts';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Runs `work` while nobody else publishes into this folder. What a killed process left is taken over. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (!existsSync(folder)) throw new ReleaseError(`There is no folder ${folder}.`);
  mkdirSync(pendingFolder(folder), { recursive: true });
  const file = join(pendingFolder(folder), '.lock');
  for (let again = false; ; again = true) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const holder = Number(readFileSync(file, 'utf8'));
      if (again || (Number.isSafeInteger(holder) && holder > 0 && alive(holder))) {
        throw new ReleaseError(`Somebody else is publishing into ${folder} (process ${holder}). Wait for its end.`);
      }
      rmSync(file, { force: true });
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
