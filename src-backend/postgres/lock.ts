/**
 * One backend a data folder. The lock names the process and, where the system says it, when that process began: after a
 * kill the number may be somebody else's.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { SetupError } from '../store/setup-error.ts';

/** @returns gives it back @throws SetupError already-running */
export function lockFolder(file: string): () => void {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeSync(handle, identityOf(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      if (holderAlive(file))
        throw new SetupError('already-running', 'a backend is running on this data folder already');
      rmSync(file, { force: true });
    }
  }
  throw new SetupError('already-running', 'a backend is starting on this data folder already');
}

function holderAlive(file: string): boolean {
  const written = readFileSync(file, 'utf8');
  const pid = Number(written.split(' ')[0]);
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && identityOf(pid) === written;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

/** Number and, on Linux, start time in ticks since boot. */
function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Ended, and not yet collected by its parent: nobody's any more.
    return `${pid} ${fields[0] === 'Z' ? 'ended' : (fields[19] ?? '')}`;
  } catch {
    // No such file on this system: the number has to do.
    return `${pid} `;
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
