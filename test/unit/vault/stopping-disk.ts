/** The real disk, stopped just before one of its steps. */
import { type Disk, realDisk } from '../../../src-main/core/vault/disk.ts';

/** `stop` ends the process or throws; `step` counts a step that is not the disk's. */
export function stoppingDisk(fatal: number, stop: () => void) {
  let steps = 0;
  const step = (): void => {
    if (steps === fatal) stop();
    steps += 1;
  };
  const disk: Disk = {
    ...realDisk,
    makeFolder(path) {
      step();
      realDisk.makeFolder(path);
    },
    write(path, bytes) {
      step();
      // A kill in the middle of a file leaves half of it.
      realDisk.write(path, bytes.subarray(0, bytes.length >> 1));
      step();
      realDisk.write(path, bytes);
    },
    rename(from, to) {
      step();
      realDisk.rename(from, to);
    },
    syncFolder(path) {
      step();
      realDisk.syncFolder(path);
    },
    remove(path) {
      step();
      realDisk.remove(path);
    },
  };
  return { disk, step, steps: () => steps };
}
