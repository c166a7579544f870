/** Quick return: the PIN, leaving the screen for some minutes, and coming back to a session whose core is alive. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Handlers, TaskContext } from '../call.ts';
import type { Core } from '../core.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { newNotes, type Outcome, writeEntry } from '../entry.ts';
import { demandPinSet } from '../presence.ts';
import type { LiveSession } from '../session.ts';
import type { Store } from '../store/open.ts';
import { withTransaction } from '../store/transaction.ts';
import { readSettings } from './clinic-settings.ts';
import { describe } from './describe-session.ts';
import { demandPin, isPin, makeVerifier } from './pin.ts';
import { forgetPin, readPinVerifier, writePinVerifier } from './state.ts';
import type { Parked } from './veil.ts';

type QuickReturn = Pick<Handlers<'sessions'>, 'setPin' | 'removePin' | 'veil' | 'unveil' | 'lockVeiled'>;

/** @throws CallError no-clinical-access for who has no key to the database: the verifier lies there */
function ownStore({ core, session }: TaskContext): Store {
  if (session.keys.shared === undefined) throw new CallError('no-clinical-access');
  return core.demandOpen().store;
}

/** The user proves once more who they are. @throws CallError wrong-password, wait-before-retry */
async function demandPassword({ core, session }: TaskContext, password: string): Promise<void> {
  const bytes = passwordBytes(password);
  try {
    const proved = await core.vault.verifyPassword(session.userId, bytes);
    proved.close();
  } finally {
    wipe(bytes);
  }
}

function write(core: Core, store: Store, session: LiveSession, event: Told, outcome: Outcome): void {
  const notes = newNotes(event, session);
  withTransaction(store, (tx) => writeEntry(tx, session, notes, outcome), core.clock());
}
type Told = 'session.unveiled' | 'session.unveil-failed';

/** One try. It is counted before it is compared, so that a try whose answer never came has been one too. */
async function tryPin(core: Core, store: Store, parked: Parked, pin: string): Promise<void> {
  const { presence } = core;
  const { session } = parked;
  session.wrongPins += 1;
  const verifier = readPinVerifier(store, session.userId);
  const right = verifier !== null && (await isPin(pin, verifier));
  // Meanwhile the time may be over, the machine sleep, or somebody else sit here.
  if (presence.veil.parked() !== parked || presence.locking) throw new CallError('not-signed-in');
  if (right) {
    session.wrongPins -= 1;
    return;
  }
  try {
    write(core, store, session, 'session.unveil-failed', 'failure');
  } catch (error) {
    // A log without room must not make the number of tries endless.
    core.report('unveil-failed', error);
  }
  if (presence.veil.triesLeft(parked) === 0) presence.requestLock('wrong-pin');
  throw new CallError('wrong-pin');
}

export const quickReturnHandlers: QuickReturn = {
  setPin: async (context, { pin, password }) => {
    const store = ownStore(context);
    if (context.core.policy.policy.pinAllowed === false) throw new CallError('policy-forbids');
    if (!readSettings(store).pinAllowed) throw new CallError('pin-not-allowed');
    demandPin(pin);
    await demandPassword(context, password);
    const verifier = await makeVerifier(pin);
    context.record(({ tx, session, entry }) => {
      writePinVerifier(tx, session.userId, verifier);
      entry.entity.push(session.userId);
      entry.detail['state'] = 'set';
    });
    return { ok: true };
  },
  removePin: async (context, { password }) => {
    if (readPinVerifier(ownStore(context), context.session.userId) === null) throw new CallError('pin-not-set');
    await demandPassword(context, password);
    context.record(({ tx, session, entry }) => {
      forgetPin(tx, session.userId);
      entry.entity.push(session.userId);
      entry.detail['state'] = 'removed';
    });
    return { ok: true };
  },
  veil: async ({ core, connection, record }) => {
    record(({ tx, session, entry }) => {
      demandPinSet(tx.store, core.policy.policy, session.userId);
      entry.detail['reason'] = 'user';
    });
    core.presence.park(connection);
    return { ok: true };
  },
  unveil: ({ core, connection }, { pin }) =>
    core.presence.veil.inTurn(async () => {
      const { presence } = core;
      const { veil } = presence;
      const parked = veil.parked();
      const store = core.opened()?.store;
      if (parked === null || presence.locking) throw new CallError('not-signed-in');
      // Its key is being changed: in a moment it is open again.
      if (store === undefined) throw new CallError('busy');
      if (veil.remaining(parked) === 0) {
        presence.requestLock('idle');
        throw new CallError('not-signed-in');
      }
      await tryPin(core, store, parked, pin);
      // A return that cannot be written down does not happen.
      write(core, store, parked.session, 'session.unveiled', 'success');
      return describe(core, presence.giveBack(connection));
    }),
  lockVeiled: async ({ core }) => {
    if (core.presence.veil.parked() === null) throw new CallError('not-signed-in');
    core.requestLock('user');
    return { ok: true };
  },
};
