/**
 * The vault holds what the keychain opens: the key file's content and the device secret. It holds no user's key;
 * those belong to the session that a sign-in returns.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { UpdateTrust } from '../../../src-shared/updates/state.ts';
import type { Argon2Params } from '../crypto/kdf.ts';
import { type Random, randomBytes, uuidFrom } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { sealTo } from '../crypto/x25519.ts';
import { AuditOffice } from './audit-office.ts';
import { BackendOffice } from './backend-office.ts';
import { type Clock, systemClock } from './clock.ts';
import { type CreateDatabase, createClinic, createDatabase, recreateKeyFile } from './creation.ts';
import { Directory } from './directory-office.ts';
import { type Disk, realDisk, setAside } from './disk.ts';
import { wipeIdentity } from './identity.ts';
import { Joining } from './joining-office.ts';
import type { Journal } from './journal.ts';
import { foldedName, type KeyFilePayload } from './key-file-payload.ts';
import type { Keychain } from './keychain.ts';
import {
  type AuditHead,
  type AuditHeadRead,
  readAuditHead,
  readUpdateTrust,
  writeAuditHead,
  writeUpdateTrust,
} from './keychain-items.ts';
import { Keys } from './keys-office.ts';
import { type KitAnswer, provedKit, withConfirmedKit } from './kit.ts';
import { databaseFiles, databasePath, profilePaths } from './layout.ts';
import { People } from './people-office.ts';
import { type NewAdmin, withNextDatabase } from './recover.ts';
import { wipeRecoveryKeys } from './recovery-kit.ts';
import { Recovery } from './recovery-office.ts';
import { Requests } from './requests-office.ts';
import { ownRoleNames } from './role-names.ts';
import { VaultRoom } from './room.ts';
import { RosterHistory } from './roster-history.ts';

import type { RosterState } from './roster-state.ts';
import { SecondFactors } from './second-factor-office.ts';
import type { VaultSession } from './session.ts';
import { type Kit, openPendingKit, type SetUpRequest } from './set-up.ts';
import { authenticate, sessionOf, signedIn } from './sign-in.ts';
import type { VaultState } from './start-state.ts';
import { type DisplayDirectory, demandStrength, displayDirectory, type PublicUser, publicUser } from './views.ts';
import { fromBase64 } from './wrapped.ts';
import { written } from './written-kit.ts';

export type { DisplayDirectory, PublicUser };

export type VaultOptions = {
  readonly profileDir: string;
  readonly keychain: Keychain;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly disk?: Disk;
  /** Cost of new password slots; measured at set-up when absent. */
  readonly passwordCost?: Argon2Params;
  /** A version on trial: until `keep`, the keychain does not hear how far the key file has come. */
  readonly onTrial?: boolean;
};

/** Looks at a profile folder and the keychain. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const vault = new Vault(options);
  await vault.refresh();
  return vault;
}

export class Vault {
  readonly #room: VaultRoom;
  /** Who may sign in: added, changed, suspended, removed. */
  readonly people: People;
  /** Meeting the clinic's other workstations. */
  readonly directory: Directory;
  /** Taking workstations in and out. */
  readonly joining: Joining;
  /** What one admin alone may not do. */
  readonly requests: Requests;
  /** What the kit is good for while the clinic is open. */
  readonly recovery: Recovery;
  /** Codes beside the password. */
  readonly secondFactor: SecondFactors;
  /** Their ages, and new ones for old. */
  readonly keys: Keys;
  /** What the log signs with. */
  readonly audit: AuditOffice;
  /** Where the workstations meet, and how this one is known there. */
  readonly backend: BackendOffice;

  constructor(options: VaultOptions) {
    const { profileDir, keychain, clock = systemClock, random = randomBytes, disk = realDisk } = options;
    const place = { profileDir, keychain, clock, random, disk };
    this.#room = new VaultRoom(place, options.passwordCost, options.onTrial ?? false);
    this.people = new People(this.#room);
    this.directory = new Directory(this.#room);
    this.joining = new Joining(this.#room);
    this.requests = new Requests(this.#room);
    this.recovery = new Recovery(this.#room);
    this.secondFactor = new SecondFactors(this.#room);
    this.keys = new Keys(this.#room);
    this.audit = new AuditOffice(this.#room);
    this.backend = new BackendOffice(this.#room);
  }

  get state(): VaultState {
    return this.#room.state;
  }

  /** Looks at files and keychain again. */
  async refresh(): Promise<VaultState> {
    return this.#room.inTurn(() => this.#room.look());
  }

  displayDirectory(): DisplayDirectory | undefined {
    return this.#room.file === undefined ? undefined : displayDirectory(this.#room.file.payload);
  }

  /** Ids that entries and resources name. @throws CallError with the state's code while the key file is not open */
  ids(): { readonly clinicId: string; readonly profileId: string; readonly deviceId: string } {
    const { clinic, profileId, deviceId } = this.#room.opened().payload;
    return { clinicId: clinic.id, profileId, deviceId };
  }

  /** The database that the key file names. */
  database(): { readonly path: string; readonly generation: number } {
    const { generation } = this.#room.opened().payload.databaseKey;
    return { path: databasePath(this.#room.place.profileDir, generation), generation };
  }

  /** Everyone, for sessions that may read users. */
  users(): readonly PublicUser[] {
    return this.#room.opened().payload.users.map(publicUser);
  }

  /** For the journal: the id behind a typed name, if there is one. */
  userIdOf(userName: string): string | undefined {
    const folded = foldedName(userName);
    return this.#room.file?.payload.users.find((user) => foldedName(user.userName) === folded)?.id;
  }

  /** Seals a secret to its author and to recovery, each bound to what it is for. */
  sealToAuthor(userId: string, secret: Buffer, aad: Buffer): { readonly author: Buffer; readonly recovery: Buffer } {
    const { users, recovery } = this.#room.opened().payload;
    const author = users.find((user) => user.id === userId);
    if (author === undefined) throw new CallError('not-found', { field: 'userId' });
    const { random } = this.#room.place;
    return {
      author: sealTo(fromBase64(author.x25519.public), secret, aad, random),
      recovery: sealTo(fromBase64(recovery.public), secret, aad, random),
    };
  }

  /** Roles that the clinic defined itself, by id. */
  ownRoles(): RosterState['ownRoles'] {
    return this.rosterState().ownRoles;
  }

  /** Names of own roles by id, removed ones included: old entries of the log name them. */
  ownRoleNames(): ReadonlyMap<string, string> {
    return ownRoleNames(this.roster());
  }

  /** What the chain says, now or as it was at an instant. @throws RosterError when there was no clinic yet */
  rosterState(at?: number): RosterState {
    return this.#room.rosterState(at);
  }

  /** The chain as it was after each of its entries: by it signatures are read. */
  rosterHistory(): RosterHistory {
    const { roster, clinic } = this.#room.opened().payload;
    return new RosterHistory(roster, clinic.id, this.clinicIdentity());
  }

  /** The signed chain, as it is. */
  roster(): KeyFilePayload['roster'] {
    return this.#room.opened().payload.roster;
  }

  /** Ed25519 public key on which the roster hangs. */
  clinicIdentity(): Buffer {
    return fromBase64(this.#room.opened().payload.clinicIdentity.public);
  }

  /** Sealed lines for what happens while the database is closed. */
  journal(): Journal {
    return this.#room.journal();
  }

  async readAuditHead(): Promise<AuditHeadRead> {
    return readAuditHead(this.#room.place.keychain, this.ids().profileId);
  }

  async writeAuditHead(head: AuditHead): Promise<'ok' | 'absent' | 'locked' | 'hang'> {
    return writeAuditHead(this.#room.place.keychain, this.ids().profileId, head);
  }

  /**
   * What this workstation trusts of updates. `none-yet`: nothing is set up, there is no name to keep it under.
   * `unreadable`: key file or keychain cannot be read, or what is there is not ours.
   */
  async readUpdateTrust(): Promise<
    { readonly state: 'ok'; readonly trust: UpdateTrust | null } | { readonly state: 'none-yet' | 'unreadable' }
  > {
    const { file, place, state } = this.#room;
    if (state === 'not-set-up') return { state: 'none-yet' };
    if (file === undefined || state === 'key-file-rolled-back') return { state: 'unreadable' };
    const read = await readUpdateTrust(place.keychain, file.payload.profileId);
    if (read.state === 'ok') return read;
    return read.state === 'no-entry' ? { state: 'ok', trust: null } : { state: 'unreadable' };
  }

  async writeUpdateTrust(trust: UpdateTrust): Promise<'ok' | 'absent' | 'locked' | 'hang'> {
    return writeUpdateTrust(this.#room.place.keychain, this.ids().profileId, trust);
  }

  /** What is under way ends first. */
  async settle(): Promise<void> {
    await this.#room.inTurn(async () => undefined);
  }

  /** The version on trial stays: from now on the keychain hears of every change. */
  async keep(): Promise<void> {
    await this.#room.release();
  }

  /** Writes, reads back and removes a probe. */
  async checkKeychain(): Promise<'ok' | 'locked' | 'absent'> {
    const { keychain, random } = this.#room.place;
    const account = `probe/${uuidFrom(random)}`;
    const value = random(16).toString('hex');
    const written = await keychain.write(account, value);
    const read = written === 'ok' ? await keychain.read(account) : undefined;
    if (written === 'ok') await keychain.remove(account);
    if (read?.state === 'ok' && read.value === value) return 'ok';
    return written === 'locked' || written === 'hang' || read?.state === 'locked' ? 'locked' : 'absent';
  }

  /** Makes the clinic; the words are shown once and not kept. @throws CallError already-set-up, password-…, keychain-… */
  async setUp(request: SetUpRequest, create: CreateDatabase): Promise<Kit & { readonly userId: string }> {
    return this.#room.inTurn(async () => {
      await this.#room.look();
      if (this.#room.state !== 'not-set-up') throw new CallError('already-set-up');
      const { admin, clinic } = request;
      demandStrength(admin.password, [admin.userName, admin.displayName, clinic.name]);
      const { kit, userId } = await createClinic(this.#room.place, request, create, this.#room.cost);
      await this.#room.look();
      return { ...kit, userId };
    });
  }

  /** @throws CallError kit-words-wrong */
  async confirmKit(answers: readonly KitAnswer[]): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      if (file.payload.recovery.pending === null) return;
      file.commit(withConfirmedKit(file.payload, answers, this.#room.place.clock.now()));
      await this.#room.look();
    });
  }

  /** The words again while nobody confirmed them; only for the admin who set up. @throws CallError already-set-up, … */
  async showKitAgain(userName: string, password: Buffer): Promise<Kit> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { clinic, recovery } = file.payload;
      const { pending } = recovery;
      if (pending === null) throw new CallError('already-set-up');
      const { user, identity } = await authenticate(this.#room.counting(file), userName, password);
      try {
        if (user.id !== pending.userId) throw new CallError('forbidden');
        const packed = openPendingKit(clinic.id, user.id, pending.seal, identity.x25519);
        const kit = written(packed);
        wipe(packed);
        return { ...kit, ask: pending.asked.map(({ position }) => position), createdAt: recovery.createdAt };
      } finally {
        wipeIdentity(identity);
      }
    });
  }

  /** Closing the session is the caller's. @throws CallError wrong-password, second-factor-needed, account-suspended, … */
  async signIn(userName: string, password: Buffer, code?: string): Promise<VaultSession> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      if (this.#room.state !== 'locked') throw this.#room.stateError();
      return this.#room.keep(await signedIn(this.#room.counting(file), this.#room.place, userName, password, code));
    });
  }

  /** A user proves again who they are (signing), by the password alone; counted like a sign-in. Close the session it returns. */
  async verifyPassword(userId: string, password: Buffer): Promise<VaultSession> {
    const user = this.#room.opened().payload.users.find((candidate) => candidate.id === userId);
    if (user === undefined) throw new CallError('not-found', { field: 'userId' });
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const proved = await authenticate(this.#room.counting(file), user.userName, password);
      return sessionOf(file.payload, proved.user, proved.identity);
    });
  }

  /**
   * New device secret and key file from the recovery file and the words; the old key file is kept aside. Everybody
   * keeps their password, but for the admin who is named.
   * @param path the recovery file where it lies elsewhere: from another machine
   */
  async recover(request: {
    readonly words: string;
    readonly path?: string;
    readonly admin?: NewAdmin;
  }): Promise<VaultState> {
    return this.#room.inTurn(async () => {
      const { words, admin, path = profilePaths(this.#room.place.profileDir).recoveryFile } = request;
      if (admin !== undefined) demandStrength(admin.password, [admin.userName]);
      await recreateKeyFile(this.#room.place, words, admin, path, this.#room.file?.payload.profileId);
      return this.#room.look();
    });
  }

  /** The key file is older than the keychain remembers, and who holds the kit says that this is meant. @throws CallError kit-words-wrong */
  async acceptRolledBack(words: string): Promise<VaultState> {
    return this.#room.inTurn(async () => {
      const { file } = this.#room;
      if (file === undefined || this.#room.state !== 'key-file-rolled-back') throw this.#room.stateError();
      wipeRecoveryKeys(await provedKit(file.payload, words));
      this.#room.accept();
      return this.#room.look();
    });
  }

  /** Does nothing but say whether these are this clinic's words. @throws CallError kit-words-wrong */
  async proveKit(words: string): Promise<void> {
    wipeRecoveryKeys(await provedKit(this.#room.opened().payload, words));
  }

  /** Key but no database: the next generation, empty, under a new key. @throws CallError kit-words-wrong */
  async startEmptyDatabase(words: string, create: CreateDatabase): Promise<VaultState> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      await this.#room.look();
      if (this.#room.state !== 'database-missing') throw new CallError('already-set-up');
      const keys = await provedKit(file.payload, words);
      const { payload, databaseKey } = withNextDatabase(
        file.payload,
        keys,
        this.#room.place.clock.now(),
        this.#room.place.random,
      );
      wipeRecoveryKeys(keys);
      const { generation } = payload.databaseKey;
      const { disk, profileDir, clock } = this.#room.place;
      // What an earlier try left under this name was never named by a key file.
      setAside(disk, profileDir, databaseFiles(disk, profileDir, generation), clock.now());
      await createDatabase(this.#room.place, { generation, deviceId: payload.deviceId }, databaseKey, create);
      this.#room.opened().commit(payload);
      return this.#room.look();
    });
  }

  /** A damaged or foreign database goes to quarantine. @throws CallError kit-words-wrong */
  async setDatabaseAside(words: string): Promise<VaultState> {
    return this.#room.inTurn(async () => {
      const { payload } = this.#room.opened();
      wipeRecoveryKeys(await provedKit(payload, words));
      const { disk, profileDir, clock } = this.#room.place;
      setAside(disk, profileDir, databaseFiles(disk, profileDir, payload.databaseKey.generation), clock.now());
      return this.#room.look();
    });
  }

  /** Wipes what the vault holds. */
  close(): void {
    this.#room.close();
  }
}
