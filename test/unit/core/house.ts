/** A clinic whose core is at hand: several people on several channels, the store and its log open to the test. */
import assert from 'node:assert/strict';
import type { AuditEntry } from '../../../src-main/core/audit/entry.ts';
import { head, readEntry } from '../../../src-main/core/audit/log.ts';
import { detailOf } from '../../../src-main/core/audit/sealed-detail.ts';
import type { LogTrust } from '../../../src-main/core/audit/verifylog.ts';
import { type Core, createCore } from '../../../src-main/core/core.ts';
import type { Dialogs } from '../../../src-main/core/dialogs.ts';
import { createDispatch, type Dispatch } from '../../../src-main/core/dispatch.ts';
import { handlers } from '../../../src-main/core/handlers.ts';
import type { Connection } from '../../../src-main/core/session.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import type { Links } from '../../../src-main/core/sync/engine/link.ts';
import { systemClock } from '../../../src-main/core/vault/clock.ts';
import { CallError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { CoreEvent } from '../../../src-shared/contract/events.ts';
import { type CallInput, type Output, type ProcedureName, procedures } from '../../../src-shared/contract/index.ts';
import type { Role } from '../../../src-shared/contract/permissions.ts';
import type { Channel } from '../../../src-shared/contract/procedure.ts';
import { noPolicy, type ReadPolicy } from '../../../src-shared/policy/policy.ts';
import type { CoreToShell, LockReason } from '../../../src-shared/wire.ts';
import { adminPassword, quick } from './clinic.ts';

export const passwords: { readonly [R in Role]: string } = {
  admin: adminPassword,
  practitioner: 'tres molinos junto al río lento',
  assistant: 'vier Kessel unter dem Apfelbaum',
  reception: 'cinq chaises devant la gare rouge',
  auditor: 'seven paper lanterns over water',
  it: 'neun Schrauben in der Teekanne',
};
export const nameOf = (role: Role): string => (role === 'admin' ? 'lena.hof' : `the.${role}`);

/** One window or command line. */
export class Desk {
  readonly connection: Connection;
  readonly heard: CoreEvent[] = [];
  readonly #house: House;

  constructor(house: House, channel: Channel) {
    this.#house = house;
    this.connection = { channel, session: null, send: (event) => void this.heard.push(event) };
  }

  /** The answer as it crosses, whatever is asked. */
  ask(procedure: string, input: unknown) {
    return this.#house.dispatch(this.connection, { id: 1, procedure, input });
  }

  /** Calls and checks the answer against the contract. @throws CallError */
  async call<N extends ProcedureName>(name: N, input: CallInput<N>): Promise<Output<N>> {
    const reply = await this.ask(name, input);
    if (!reply.ok) throw new CallError(reply.error.code, reply.error);
    const checked: unknown = procedures.get(name)?.output.parse(reply.value);
    // The schema just parsed is this procedure's own.
    return checked as Output<N>;
  }

  /** The code a call is refused with. */
  async refusal(procedure: string, input: unknown): Promise<ErrorCode | 'accepted'> {
    const reply = await this.ask(procedure, input);
    return reply.ok ? 'accepted' : reply.error.code;
  }

  async signIn(role: Role): Promise<void> {
    await this.call('sessions.signIn', { userName: nameOf(role), password: passwords[role] });
  }
}

export class House {
  readonly profile: string;
  readonly locks: LockReason[] = [];
  /** How often core asked for a fresh renderer. */
  veils = 0;
  /** Milliseconds that core's clocks are ahead of the machine's. */
  readonly ahead = { wall: 0, monotonic: 0 };
  /** What the next save or open dialog answers. */
  chosen: readonly string[] = [];
  words: readonly string[] = [];
  /** The way to a backend that the next start has. */
  links: Links | null = null;
  /** What IT set for the machine, from the next start on. */
  policy: ReadPolicy = noPolicy;
  /** The next start is a new version's on trial. */
  trial = false;
  /** Core said to main. */
  readonly toShell: CoreToShell[] = [];
  /** What core told all windows. */
  readonly told: CoreEvent[] = [];
  #core: Core | null = null;
  #dispatch: Dispatch | null = null;

  constructor(profile: string) {
    this.profile = profile;
  }

  get core(): Core {
    assert.ok(this.#core);
    return this.#core;
  }

  get dispatch(): Dispatch {
    assert.ok(this.#dispatch);
    return this.#dispatch;
  }

  get store(): Store {
    return this.core.demandOpen().store;
  }

  async start(): Promise<void> {
    const dialogs: Dialogs = { ask: async () => this.chosen, answered: () => undefined };
    this.#core = await createCore({
      profile: this.profile,
      dialogs,
      lock: (reason) => void this.locks.push(reason),
      veil: () => {
        this.veils += 1;
      },
      clocks: {
        now: () => systemClock.now() + this.ahead.wall,
        monotonic: () => systemClock.monotonic() + this.ahead.monotonic,
      },
      broadcast: (event) => void this.told.push(event),
      policy: this.policy,
      shell: (message) => void this.toShell.push(message),
      trial: this.trial,
      ...(this.links !== null && { links: this.links }),
      ...quick,
    });
    this.#dispatch = createDispatch(this.#core, handlers);
  }

  /** Invites a person, who comes once and chooses this password. @returns their id */
  async hire(admin: Desk, newcomer: CallInput<'users.create'>, password: string): Promise<string> {
    const { user, invitation } = await admin.call('users.create', newcomer);
    const own = this.desk('ctl');
    await own.call('sessions.signIn', { userName: newcomer.userName, password: invitation.code });
    await own.call('sessions.finishPassword', { next: password });
    this.core.disconnected(own.connection);
    return user.id;
  }

  desk(channel: Channel = 'screen'): Desk {
    return new Desk(this, channel);
  }

  async restart(): Promise<void> {
    await this.core.close();
    await this.start();
  }

  /** Number of entries in the log. */
  size(): number {
    return head(this.store).size;
  }

  /** What a verifier of this clinic's log goes by. */
  trust(): LogTrust {
    return { clinicId: this.core.vault.ids().clinicId, book: this.core.vault.rosterHistory() };
  }

  /** Entries from a number on that somebody's act left: the watch adds its own when it comes by, at night more than by day. */
  entries(from = 0): AuditEntry[] {
    return Array.from({ length: this.size() - from }, (_, at) => {
      const entry = readEntry(this.store, from + at);
      assert.ok(entry);
      return { ...entry, detail: { ...detailOf(this.store, entry).detail } };
    }).filter(({ type }) => type !== 'review.opened');
  }
}

/** Set up, kit confirmed; people of these roles beside the admin. @param wall how far the clock is ahead from the start */
export async function startHouse(profile: string, roles: readonly Role[], wall = 0): Promise<House> {
  const house = new House(profile);
  house.ahead.wall = wall;
  await house.start();
  const desk = house.desk();
  const kit = await desk.call('setup.create', {
    language: 'en',
    clinicName: 'Praxis am Hafen',
    country: 'DE',
    workstationName: 'Consulting room 2',
    admin: { userName: 'lena.hof', displayName: 'Lena Hof', roles: [] },
    password: adminPassword,
  });
  house.words = kit.words;
  const words = kit.ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' }));
  await desk.call('setup.confirmKit', { words });
  await desk.signIn('admin');
  for (const role of roles) {
    await house.hire(desk, { userName: nameOf(role), displayName: `The ${role}`, roles: [role] }, passwords[role]);
  }
  return house;
}

/** Demographics of a person, all else empty. */
export function person(family: string, given: string, birthDate: string | null = null) {
  return {
    family,
    given,
    former: '',
    birthDate,
    gender: null,
    identifiers: [],
    phone: '',
    email: '',
    address: { line: '', postalCode: '', city: '', country: '' },
  };
}

/** An empty note in a format. */
export function noteOf(format: 'soap' | 'text', parts: { readonly subjective?: string; readonly text?: string } = {}) {
  return {
    format,
    title: '',
    encounterClass: 'AMB' as const,
    subjective: '',
    objective: '',
    assessment: '',
    plan: '',
    text: '',
    ...parts,
  };
}
