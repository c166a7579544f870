/**
 * Opening the database by a real session is the proof that a rotation still waits for. Where the new file does not
 * open, the one before counts again (docs/protocols/keys.md, "Rotation").
 */
import { CallError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import { type Opened, type OpeningOptions, openDatabase } from '../opened.ts';

/** What says that it is the file's fault, and not the keychain's or the disk's. */
const unfit: readonly ErrorCode[] = ['database-missing', 'database-damaged', 'database-foreign', 'database-newer'];

/** @throws CallError as openDatabase */
export async function openProved(options: OpeningOptions): Promise<Opened> {
  const { vault, keys } = options;
  let opened: Opened;
  try {
    opened = await openDatabase(options);
  } catch (error) {
    const about = error instanceof CallError && unfit.includes(error.value.code);
    if (!about || !(await vault.keys.databaseBefore(keys))) throw error;
    opened = await openDatabase(options);
  }
  await vault.keys.databaseProved();
  return opened;
}
