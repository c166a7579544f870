/**
 * Where the workstations of a clinic leave their directory for each other. A folder stands in for the backend: neither
 * is trusted with more than keeping bytes.
 */
import { join } from 'node:path';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { equalBytes } from '../crypto/hash.ts';
import { directoryMaximum } from './directory.ts';
import { type Disk, realDisk, replaceFile } from './disk.ts';

export interface Meeting {
  /** What lies there; null when nothing does. @throws when the place cannot be reached */
  fetch(): Promise<Buffer | null>;
  /** Puts `bytes` in the place of `previous` (null: of nothing). `stale`: something else lies there by now. */
  publish(bytes: Buffer, previous: Buffer | null): Promise<'ok' | 'stale'>;
}

/** One file in a folder that several workstations reach. */
export class FolderMeeting implements Meeting {
  readonly #path: string;
  readonly #disk: Disk;

  constructor(folder: string, disk: Disk = realDisk) {
    this.#path = join(folder, 'directory');
    this.#disk = disk;
  }

  async fetch(): Promise<Buffer | null> {
    const file = this.#disk.read(this.#path, directoryMaximum);
    if (file.kind === 'absent') return null;
    if (file.kind === 'bytes') return file.bytes;
    // Too large or no plain file: whatever it is, no directory. An empty one is refused like any other.
    return Buffer.alloc(0);
  }

  async publish(bytes: Buffer, previous: Buffer | null): Promise<'ok' | 'stale'> {
    const now = await this.fetch();
    if (now === null ? previous !== null : previous === null || !equalBytes(now, previous)) return 'stale';
    try {
      replaceFile(this.#disk, this.#path, bytes);
    } catch (error) {
      if (error instanceof CallError) throw error;
      // A folder that is not there (any more): nobody can be met in it.
      throw new CallError('not-writable');
    }
    return 'ok';
  }
}
