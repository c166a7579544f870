/** The clinic's workstations: the list, taking one in and out, meeting the others. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Handlers } from '../call.ts';
import { listedDevices } from '../connection/listed-devices.ts';
import type { Core } from '../core.ts';
import { runDue } from '../keys/rotate.ts';
import { looked } from '../looked.ts';
import { createDatabaseFile } from '../start/setup.ts';
import type { Met } from '../vault/directory-office.ts';
import { joinMaximum } from '../vault/join.ts';
import { FolderMeeting, type Meeting } from '../vault/meeting.ts';

/** @throws CallError file-unreadable, file-too-large */
function fileAt(path: string): Buffer {
  try {
    if (statSync(path).size > joinMaximum) throw new CallError('file-too-large', { field: 'path' });
    return readFileSync(path);
  } catch (error) {
    if (error instanceof CallError) throw error;
    throw new CallError('file-unreadable', { field: 'path' });
  }
}

/** For its owner alone; never over another file. @throws CallError not-writable */
function writeNew(path: string, bytes: Buffer): void {
  try {
    writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' });
  } catch {
    throw new CallError('not-writable', { field: 'path' });
  }
}

/**
 * One contact: what is new is taken over, sessions that it ends end, this workstation's keys are sealed to who came
 * from elsewhere if somebody with clinical access is signed in, and the journal or the log says that it happened.
 */
export async function meet(core: Core, meeting: Meeting): Promise<Met> {
  let met: Met;
  try {
    met = await core.vault.directory.meet(meeting);
  } catch (error) {
    if (error instanceof CallError) core.journal('device.met', null, 'failure', error.value.code);
    throw error;
  }
  if (met.removedHere) {
    core.requestLock('user');
    return met;
  }
  for (const userId of met.ended) core.endSessionsOf(userId);
  const keys = core.presence.clinicalKeys();
  if (keys !== undefined) {
    await core.vault.directory.seal(keys);
    if (met.changed) core.opened()?.addClinicKeys(keys);
  }
  if (met.changed) core.journal('device.met', null, 'success');
  return met;
}

/** A person waits for it. Milliseconds. */
const patience = 10_000;

/** Register and directory follow the roster at once; where they cannot be reached, at the next contact. */
async function tellBackend(core: Core): Promise<void> {
  const signal = AbortSignal.timeout(patience);
  try {
    await core.connection.compareRegister(signal);
    await core.connection.meet(signal);
  } catch (error) {
    core.report('backend', error);
  }
}

export const deviceHandlers: Handlers<'devices'> = {
  list: async (context) => {
    looked(context, 'device.listed');
    return { devices: await listedDevices(context.core) };
  },
  remove: async ({ core, session, record }, { deviceId }) => {
    await core.vault.joining.remove(session.keys, deviceId);
    record(({ entry }) => void entry.entity.push(deviceId));
    await runDue(core, session);
    await tellBackend(core);
    return { ok: true };
  },
  ask: async ({ core }, { name, path }) => {
    writeNew(path, await core.vault.joining.ask(name));
    return { ok: true };
  },
  words: async ({ core }, { path }) => {
    const { name, words } = core.vault.joining.words(fileAt(path));
    return { name, words: [...words] };
  },
  admit: async ({ core, session, record }, { request, welcome }) => {
    const admitted = await core.vault.joining.admit(session.keys, fileAt(request));
    record(({ entry }) => void entry.entity.push(admitted.deviceId));
    writeNew(welcome, admitted.welcome);
    return { words: [...admitted.words] };
  },
  join: async ({ core, now }, { path, words }) => {
    await core.vault.joining.join(fileAt(path), words, ({ deviceId, language, ...database }) =>
      createDatabaseFile(database, { locale: language, reason: 'join', device: deviceId, now }),
    );
    await core.look();
    return { ok: true };
  },
  meet: async ({ core }, { path }) => {
    const { changed, published, removedHere } = await meet(core, new FolderMeeting(path));
    return { changed, published, removedHere };
  },
};
