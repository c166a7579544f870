/** Whether a folder that a policy names can be used just now. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

/** A share whose server is off answers after minutes. Milliseconds. */
const patience = 4_000;

/**
 * Is this folder there, and may this process write to it? No without an answer in time; a name of another system's
 * kind is no folder here.
 */
export async function isReachable(folder: string, wait = patience): Promise<boolean> {
  return isAbsolute(folder) && inTime(isWritable(folder), wait);
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    if (!(await stat(folder)).isDirectory()) return false;
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false; // not there, not ours, or not now
  }
}

async function inTime(answer: Promise<boolean>, wait: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, wait, false);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
