/** One core per profile: an exclusive SQLite transaction that the operating system ends with the process. */
import { join } from 'node:path';
import Database from 'better-sqlite3-multiple-ciphers';

export interface ProfileLock {
  release(): void;
}

const isBusy = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^SQLITE_(BUSY|LOCKED)/.test(error.code);

/**
 * Holds `lock.db` in the profile folder until released or killed. Undefined when another process holds it.
 * @param wait milliseconds to wait for a predecessor that is being killed
 */
export function holdProfile(profileDir: string, wait = 2000): ProfileLock | undefined {
  const database = new Database(join(profileDir, 'lock.db'), { timeout: wait });
  try {
    // Rollback journal in memory: nothing is ever written, so nothing is left behind.
    database.pragma('journal_mode = MEMORY');
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return {
    release() {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}
