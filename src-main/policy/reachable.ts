/** Which of the folders that a policy names can be used just now. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

/** A share whose server is off answers after minutes. Milliseconds. */
const patience = 4_000;

/** The first folder that is there and that this process may write to; null when none is. Names of another system's kind are passed over. */
export async function firstReachable(targets: readonly string[], wait = patience): Promise<string | null> {
  for (const target of targets) {
    if (isAbsolute(target) && (await inTime(isWritable(target), wait))) return target;
  }
  return null;
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    if (!(await stat(folder)).isDirectory()) return false;
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false; // not there, not ours, or not now: the next one
  }
}

async function inTime(answer: Promise<boolean>, wait: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, wait, false);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
