/** A small file that only this account reads, whole or not there. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

export function writeSecret(file: string, text: string): void {
  const handle = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.new`, file);
}
