/**
 * The clinic's connection to its backend, for as long as core lives, signed in or locked: one live `Backend`, its
 * certificate renewed in time, the register compared with the roster.
 */
import type { SyncProblem } from '../../../src-shared/contract/sync.ts';
import type { RegisteredDevice } from '../../../src-shared/sync-protocol/messages.ts';
import type { Core } from '../core.ts';
import { PeerFailure } from '../crypto/backend-tls.ts';
import { readCertificate } from '../crypto/certificate.ts';
import { meet } from '../people/devices.ts';
import { BackendRefusal } from '../sync/backend.ts';
import { BackendMeeting } from '../sync/engine/backend-meeting.ts';
import type { Link, Links } from '../sync/engine/link.ts';
import { HttpsBackend } from '../sync/https-backend.ts';
import { fetchDescriptor } from '../sync/open-calls.ts';
import type { DevicePublic } from '../vault/backend-office.ts';
import type { Met } from '../vault/directory-office.ts';
import type { BackendConnection } from '../vault/key-file-payload.ts';
import { demandSame, fetchCertificate } from './connect.ts';
import { EnrolmentDesk } from './enrolment-desk.ts';
import { certificateSuspected, problemOf, reasonOf } from './refusals.ts';
import { compare, registerDevice, revokeDevice } from './register.ts';

/** The key file is written for a contact this often. Milliseconds. */
const noteEvery = 3_600_000;
const hour = 3_600_000;
const day = 24 * hour;
/** For what goes on over the connection of the certificate before. Milliseconds. */
const grace = 60_000;

export class ClinicConnection implements Links {
  readonly enrolment: EnrolmentDesk;
  readonly #core: Core;
  #live: { readonly of: string; readonly backend: HttpsBackend; readonly link: Link } | null = null;
  #problem: SyncProblem | null = null;
  #strangers: readonly string[] = [];
  /** Contacts in a row that ended as they do where our certificate is not taken. */
  #refusals = 0;
  #vouched: { readonly logKey: string; readonly at: number } | null = null;

  constructor(core: Core) {
    this.#core = core;
    this.enrolment = new EnrolmentDesk(core);
  }

  /** What the connection itself has that somebody must look at. */
  get problem(): SyncProblem | null {
    return this.#strangers.length > 0 ? 'stranger-device' : this.#problem;
  }

  /** The live backend; another one after each new certificate. Null while the clinic is connected to none. */
  backend(): HttpsBackend | null {
    return this.#open()?.backend ?? null;
  }

  current(): Link | null {
    return this.#open()?.link ?? null;
  }

  #open() {
    const { vault } = this.#core;
    const pinned = vault.backend.get();
    if (pinned === null) {
      this.#drop();
      return null;
    }
    const of = [pinned.host, pinned.port, pinned.tenant, pinned.authority, pinned.certificate].join('\n');
    if (this.#live?.of === of) return this.#live;
    this.#drop(grace);
    const peer = vault.backend.peer();
    if (peer === null) return null;
    const backend = new HttpsBackend(peer);
    const { tenant, name, logKey } = pinned;
    this.#live = { of, backend, link: { backend, tenant, name, logKey: Buffer.from(logKey, 'base64') } };
    return this.#live;
  }

  /** @param after milliseconds in which what is under way may end */
  #drop(after = 0): void {
    const live = this.#live;
    this.#live = null;
    if (live === null) return;
    const close = (): void => void live.backend.close().catch((error: unknown) => this.#core.report('backend', error));
    if (after === 0) close();
    else setTimeout(close, after).unref();
  }

  /**
   * What is due of the connection itself, at each contact: its certificate, and the register against the roster.
   * @throws BackendRefusal, BackendUnreachable, CallError backend-not-in-eu, the signal's reason
   */
  async tend(signal: AbortSignal): Promise<void> {
    const pinned = this.#core.vault.backend.get();
    if (pinned === null) return;
    try {
      await this.#renew(pinned, signal);
      await this.#visit(pinned, signal);
      await this.#noteContact();
      this.#problem = null;
    } catch (error) {
      this.#problem = problemOf(error) ?? (isNotInEu(error) ? 'region-refused' : null);
      throw error;
    }
  }

  /** One whole contact: what is due, then the directory; works while locked. @returns null without a backend */
  async contact(signal: AbortSignal): Promise<Met | null> {
    if (this.#core.vault.backend.get() === null) return null;
    try {
      await this.tend(signal);
    } catch (error) {
      // Who was removed reads it in the directory, which alone is still open to them.
      if (reasonOf(error) === 'device-revoked') {
        const met = await this.meet(signal);
        if (met?.removedHere === true) return met;
      }
      throw error;
    }
    return this.meet(signal);
  }

  /** The directory alone. */
  async meet(signal: AbortSignal): Promise<Met | null> {
    const backend = this.backend();
    if (backend === null) return null;
    const met = await meet(this.#core, new BackendMeeting(backend, signal));
    if (met.removedHere) this.#drop();
    return met;
  }

  /** From half of its life on, and when there is none. */
  async #renew(pinned: BackendConnection, signal: AbortSignal): Promise<void> {
    const own = pinned.certificate === null ? undefined : readCertificate(pinned.certificate);
    const now = this.#core.clock();
    const half = own === undefined ? 0 : own.notBefore + (own.notAfter - own.notBefore) / 2;
    // Before its beginning: the clock here is behind, and another certificate would not help.
    // With it goes what this workstation says of its software: once a day, where updates are looked for.
    const due = this.#core.updates.looks && own !== undefined && now >= own.notBefore + day;
    if (own !== undefined && now < half && !due) return;
    try {
      const certificate = await fetchCertificate(this.#core.vault, pinned, this.#core.updates.software(), signal);
      await this.#core.vault.backend.note({ certificate });
    } catch (error) {
      // The old one is good for a while: the next contact tries again. What it says of us is told at once.
      const good = own !== undefined && now < own.notAfter - hour;
      if (!good || problemOf(error) !== null || signal.aborted) throw error;
      this.#core.report('certificate', error);
    }
  }

  /** @throws as `tend`; PeerFailure certificate-refused, not-yet-valid where another certificate did not help either */
  async #visit(pinned: BackendConnection, signal: AbortSignal): Promise<void> {
    try {
      await this.#vouch(pinned, signal);
      await this.compareRegister(signal);
      this.#refusals = 0;
    } catch (error) {
      const suspicion = certificateSuspected(error);
      this.#refusals = suspicion === 'no' ? 0 : this.#refusals + 1;
      // A line breaks now and then; twice in a row at just this place it may be our certificate.
      const looked = suspicion === 'certain' || (suspicion === 'perhaps' && this.#refusals > 1);
      if (!looked || signal.aborted) throw error;
      await this.#withAnother(pinned, signal);
    }
  }

  /** The calls that need no certificate tell a server that does not take ours from a line that broke. */
  async #withAnother(pinned: BackendConnection, signal: AbortSignal): Promise<void> {
    const certificate = await fetchCertificate(this.#core.vault, pinned, this.#core.updates.software(), signal);
    await this.#core.vault.backend.note({ certificate });
    try {
      await this.#vouch(pinned, signal);
      await this.compareRegister(signal);
      this.#refusals = 0;
    } catch (error) {
      if (certificateSuspected(error) === 'no' || signal.aborted) throw error;
      throw new PeerFailure(clocksAgree(certificate, this.#core.clock()) ? 'certificate-refused' : 'not-yet-valid');
    }
  }

  /** Still who was pinned, and still in the EU or EEA: at the first contact after each start, and once a day. */
  async #vouch(pinned: BackendConnection, signal: AbortSignal): Promise<void> {
    const live = this.#open();
    const now = this.#core.clocks.monotonic();
    const { logKey } = pinned;
    if (live === null || (this.#vouched?.logKey === logKey && now - this.#vouched.at < day)) return;
    this.#vouched = null;
    demandSame(await fetchDescriptor(live.backend.http, signal), pinned);
    this.#vouched = { logKey, at: now };
  }

  /** @returns the register as it is; null without a backend */
  async compareRegister(signal: AbortSignal): Promise<readonly RegisteredDevice[] | null> {
    const live = this.#open();
    if (live === null) return null;
    const { vault } = this.#core;
    let register = await live.backend.devices(signal);
    let differences = compare(vault.rosterState().devices, register);
    if (differences.strangers.length > 0) {
      // Another workstation may have admitted it just now: the directory knows.
      await this.meet(signal);
      if (vault.backend.get() === null) return null;
      differences = compare(vault.rosterState().devices, register);
    }
    const here = vault.ids().deviceId;
    const { backend, link } = live;
    for (const device of differences.register) {
      if (device.device !== here) await this.#register(device, backend, link.tenant, signal);
    }
    for (const device of differences.revoke) {
      if (device !== here) await revokeDevice(vault, backend.http, link.tenant, device, signal);
    }
    if (differences.register.length + differences.revoke.length > 0) register = await backend.devices(signal);
    const known = new Set(this.#strangers);
    if (differences.strangers.some((one) => !known.has(one))) {
      this.#core.journal('device.met', null, 'failure', 'stranger-device');
    }
    this.#strangers = differences.strangers;
    return register;
  }

  /** What the backend does not take of one workstation keeps nobody else from meeting. */
  async #register(device: DevicePublic, { http }: HttpsBackend, tenant: string, signal: AbortSignal): Promise<void> {
    try {
      await registerDevice(this.#core.vault, http, tenant, device, signal);
    } catch (error) {
      const { code } = error instanceof BackendRefusal ? error.value : { code: null };
      if (code !== 'bad-request' && code !== 'already-there') throw error;
      this.#core.report('register', error);
    }
  }

  async #noteContact(): Promise<void> {
    const { vault } = this.#core;
    const last = vault.backend.get()?.lastContact ?? null;
    const now = this.#core.clock();
    if (last !== null && Math.abs(now - last) < noteEvery) return;
    await vault.backend.note({ lastContact: now });
  }

  /** The connections end. */
  close(): void {
    this.enrolment.cancel();
    this.#drop();
  }
}

function isNotInEu(error: unknown): boolean {
  return error instanceof Error && error.message === 'backend-not-in-eu';
}

/** A certificate that was made just now says what the backend's clock is; it is backdated by a few minutes. */
export function clocksAgree(certificate: string, now: number): boolean {
  const from = readCertificate(certificate)?.notBefore ?? 0;
  return now >= from && now < from + hour;
}
