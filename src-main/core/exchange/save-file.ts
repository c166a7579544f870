/** Writes a file where the user says: asked by a dialog on the screen, named by a path on the command line. */
import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { FileFilter } from '../../../src-shared/wire.ts';
import type { Core } from '../core.ts';
import { randomUuid } from '../crypto/random.ts';
import type { Connection } from '../session.ts';
import type { Store } from '../store/open.ts';
import { sliceClock } from '../store/slices.ts';
import { forgetUnfinished, noteUnfinished, removePart } from './unfinished-files.ts';

type FileToSave = {
  readonly path: string | undefined;
  readonly title: string;
  readonly defaultName: string;
  readonly filters: readonly FileFilter[];
  /** A generator is asked for more only when its last part is written, and lets others have their turn. */
  readonly bytes: Uint8Array | Iterable<Uint8Array>;
};

/** @returns false when the dialog was dismissed @throws CallError not-here, nothing-chosen, disk-full, not-writable */
export async function saveFile(core: Core, connection: Connection, file: FileToSave): Promise<boolean> {
  const path = await chosenPath(core, connection, file);
  if (path === null) return false;
  await writeWhole(path, file.bytes, core.opened()?.store);
  return true;
}

/** @returns null when the dialog was dismissed @throws CallError not-here, nothing-chosen */
export async function chosenPath(
  core: Core,
  connection: Connection,
  file: Omit<FileToSave, 'bytes'>,
): Promise<string | null> {
  if (connection.channel === 'ctl') {
    if (file.path === undefined) throw new CallError('nothing-chosen', { field: 'path' });
    // A running core stands in another folder than the command line: a relative path would end up anywhere.
    if (!isAbsolute(file.path)) throw new CallError('invalid-input', { field: 'path' });
    return file.path;
  }
  // A window never names a path: it would be the renderer's word for where a record goes.
  if (file.path !== undefined) throw new CallError('not-here', { field: 'path' });
  const { title, defaultName, filters } = file;
  const asking = connection.session;
  const [path] = await core.dialogs.ask({ type: 'save', title, defaultName, filters });
  // While the dialog stood there, the one who asked may have lost the right to it.
  if (connection.session !== asking) throw new CallError('not-signed-in');
  return path ?? null;
}

/**
 * The whole file or none: written beside, then renamed. Readable by its owner only, and under a name that nobody could
 * have put a link or a file of their own under.
 * @param store where it is open: remembers what a kill would leave
 */
export async function writeWhole(path: string, bytes: Uint8Array | Iterable<Uint8Array>, store?: Store): Promise<void> {
  const beside = `${path}.${randomUuid().slice(0, 8)}.part`;
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW = 0 } = constants;
  if (store !== undefined) noteUnfinished(store, beside);
  let left = false;
  try {
    const file = await open(beside, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
    left = true;
    try {
      await writeParts(file, bytes instanceof Uint8Array ? [bytes] : bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    left = false;
  } catch (error) {
    if (left) left = !(await removePart(beside));
    throw namedFailure(error);
  } finally {
    if (store !== undefined && !left) forgetUnfinished(store, beside);
  }
}

async function writeParts(file: FileHandle, parts: Iterable<Uint8Array>): Promise<void> {
  let over = sliceClock();
  for (const part of parts) {
    await file.writeFile(part);
    if (!over()) continue;
    await nextTurn();
    over = sliceClock();
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
