/** Folders of our own, below the profile's. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './refusals.ts';

/** Makes the folder and the one it is in; further up something is wrong that no folder mends. */
export async function makeFolder(path: string): Promise<void> {
  for (const one of [dirname(path), path]) {
    // Not `recursive`: where a system says of a folder that is there that it is not, that never ends.
    await mkdir(one, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}
