/** Writes a file where the user says: asked by a dialog on the screen, named by a path on the command line. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { FileFilter } from '../../../src-shared/wire.ts';
import type { Core } from '../core.ts';
import type { Connection } from '../session.ts';

export type FileToSave = {
  readonly path: string | undefined;
  readonly title: string;
  readonly defaultName: string;
  readonly filters: readonly FileFilter[];
  readonly bytes: Uint8Array | Iterable<Uint8Array>;
};

/** @returns false when the dialog was dismissed @throws CallError not-here, nothing-chosen, disk-full, not-writable */
export async function saveFile(core: Core, connection: Connection, file: FileToSave): Promise<boolean> {
  const path = await chosenPath(core, connection, file);
  if (path === null) return false;
  writeWhole(path, file.bytes);
  return true;
}

async function chosenPath(core: Core, connection: Connection, file: FileToSave): Promise<string | null> {
  if (connection.channel === 'ctl') {
    if (file.path === undefined) throw new CallError('nothing-chosen', { field: 'path' });
    return file.path;
  }
  // A window never names a path: it would be the renderer's word for where a record goes.
  if (file.path !== undefined) throw new CallError('not-here', { field: 'path' });
  const { title, defaultName, filters } = file;
  const [path] = await core.dialogs.ask({ type: 'save', title, defaultName, filters });
  return path ?? null;
}

/** The whole file or none: written beside, then renamed. Readable by its owner only. */
function writeWhole(path: string, bytes: Uint8Array | Iterable<Uint8Array>): void {
  const beside = `${path}.part`;
  try {
    const descriptor = openSync(beside, 'w', 0o600);
    try {
      for (const part of bytes instanceof Uint8Array ? [bytes] : bytes) writeSync(descriptor, part);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw namedFailure(error);
  }
}

function namedFailure(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new CallError('disk-full');
  if (typeof code === 'string' && ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'EISDIR', 'ENOTDIR'].includes(code)) {
    return new CallError('not-writable');
  }
  return error;
}
