/** What the kit is good for while the clinic is open: the drill, another form, and access for who forgot a password. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { wipe } from '../crypto/wipe.ts';
import { type DrillAnswer, type DrillCheck, drillPassed, drillPlaces, newDrillCheck } from './drill.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import { demandAsked, type KitAnswer, provedKit, provedSecret } from './kit.ts';
import { demandAdmin, replaced, userOf } from './people.ts';
import { recoveredUser } from './recover.ts';
import { unwrapClinicIdentity, wipeRecoveryKeys } from './recovery-kit.ts';
import { demandAgreed, rosterStateOf, signersNeeded } from './requests-office.ts';
import type { VaultRoom } from './room.ts';
import { nextEntry, signerWith } from './roster.ts';
import { checkRosterAgainst } from './roster-check.ts';
import type { SignedRequest } from './roster-entry.ts';
import { activeAdmins } from './roster-state.ts';
import type { VaultSession } from './session.ts';
import type { Kit } from './set-up.ts';
import { aboutUser, demandStrength } from './views.ts';
import { askedBack, type KitForm, pack, type WordPlace, written } from './written-kit.ts';

/** A year: how long a kit counts as looked after. */
const drillEvery = 365 * 24 * 60 * 60 * 1000;

export type KitState = {
  readonly form: KitForm;
  readonly createdAt: number;
  readonly lastDrill: KeyFilePayload['recovery']['lastDrill'];
  /** Nobody has shown for a year that the kit is there and can be read. */
  readonly drillDue: boolean;
};

type Remade = {
  readonly userId: string;
  readonly form: KitForm;
  readonly check: DrillCheck;
  readonly asked: readonly KitAnswer[];
};

export type Restored = { readonly userId: string; readonly alone: boolean; readonly otherAdmins: number };

export class Recovery {
  readonly #room: VaultRoom;
  #drill: { readonly userId: string; readonly places: readonly WordPlace[] } | undefined;
  #remade: Remade | undefined;

  constructor(room: VaultRoom) {
    this.#room = room;
  }

  /** How the kit stands. A drill that failed leaves it due. */
  kit(): KitState {
    const { form, createdAt, lastDrill } = this.#room.opened().payload.recovery;
    const seen = lastDrill === null ? createdAt : lastDrill.at;
    const failed = lastDrill !== null && !lastDrill.passed;
    const drillDue = failed || this.#room.place.clock.now() - seen > drillEvery;
    return { form, createdAt, lastDrill, drillDue };
  }

  /** Are these all the words of this clinic's kit, every sheet of it? @throws CallError kit-words-wrong, kit-sheets-differ */
  async proveWritten(words: readonly string[]): Promise<void> {
    const { payload } = this.#room.opened();
    const third = words.length / 3;
    const proofs = words.length === 24 ? [words] : [words.slice(0, 2 * third), words.slice(third)];
    for (const proof of proofs) wipeRecoveryKeys(await provedKit(payload, proof.join(' ')));
  }

  /** Which three words are asked. @throws CallError forbidden, drill-not-begun for a kit without words to check */
  startDrill(session: VaultSession): readonly WordPlace[] {
    const { payload } = this.#room.opened();
    demandAdmin(payload, session);
    const { check } = payload.recovery;
    if (check === null) throw new CallError('drill-not-begun');
    const places = drillPlaces(check, this.#room.place.random);
    this.#drill = { userId: session.userId, places };
    return places;
  }

  /** The three words asked, or the whole kit. One answer to each question. @throws CallError forbidden, drill-not-begun */
  async answerDrill(session: VaultSession, answer: readonly DrillAnswer[] | string): Promise<boolean> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      demandAdmin(file.payload, session);
      const passed =
        typeof answer === 'string' ? await this.#wholeKit(file.payload, answer) : this.#words(session, answer);
      file.commit(drilled(file.payload, session.userId, this.#room.place.clock.now(), passed));
      return passed;
    });
  }

  #words(session: VaultSession, answers: readonly DrillAnswer[]): boolean {
    const drill = this.#drill;
    this.#drill = undefined;
    const { check } = this.#room.opened().payload.recovery;
    if (drill === undefined || drill.userId !== session.userId || check === null)
      throw new CallError('drill-not-begun');
    return drillPassed(check, drill.places, answers);
  }

  async #wholeKit(payload: KeyFilePayload, words: string): Promise<boolean> {
    try {
      wipeRecoveryKeys(await provedKit(payload, words));
      return true;
    } catch (error) {
      // Whatever is wrong with it: this kit was not read from paper.
      if (error instanceof CallError) return false;
      throw error;
    }
  }

  /**
   * The same secret in another form. Nothing changes until two of its words are typed back; the old paper goes on
   * opening what it opened, and is to be destroyed. @throws CallError forbidden, kit-…
   */
  async remake(session: VaultSession, words: string, form: KitForm): Promise<Kit> {
    const { payload } = this.#room.opened();
    demandAdmin(payload, session);
    const { random } = this.#room.place;
    const secret = await provedSecret(payload, words);
    const packed = await pack(form, secret, random);
    const kit = written(packed);
    wipe(secret, packed);
    const ask = askedBack(form, random);
    const asked = ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' }));
    this.#remade = { userId: session.userId, form, check: newDrillCheck(kit, random), asked };
    return { ...kit, ask, createdAt: payload.recovery.createdAt };
  }

  /** @throws CallError forbidden, drill-not-begun, kit-words-wrong */
  async confirmRemade(session: VaultSession, answers: readonly KitAnswer[]): Promise<KitForm> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      demandAdmin(file.payload, session);
      const remade = this.#remade;
      if (remade === undefined || remade.userId !== session.userId) throw new CallError('drill-not-begun');
      demandAsked(remade.asked, answers);
      const { form, check } = remade;
      const next = { ...file.payload, recovery: { ...file.payload.recovery, form, check } };
      file.commit(drilled(next, session.userId, this.#room.place.clock.now(), true));
      this.#remade = undefined;
      return form;
    });
  }

  /**
   * A new password for somebody who forgot theirs, with the kit and a second admin's agreement. They keep what was
   * sealed to them, get a new signing key, and the second factor is theirs to set up anew.
   * @throws CallError forbidden, own-account, request-needed, request-over, kit-…, password-…
   */
  async restoreAccess(
    session: VaultSession,
    restore: {
      readonly userId: string;
      readonly request: SignedRequest | undefined;
      readonly words: string;
      readonly password: Buffer;
    },
  ): Promise<Restored> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { payload } = file;
      const { clock, random } = this.#room.place;
      const now = clock.now();
      const { userId, request, words, password } = restore;
      demandAdmin(payload, session);
      if (userId === session.userId) throw new CallError('own-account');
      const before = userOf(payload, userId);
      demandMayRestore(payload, session.userId, userId, request, now);
      demandStrength(password, aboutUser(payload, userId));
      const keys = await provedKit(payload, words);
      let clinicIdentity: Buffer | undefined;
      try {
        clinicIdentity = unwrapClinicIdentity(keys, payload.clinic.id, payload.clinicIdentity);
        const user = await recoveredUser(payload, before, keys, password, now, random);
        const change = {
          kind: 'user-keys-replaced' as const,
          userId,
          ed25519: user.ed25519.public,
          x25519: user.x25519.public,
        };
        // The admin signs too: the roster says who used the kit.
        const signers = [
          signerWith('clinic', clinicIdentity),
          { by: session.userId, sign: (message: Buffer) => session.sign(message) },
        ];
        const entry = nextEntry(payload.roster, payload.clinic.id, now, [change], signers, request);
        const next = { ...payload, users: replaced(payload, user), roster: [...payload.roster, entry] };
        checkRosterAgainst(next);
        file.commit(drilled(next, session.userId, now, true));
      } finally {
        wipe(clinicIdentity);
        wipeRecoveryKeys(keys);
      }
      const otherAdmins = activeAdmins(rosterStateOf(payload)).filter((id) => id !== session.userId).length;
      return { userId, alone: request === undefined, otherAdmins };
    });
  }
}

/** @throws CallError request-needed, request-over */
function demandMayRestore(
  payload: KeyFilePayload,
  actingId: string,
  userId: string,
  request: SignedRequest | undefined,
  now: number,
): void {
  const subject = { kind: 'restore-access' as const, userId };
  if (request === undefined) {
    if (signersNeeded(rosterStateOf(payload), subject) > 1) throw new CallError('request-needed');
    return;
  }
  const asked = request.body.subject;
  if (asked.kind !== 'restore-access' || asked.userId !== userId) throw new CallError('request-needed');
  demandAgreed(payload, request, actingId, now);
}

/** Who typed the kit, or enough of it, has shown that it is there. */
function drilled(payload: KeyFilePayload, by: string, at: number, passed: boolean): KeyFilePayload {
  return { ...payload, recovery: { ...payload.recovery, lastDrill: { at, by, passed } } };
}
