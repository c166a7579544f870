/** The admin's side of an enrolment: one code at a time, in memory; a kill makes it void. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Output } from '../../../src-shared/contract/index.ts';
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import type { Core } from '../core.ts';
import { newInvitationCode } from '../crypto/invitation.ts';
import { randomBytes } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { openMailbox, putMailbox, readMailbox } from '../sync/open-calls.ts';
import { sameWords } from '../vault/join.ts';
import type { Admitted } from '../vault/joining-office.ts';
import type { VaultSession } from '../vault/session.ts';
import { addressText } from './connect.ts';
import { type Mailbox, mailboxOf, openPart, sealOffer, sealPart } from './enrolment-code.ts';

type Asked = { readonly request: Buffer; readonly name: string; readonly words: readonly string[] };
type Open = {
  readonly mailbox: Mailbox;
  readonly expiresAt: number;
  asked: Asked | null;
  /** Signed into the roster; what is left is to tell the backend and the newcomer. */
  admitted: Admitted | null;
  delivered: boolean;
};

export class EnrolmentDesk {
  readonly #core: Core;
  #open: Open | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  /** @throws CallError not-connected; as the backend */
  async open(signal: AbortSignal): Promise<Output<'enrolment.open'>> {
    this.cancel();
    const { vault, connection } = this.#core;
    const pinned = vault.backend.get();
    const backend = connection.backend();
    if (pinned === null || backend === null) throw new CallError('not-connected');
    const code = newInvitationCode(randomBytes);
    const mailbox = mailboxOf(code);
    if (mailbox === undefined) throw new Error('a code of ours is no code');
    const { authority, name, logKey, tenant } = pinned;
    const address = addressText(pinned);
    const offer = sealOffer(mailbox.key, {
      address,
      authority,
      name,
      logKey,
      tenant,
      clinic: vault.ids().clinicId,
      clinicName: vault.displayDirectory()?.clinicName ?? '',
      clinicIdentity: vault.clinicIdentity().toString('base64'),
    });
    await openMailbox(backend.http, mailbox.id, offer, signal);
    const expiresAt = this.#core.clock() + limits.mailboxMinutes * 60_000;
    this.#open = { mailbox, expiresAt, asked: null, admitted: null, delivered: false };
    return { code, address, expiresAt };
  }

  /** Asks the mailbox while somebody is waited for. */
  async standing(signal: AbortSignal): Promise<Output<'enrolment.standing'>> {
    const open = this.#open;
    if (open === null) return { state: 'none' };
    const { expiresAt } = open;
    if (open.delivered && open.asked !== null) return { state: 'admitted', name: open.asked.name };
    if (this.#core.clock() >= expiresAt) {
      this.cancel();
      return { state: 'expired' };
    }
    open.asked ??= await this.#look(open, signal);
    if (open.asked === null) return { state: 'waiting', expiresAt };
    return { state: 'asked', name: open.asked.name, words: [...open.asked.words], expiresAt };
  }

  async #look({ mailbox }: Open, signal: AbortSignal): Promise<Asked | null> {
    const { vault, connection } = this.#core;
    const backend = connection.backend();
    if (backend === null) throw new CallError('not-connected');
    const state = await readMailbox(backend.http, mailbox.id, signal);
    if (state === null || state.request === null) return null;
    const request = openPart(mailbox.key, 'request', Buffer.from(state.request, 'base64'));
    // Somebody who does not know the code filled the mailbox, or it was changed: this code will not do any more.
    if (request === undefined) throw new CallError('enrolment-over');
    return { request, ...vault.joining.words(request) };
  }

  /**
   * Signs the newcomer into the roster, once.
   * @throws CallError enrolment-over, join-words-wrong, forbidden
   */
  async sign(session: VaultSession, words: readonly string[]): Promise<Admitted> {
    const open = this.#open;
    const asked = open?.asked ?? null;
    if (open === null || asked === null || this.#core.clock() >= open.expiresAt) throw new CallError('enrolment-over');
    if (!sameWords(words, asked.words)) throw new CallError('join-words-wrong', { field: 'words' });
    open.admitted ??= await this.#core.vault.joining.admit(session, asked.request);
    return open.admitted;
  }

  /** Tells the others, the backend's register and the newcomer; may be tried again. */
  async deliver(signal: AbortSignal): Promise<void> {
    const open = this.#open;
    const { connection } = this.#core;
    const backend = connection.backend();
    if (open?.admitted == null || backend === null) throw new CallError('enrolment-over');
    await connection.meet(signal);
    await connection.compareRegister(signal);
    const { key, id } = open.mailbox;
    await putMailbox(backend.http, id, 'welcome', sealPart(key, 'welcome', open.admitted.welcome), signal);
    open.delivered = true;
  }

  /** The code is void: whatever comes to its mailbox is not looked at any more. */
  cancel(): void {
    wipe(this.#open?.mailbox.key);
    this.#open = null;
  }
}
