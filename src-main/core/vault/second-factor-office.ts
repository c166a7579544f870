/** Setting up, using up and taking away a second factor, as the vault offers it. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { newTotpSecret, totpStepOf, totpText, totpUri } from '../crypto/totp.ts';
import { wipeIdentity } from './identity.ts';
import { userOf, withoutSecondFactor } from './people.ts';
import type { VaultRoom } from './room.ts';
import { codesLeft, enrolled } from './second-factor.ts';
import type { VaultSession } from './session.ts';
import { askingForCode, authenticate, withRecord } from './sign-in.ts';
import type { PublicUser } from './views.ts';

export type SecondFactorState = { readonly enrolledAt: number; readonly codesLeft: number };

export class SecondFactors {
  readonly #room: VaultRoom;

  constructor(room: VaultRoom) {
    this.#room = room;
  }

  /** Null without one. @throws CallError key-file-damaged */
  state(session: VaultSession): SecondFactorState | null {
    const { payload } = this.#room.opened();
    const user = userOf(payload, session.userId);
    if (user.secondFactor === null) return null;
    const left = codesLeft(payload.clinic.id, user, session.identity().x25519);
    return { enrolledAt: user.secondFactor.enrolledAt, codesLeft: left };
  }

  /** A new secret for an authenticator app, kept in the session until a code proves it. @throws CallError wrong-password, second-factor-set */
  async begin(session: VaultSession, password: Buffer): Promise<{ readonly uri: string; readonly secret: string }> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { clinic } = file.payload;
      const { identity, user } = await authenticate(this.#room.counting(file), session.user.userName, password);
      wipeIdentity(identity);
      if (user.secondFactor !== null) throw new CallError('second-factor-set');
      const secret = newTotpSecret(this.#room.place.random);
      session.enrol(secret);
      return { uri: totpUri(secret, `Carekeep ${clinic.name}`, user.userName), secret: totpText(secret) };
    });
  }

  /** @returns the recovery codes, to show once. @throws CallError second-factor-wrong, second-factor-missing (nothing begun) */
  async confirm(session: VaultSession, code: string): Promise<readonly string[]> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { clock, random } = this.#room.place;
      const secret = session.enrolling;
      if (secret === undefined) throw new CallError('second-factor-missing');
      const before = userOf(file.payload, session.userId);
      if (before.secondFactor !== null) throw new CallError('second-factor-set');
      const now = clock.now();
      const step = totpStepOf(secret, code, now, 0);
      if (step === null) throw new CallError('second-factor-wrong', { field: 'code' });
      const { user, codes } = enrolled(file.payload.clinic.id, before, secret, step, now, random);
      file.commit(withRecord(file.payload, user));
      session.enrol(undefined);
      return codes;
    });
  }

  /** One's own, with password and a code. @throws CallError wrong-password, second-factor-wrong, second-factor-missing */
  async remove(session: VaultSession, password: Buffer, code: string): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      if (userOf(file.payload, session.userId).secondFactor === null) throw new CallError('second-factor-missing');
      const { further } = askingForCode(file.payload, this.#room.place, code);
      const proved = await authenticate(this.#room.counting(file), session.user.userName, password, further);
      wipeIdentity(proved.identity);
      file.commit(withRecord(file.payload, { ...proved.user, secondFactor: null }));
    });
  }

  /** Another person's, who lost phone and codes. @throws CallError forbidden, own-account, not-found, second-factor-missing */
  async clear(session: VaultSession, userId: string): Promise<PublicUser> {
    return this.#room.change(session, (payload, acting) => withoutSecondFactor(payload, acting, userId));
  }
}
