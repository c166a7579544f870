/** The new workstation's side of an enrolment: before there is a clinic here, with a code that somebody read out. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Output } from '../../../src-shared/contract/index.ts';
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import type { Core } from '../core.ts';
import { probeAuthority } from '../crypto/backend-tls.ts';
import { readAuthority } from '../crypto/certificate.ts';
import { wipe } from '../crypto/wipe.ts';
import { demandNamedAddress, demandNamedAuthority } from '../policies/backend-named.ts';
import { createDatabaseFile } from '../start/setup.ts';
import type { BackendHttp } from '../sync/http.ts';
import { fetchDescriptor, putMailbox, readMailbox, readWelcome } from '../sync/open-calls.ts';
import type { EnrolmentOffer } from '../vault/join.ts';
import type { Enrolling } from '../vault/joining-office.ts';
import { addressText, demandSame, parseAddress, withOpenCalls } from './connect.ts';
import { mailboxOf, openOffer, openPart, sealPart } from './enrolment-code.ts';

/**
 * The authority that the server shows is trusted for this mailbox alone, until what the code opens names the same one.
 * @throws CallError enrolment-code-wrong, enrolment-over, backend-differs, backend-not-in-eu, already-set-up, policy-forbids
 */
export async function askHere(
  core: Core,
  input: { readonly address: string; readonly code: string; readonly name: string },
  signal: AbortSignal,
): Promise<Output<'enrolment.ask'>> {
  if (core.vault.state !== 'not-set-up') throw new CallError('already-set-up');
  const { policy } = core.policy;
  demandNamedAddress(policy, input.address);
  const mailbox = mailboxOf(input.code);
  if (mailbox === undefined) throw new CallError('enrolment-code-wrong', { field: 'code' });
  const at = parseAddress(input.address);
  try {
    const authority = await probeAuthority(at, { signal, timeoutMs: 10_000 });
    demandNamedAuthority(policy, authority.fingerprint, 'address');
    return await withOpenCalls(at, authority.pem, async (http) => {
      const state = await readMailbox(http, mailbox.id, signal);
      if (state === null) throw new CallError('enrolment-code-wrong', { field: 'code' });
      const offer = openOffer(mailbox.key, Buffer.from(state.offer, 'base64'));
      // Only who knows the code can have sealed it: somebody else made this one, or stands between.
      if (offer === undefined || readAuthority(offer.authority)?.fingerprint !== authority.fingerprint) {
        throw new CallError('backend-differs', { field: 'address' });
      }
      demandSame(await fetchDescriptor(http, signal), offer);
      const lying = state.request === null ? null : Buffer.from(state.request, 'base64');
      const mine = await asked(core, { ...at, offer, mailbox, name: input.name }, lying);
      if (lying === null) {
        await putMailbox(http, mailbox.id, 'request', sealPart(mailbox.key, 'request', mine.request), signal);
      }
      return { words: [...mine.words], clinicName: offer.clinicName };
    });
  } finally {
    wipe(mailbox.key);
  }
}

type Wanted = {
  readonly host: string;
  readonly port: number;
  readonly offer: EnrolmentOffer;
  readonly mailbox: { readonly id: string; readonly key: Buffer };
  readonly name: string;
};

/** The request of this code: the one that was made before a kill, or a new one. */
async function asked(
  core: Core,
  { host, port, offer, mailbox, name }: Wanted,
  lying: Buffer | null,
): Promise<Enrolling> {
  const { joining } = core.vault;
  const before = await joining.enrolling();
  if (before?.mailbox === mailbox.id) {
    const same = lying === null || openPart(mailbox.key, 'request', lying)?.equals(before.request) === true;
    if (same) return before;
  }
  // A mailbox takes one request: somebody else used this code.
  if (lying !== null) throw new CallError('enrolment-over');
  const until = core.clock() + limits.mailboxMinutes * 60_000;
  const key = mailbox.key.toString('base64');
  await joining.ask(name, { offer, host, port, mailbox: mailbox.id, key, until });
  const made = await joining.enrolling();
  if (made === null) throw new CallError('internal');
  return made;
}

const inMailbox = <T>(pending: Enrolling, work: (http: BackendHttp) => Promise<T>): Promise<T> =>
  withOpenCalls(pending, pending.offer.authority, work);

/** Whether the admin has admitted this workstation. */
export async function answerHere(core: Core, signal: AbortSignal): Promise<Output<'enrolment.answer'>> {
  const pending = await core.vault.joining.enrolling();
  if (pending === null) return { state: 'none' };
  const state = await inMailbox(pending, (http) => readMailbox(http, pending.mailbox, signal));
  if (state === null) return { state: 'expired' };
  return { state: state.welcome ? 'welcomed' : 'waiting' };
}

/**
 * Takes the welcome: this workstation's own database, and where the clinic meets. The certificate comes with the first
 * contact, by the key that is registered.
 * @throws CallError enrolment-over, not-found (not admitted yet), join-words-wrong, backend-differs
 */
export async function finishHere(
  core: Core,
  words: readonly string[],
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const pending = await core.vault.joining.enrolling();
  if (pending === null) throw new CallError('enrolment-over');
  const { offer, host, port } = pending;
  // It was asked before this policy came.
  demandNamedAddress(core.policy.policy, addressText({ host, port }));
  demandNamedAuthority(core.policy.policy, readAuthority(offer.authority)?.fingerprint ?? '', 'address');
  const { descriptor, sealed } = await inMailbox(pending, async (http) => {
    const state = await readMailbox(http, pending.mailbox, signal);
    if (state === null) throw new CallError('enrolment-over');
    if (!state.welcome) throw new CallError('not-found');
    const body = await fetchDescriptor(http, signal);
    demandSame(body, offer);
    return { descriptor: body, sealed: await readWelcome(http, pending.mailbox, signal) };
  });
  const key = Buffer.from(pending.key, 'base64');
  const welcome = sealed === null ? undefined : openPart(key, 'welcome', sealed);
  wipe(key);
  if (welcome === undefined) throw new CallError('backend-differs');
  const backend = {
    host,
    port,
    tenant: offer.tenant,
    authority: offer.authority,
    name: offer.name,
    operator: descriptor.operator,
    region: descriptor.region,
    logKey: offer.logKey,
    certificate: null,
    lastContact: now,
  };
  await core.vault.joining.join(
    welcome,
    words.join(' '),
    ({ deviceId, language, ...database }) =>
      createDatabaseFile(database, { locale: language, reason: 'join', device: deviceId, now }),
    backend,
  );
  await core.look();
}
