/** Signing in, locking, and what belongs to the person signed in. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { userId as userIdSchema } from '../../../src-shared/contract/primitives.ts';
import type { Channel } from '../../../src-shared/contract/procedure.ts';
import { Grants } from '../access/grants.ts';
import type { Handlers } from '../call.ts';
import { unseenDays } from '../connection/listed-devices.ts';
import { demandSeen } from '../connection/unseen.ts';
import type { Core } from '../core.ts';
import { passwordBytes } from '../crypto/password.ts';
import { randomUuid } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { newNotes, writeEntry } from '../entry.ts';
import { demandNoMaintenance } from '../keys/gate.ts';
import { recordRotation, runDue } from '../keys/rotate.ts';
import type { LiveSession } from '../session.ts';
import { withTransaction } from '../store/transaction.ts';
import type { VaultSession } from '../vault/session.ts';
import { describe } from './describe-session.ts';
import { ensurePrivateNoteKey } from './private-note-key.ts';
import { quickReturnHandlers } from './quick-return.ts';
import { secondFactorHandlers } from './second-factor.ts';
import { recordOwn, standing } from './standing.ts';
import { changeState, forgetPin } from './state.ts';

type Verified = {
  readonly keys: VaultSession;
  /** An admin had asked for new keys, and they are made. */
  readonly renewed: boolean;
};

async function verified(core: Core, userName: string, password: string, code?: string): Promise<Verified> {
  const bytes = passwordBytes(password);
  try {
    const keys = await core.vault.signIn(userName, bytes, code);
    try {
      return { keys, renewed: await core.vault.keys.rotateOwnIfAsked(keys, bytes) };
    } catch (error) {
      keys.close();
      throw error;
    }
  } catch (error) {
    // A code that is still to come is no failure.
    if (error instanceof CallError && error.value.code !== 'second-factor-needed') {
      // Only an id of the roster is written down: a typed name could be a password in the wrong field.
      const known = core.vault.userIdOf(userName) ?? null;
      core.signInFailed(known, error.value);
    }
    throw error;
  } finally {
    wipe(bytes);
  }
}

/** @throws CallError account-suspended where an admin was faster than this sign-in: suspended, removed, other roles or keys */
function sessionOf(core: Core, channel: Channel, keys: VaultSession, now: number): LiveSession {
  if (!core.vault.people.stands(keys)) throw new CallError('account-suspended');
  const { user } = keys;
  return {
    id: randomUuid(),
    channel,
    userId: userIdSchema.parse(user.id),
    userName: user.userName,
    displayName: user.displayName,
    roles: user.roles,
    ...standing(core, keys),
    startedAt: now,
    keys,
    search: null,
    look: null,
    grants: new Grants(core.clocks),
    draftEntries: new Map(),
    wrongPins: 0,
  };
}

/** Refused after the password was right: these are written down with the name. */
const told: ReadonlySet<string> = new Set(['account-suspended', 'unseen-too-long']);

export const sessionHandlers: Handlers<'sessions'> = {
  ...quickReturnHandlers,
  ...secondFactorHandlers,
  signIn: async ({ core, connection, now }, input) => {
    const { keys, renewed } = await verified(core, input.userName, input.password, input.code);
    let session: LiveSession;
    try {
      if (keys.shared !== undefined) {
        // It may have begun while the password was tried: the file that is being replaced must not be opened.
        await demandNoMaintenance(core, 'sessions.signIn');
        await core.open(keys);
      }
      demandSeen(core.vault.backend.get(), keys.user.roles, unseenDays(core), now);
      session = sessionOf(core, connection.channel, keys, now);
    } catch (error) {
      keys.close();
      if (error instanceof CallError && told.has(error.value.code)) {
        core.signInFailed(keys.userId, error.value);
      }
      // It was opened for this session, and for nobody else.
      if (!core.presence.needsDatabase) await core.standDown();
      throw error;
    }
    const store = core.opened()?.store;
    try {
      core.begin(connection, session);
      if (store !== undefined && keys.shared !== undefined) {
        withTransaction(
          store,
          (tx) => {
            if (session.owes !== 'own-password') ensurePrivateNoteKey(tx, core.vault, keys);
            writeEntry(tx, session, newNotes('user.signed-in', session), 'success');
          },
          now,
        );
      } else {
        core.journal('user.signed-in', session.userId, 'success');
      }
    } catch (error) {
      // A sign-in that cannot be written down does not happen.
      core.disconnected(connection);
      throw error;
    }
    if (renewed) recordRotation(core, session, 'identity');
    if (keys.shared === undefined) await core.standDown();
    // Colleagues who came from another workstation get this one's keys from whoever opens it next.
    else await core.vault.directory.seal(keys);
    await runDue(core, session);
    // What a rotation of the device secret left that was killed; nobody waits for the keychain.
    void core.vault.keys.tidyKeychain().catch((error: unknown) => core.report('keychain', error));
    return describe(core, session);
  },
  current: ({ core, connection }) => ({
    session: connection.session === null ? null : describe(core, connection.session),
  }),
  lock: async ({ core }) => {
    core.requestLock('user');
    return { ok: true };
  },
  touch: async ({ core, connection }) => {
    // A command line's life is no sign of somebody at the screen.
    if (connection.channel === 'screen') core.presence.touch();
    return { ok: true };
  },
  remember: ({ tx, session }, place) => {
    changeState(tx, session.userId, { place });
    return { ok: true };
  },
  setPreferences: ({ tx, session }, preferences) => {
    changeState(tx, session.userId, { preferences });
    return { ok: true };
  },
  changePassword: async (context, input) => {
    const { core, session } = context;
    const current = passwordBytes(input.current);
    const next = passwordBytes(input.next);
    try {
      await core.vault.people.changeOwnPassword(session.keys, current, next);
    } finally {
      wipe(current, next);
    }
    recordOwn(context, 'user.password-changed', {});
    return { ok: true };
  },
  finishPassword: async (context, input) => {
    const { core, session } = context;
    const next = passwordBytes(input.next);
    try {
      await core.vault.people.finishPassword(session.keys, next);
    } finally {
      wipe(next);
    }
    Object.assign(session, standing(core, session.keys));
    recordOwn(context, 'user.password-changed', { reason: 'first' }, (tx) => {
      ensurePrivateNoteKey(tx, core.vault, session.keys);
      // A reset on another workstation could not remove the one that lies here.
      forgetPin(tx, session.userId);
    });
    return describe(core, session);
  },
};
