/** Taking a workstation into the clinic: asking on the new one, admitting on an old one, beginning on the new one. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Language } from '../../../src-shared/contract/primitives.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { typedWords } from '../crypto/mnemonic.ts';
import { uuidFrom } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { generateX25519 } from '../crypto/x25519.ts';
import { newAttempts } from './attempts.ts';
import { sealDatabaseKey } from './clinic-keys.ts';
import { type CreateDatabase, createDatabase, demandMark, keychainError, removeMarker } from './creation.ts';
import { replaceFile } from './disk.ts';
import {
  changeFor,
  decodePending,
  type EnrolmentPending,
  encodePending,
  type JoinPending,
  type JoinRequest,
  joinMaximum,
  openWelcome,
  parseRequest,
  pendingFile,
  sameWords,
  type WelcomeContent,
  welcomeFor,
  wordsToCompare,
} from './join.ts';
import type { BackendConnection, KeyFilePayload } from './key-file-payload.ts';
import { addDeviceSecret, readDeviceSecret } from './keychain-items.ts';
import { profilePaths } from './layout.ts';
import { OpenKeyFile } from './open-key-file.ts';
import { changed, demandAdmin } from './people.ts';
import type { VaultRoom } from './room.ts';
import { verifyRoster } from './roster.ts';
import { checkClinicKeys, checkRosterAgainst } from './roster-check.ts';
import { RosterError } from './roster-state.ts';
import type { VaultSession } from './session.ts';
import { makeDeviceKeys } from './set-up.ts';
import { fromBase64 } from './wrapped.ts';

export type Admitted = { readonly words: readonly string[]; readonly welcome: Buffer; readonly deviceId: string };

/** An enrolment that this workstation asked for: its request and the six words to compare. */
export type Enrolling = EnrolmentPending & { readonly request: Buffer; readonly words: readonly string[] };

/** Makes the empty database of a workstation that joins; names sort as the clinic's language wants. */
export type CreateJoined = (database: Parameters<CreateDatabase>[0] & { readonly language: Language }) => void;

export class Joining {
  readonly #room: VaultRoom;

  constructor(room: VaultRoom) {
    this.#room = room;
  }

  /**
   * On the new workstation: keys of its own and a request for an admin elsewhere.
   * @param enrolment where the request goes; null: into a file
   * @throws CallError already-set-up, keychain-…
   */
  async ask(name: string, enrolment: EnrolmentPending | null = null): Promise<Buffer> {
    return this.#room.inTurn(async () => {
      if ((await this.#room.look()) !== 'not-set-up') throw new CallError('already-set-up');
      const { disk, profileDir, random, keychain, clock } = this.#room.place;
      disk.makeFolder(profileDir);
      const device = makeDeviceKeys(clock.now(), random);
      const once = generateX25519(random);
      const request: JoinRequest = {
        kind: 'carekeep-join-request',
        version: 1,
        deviceId: uuidFrom(random),
        name,
        ed25519: device.ed25519.public,
        tls: device.tls.spki,
        x25519: once.publicKey.toString('base64'),
      };
      const profileId = uuidFrom(random);
      const deviceSecret = random(32);
      const added = await addDeviceSecret(keychain, profileId, 1, deviceSecret);
      if (added !== 'ok') throw keychainError(added);
      const x25519Private = once.privateKey.toString('base64');
      const pending: JoinPending = { version: 1, profileId, request, device, x25519Private, enrolment };
      replaceFile(disk, profilePaths(profileDir).joinPending, encodePending(pending, deviceSecret, 1, random));
      wipe(deviceSecret, once.privateKey);
      return canonicalBytes(request);
    });
  }

  /** The words that the other screen must show too. @throws CallError invalid-input */
  words(request: Buffer): { readonly words: readonly string[]; readonly name: string } {
    const parsed = requestOf(request);
    return { words: wordsToCompare(parsed, this.#identity()), name: parsed.name };
  }

  #identity(): Buffer {
    return fromBase64(this.#room.opened().payload.clinicIdentity.public);
  }

  /** On a workstation of the clinic: an admin signs the new one into the roster. @throws CallError forbidden, invalid-input */
  async admit(session: VaultSession, request: Buffer): Promise<Admitted> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      demandAdmin(file.payload, session);
      const parsed = requestOf(request);
      file.commit(changed(file.payload, this.#room.acting(session), file.payload.users, [changeFor(parsed)]));
      const welcome = welcomeFor(file.payload, parsed, this.#room.place.random);
      return { words: wordsToCompare(parsed, this.#identity()), welcome, deviceId: parsed.deviceId };
    });
  }

  /** An admin takes a workstation out. It hears of it at its next contact. @throws CallError forbidden, not-found */
  async remove(session: VaultSession, deviceId: string): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      demandAdmin(file.payload, session);
      // From the workstation itself nobody could tell the others any more.
      if (deviceId === file.payload.deviceId) throw new CallError('own-account');
      if (this.#room.rosterState().devices.get(deviceId)?.status !== 'active') throw new CallError('not-found');
      const acting = this.#room.acting(session);
      const next = changed(file.payload, acting, file.payload.users, [{ kind: 'device-removed', deviceId }]);
      file.commit({ ...next, due: { ...next.due, clinicKey: true } });
    });
  }

  /**
   * On the new workstation: the welcome and the six words that the other screen shows. Makes this workstation's own
   * database key and database, sealed to everybody who opens it.
   * @throws CallError not-found (nothing was asked for), invalid-input (no welcome for this request), join-words-wrong
   */
  async join(
    welcome: Buffer,
    typed: string,
    create: CreateJoined,
    backend: BackendConnection | null = null,
  ): Promise<void> {
    return this.#room.inTurn(async () => {
      if ((await this.#room.look()) !== 'not-set-up') throw new CallError('already-set-up');
      const { disk, profileDir, random } = this.#room.place;
      const { pending, deviceSecret } = await this.#pending();
      const content = openWelcome(welcome, pending);
      if (content === undefined) throw new CallError('invalid-input', { field: 'welcome' });
      const words = typedWords(typed);
      const right = wordsToCompare(pending.request, fromBase64(content.content.clinicIdentity.public));
      if (!words.ok || !sameWords(words.words, right)) throw new CallError('join-words-wrong', { field: 'words' });
      demandMember(content, pending);
      const databaseKey = random(32);
      const payload = { ...this.#payload(pending, content, databaseKey), backend };
      demandRostered(payload);
      const { defaultLanguage: language } = payload.clinic;
      await this.#create(payload, databaseKey, (database) => create({ ...database, language }));
      const file = new OpenKeyFile(this.#room.place, { payload, deviceSecret, deviceSecretNumber: 1 });
      file.write();
      removeMarker(this.#room.place);
      disk.remove(profilePaths(profileDir).joinPending);
      wipe(deviceSecret);
      await this.#room.look();
    });
  }

  /** What this workstation asked with the code of an enrolment, and waits for; null where there is nothing. */
  async enrolling(): Promise<Enrolling | null> {
    return this.#room.inTurn(async () => {
      if (this.#room.state !== 'not-set-up') return null;
      try {
        const { pending, deviceSecret } = await this.#pending();
        wipe(deviceSecret);
        const { enrolment, request } = pending;
        if (enrolment === null) return null;
        const words = wordsToCompare(request, fromBase64(enrolment.offer.clinicIdentity));
        return { ...enrolment, request: canonicalBytes(request), words };
      } catch (error) {
        if (error instanceof CallError && error.value.code === 'not-found') return null;
        throw error;
      }
    });
  }

  async #create(payload: KeyFilePayload, databaseKey: Buffer, create: CreateDatabase): Promise<void> {
    const { place } = this.#room;
    const marker = canonicalBytes({ version: 1, profileId: payload.profileId, generation: 1 });
    replaceFile(place.disk, profilePaths(place.profileDir).setUpMarker, marker);
    await demandMark(place, payload.profileId);
    await createDatabase(place, { generation: 1, deviceId: payload.deviceId }, databaseKey, create);
  }

  async #pending(): Promise<{ readonly pending: JoinPending; readonly deviceSecret: Buffer }> {
    const { disk, profileDir, keychain } = this.#room.place;
    const file = disk.read(profilePaths(profileDir).joinPending, joinMaximum);
    if (file.kind !== 'bytes') throw new CallError('not-found');
    try {
      const parsed = pendingFile.parse(JSON.parse(file.bytes.toString('utf8')));
      const secret = await readDeviceSecret(keychain, parsed.header.profileId, parsed.header.number);
      if (secret.state !== 'ok') throw new Error(secret.state);
      return { pending: decodePending(parsed, secret.secret), deviceSecret: secret.secret };
    } catch {
      // Damaged, or its secret is gone: asking again is the way.
      throw new CallError('not-found');
    }
  }

  #payload(pending: JoinPending, welcomed: WelcomeContent, databaseKey: Buffer): KeyFilePayload {
    const { random, clock } = this.#room.place;
    const now = clock.now();
    const { version: _version, recovery, ...shared } = welcomed.content;
    const { profileId, device, request } = pending;
    const state = verifyRoster(shared.roster, shared.clinic.id, fromBase64(shared.clinicIdentity.public));
    const place = { clinicId: shared.clinic.id, profileId };
    return {
      ...shared,
      version: 2,
      revision: 1,
      sequence: 0,
      profileId,
      deviceId: request.deviceId,
      workstationName: request.name,
      createdAt: now,
      passwordCost: welcomed.passwordCost,
      databaseKey: sealDatabaseKey(place, databaseKey, now, shared.users, fromBase64(recovery.public), random),
      directoryKey: welcomed.directoryKey,
      due: { databaseKey: false, clinicKey: false },
      directorySeen: { size: state.size, head: state.head.toString('base64') },
      unsealed: [],
      deviceSecretSince: now,
      journalKey: random(32).toString('base64'),
      device,
      recovery: { ...recovery, pending: null },
      attempts: newAttempts(random),
      backend: null,
    };
  }
}

function requestOf(bytes: Buffer): JoinRequest {
  try {
    return parseRequest(bytes);
  } catch {
    // Some other file was chosen: it is no request, whatever else it is.
    throw new CallError('invalid-input', { field: 'request' });
  }
}

/**
 * Users, device and kit are the roster's. The words say which clinic it is, not who wrote the rest: without this, keys
 * would be sealed to whoever stands in the welcome. @throws CallError directory-refused
 */
function demandRostered(payload: KeyFilePayload): void {
  try {
    checkRosterAgainst(payload);
  } catch (error) {
    if (error instanceof RosterError) throw new CallError('directory-refused');
    throw error;
  }
}

/** The roster behind the welcome holds, and names this workstation with just these keys. @throws CallError directory-refused */
function demandMember({ content }: WelcomeContent, { request }: JoinPending): void {
  try {
    const state = verifyRoster(content.roster, content.clinic.id, fromBase64(content.clinicIdentity.public));
    const device = state.devices.get(request.deviceId);
    const here = device?.status === 'active' && device.ed25519 === request.ed25519 && device.tls === request.tls;
    if (!here || state.recovery !== content.recovery.public) throw new CallError('directory-refused');
    checkClinicKeys(state, content.clinicKeys);
  } catch (error) {
    if (error instanceof RosterError) throw new CallError('directory-refused');
    throw error;
  }
}
