/** The page "Keys", and new keys for oneself. */
import { keyAge } from '../../../src-shared/contract/keys.ts';
import type { Handlers } from '../call.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { looked } from '../looked.ts';
import { databaseBytes, recordRotation, rotateClinicKey, rotateDatabase } from './rotate.ts';

export const keyHandlers: Handlers<'keys'> = {
  report: async (context) => {
    const { core, session } = context;
    const all = session.permissions.has('user:read');
    const keys = core.vault.keys.report((userId) => all || userId === session.userId);
    looked(context, 'key.reported');
    return { keys: keys.map((key) => keyAge.parse(key)), databaseBytes: databaseBytes(core) };
  },
  rotateDeviceSecret: async ({ core, session }) => {
    const number = await core.vault.keys.rotateDeviceSecret(session.keys);
    recordRotation(core, session, 'device-secret', number);
    return { number };
  },
  rotateClinicKey: async ({ core, session }) => ({ epoch: await rotateClinicKey(core, session) }),
  rotateDatabaseKey: async ({ core, session }) => ({ generation: await rotateDatabase(core, session) }),
  cancelRotation: async ({ core }) => ({ cancelled: core.rotation.cancel() }),
  rotateOwnKeys: async ({ core, session }, input) => {
    const password = passwordBytes(input.password);
    try {
      await core.vault.keys.rotateOwn(session.keys, password);
    } finally {
      wipe(password);
    }
    recordRotation(core, session, 'identity');
    return { ok: true };
  },
  demandNewKeys: async ({ core, session, record }, { userId }) => {
    await core.vault.keys.demandNew(session.keys, userId);
    record(({ entry }) => entry.entity.push(userId));
    return { ok: true };
  },
};
