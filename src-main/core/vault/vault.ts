/**
 * The vault holds what the keychain opens: the key file's content and the device secret. It holds no user's key;
 * those belong to the session that a sign-in returns.
 *
 * Changes run one after the other, because each is a whole new key file. The recovery file is written before the
 * key file, so that at any moment the kit opens something current; the key file's rename is the commit.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { RoleId } from '../../../src-shared/contract/permissions.ts';
import type { Argon2Params } from '../crypto/kdf.ts';
import { wordsOf } from '../crypto/mnemonic.ts';
import { type Random, randomBytes, uuidFrom } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { sealTo } from '../crypto/x25519.ts';
import { type Clock, systemClock } from './clock.ts';
import {
  type CreateDatabase,
  createClinic,
  createDatabase,
  type Place,
  recreateKeyFile,
  removeMarker,
} from './creation.ts';
import { type Disk, realDisk, setAside } from './disk.ts';
import { type NewUser, wipeIdentity } from './identity.ts';
import { Journal } from './journal.ts';
import { foldedName, type KeyFilePayload } from './key-file-payload.ts';
import type { Keychain } from './keychain.ts';
import { type AuditHead, type AuditHeadRead, readAuditHead, writeAuditHead } from './keychain-items.ts';
import { type KitAnswer, provedKit, withConfirmedKit } from './kit.ts';
import { databaseFiles, databasePath, profilePaths } from './layout.ts';
import { OpenKeyFile } from './open-key-file.ts';
import {
  type Acting,
  type Changed,
  withNewIdentity,
  withOwnPassword,
  withRoles,
  withStatus,
  withUser,
} from './people.ts';
import type { RecoveryRequest } from './recover.ts';
import { withNextDatabase } from './recover.ts';
import { wipeRecoveryKeys } from './recovery-kit.ts';
import type { VaultSession } from './session.ts';
import { type Kit, openPendingKit, type SetUpRequest } from './set-up.ts';
import { authenticate, type Counting, sessionOf } from './sign-in.ts';
import { examine, type VaultState } from './start-state.ts';
import { Throttle } from './throttle.ts';
import {
  aboutUser,
  type DisplayDirectory,
  demandStrength,
  displayDirectory,
  type PublicUser,
  publicUser,
} from './views.ts';
import { fromBase64 } from './wrapped.ts';

export type { DisplayDirectory, PublicUser };

export type VaultOptions = {
  readonly profileDir: string;
  readonly keychain: Keychain;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly disk?: Disk;
  /** Cost of new password slots; measured at set-up when absent. */
  readonly passwordCost?: Argon2Params;
};

/** Looks at a profile folder and the keychain. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const vault = new Vault(options);
  await vault.refresh();
  return vault;
}

export class Vault {
  readonly #place: Place;
  readonly #cost: Argon2Params | undefined;
  readonly #throttle: Throttle;
  #state: VaultState = 'not-set-up';
  #file: OpenKeyFile | undefined;
  #journal: Journal | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: VaultOptions) {
    const { profileDir, keychain, clock = systemClock, random = randomBytes, disk = realDisk } = options;
    this.#place = { profileDir, keychain, clock, random, disk };
    this.#cost = options.passwordCost;
    this.#throttle = new Throttle(clock, keychain);
  }

  get state(): VaultState {
    return this.#state;
  }

  /** Looks at files and keychain again. */
  async refresh(): Promise<VaultState> {
    return this.#inTurn(() => this.#look());
  }

  displayDirectory(): DisplayDirectory | undefined {
    return this.#file === undefined ? undefined : displayDirectory(this.#file.payload);
  }

  /** Ids that entries and resources name. @throws CallError with the state's code while the key file is not open */
  ids(): { readonly clinicId: string; readonly profileId: string; readonly deviceId: string } {
    const { clinic, profileId, deviceId } = this.#opened().payload;
    return { clinicId: clinic.id, profileId, deviceId };
  }

  /** The database that the key file names. */
  database(): { readonly path: string; readonly generation: number } {
    const { generation } = this.#opened().payload.databaseKey;
    return { path: databasePath(this.#place.profileDir, generation), generation };
  }

  /** Everyone, for sessions that may read users. */
  users(): readonly PublicUser[] {
    return this.#opened().payload.users.map(publicUser);
  }

  /** For the journal: the id behind a typed name, if there is one. */
  userIdOf(userName: string): string | undefined {
    const folded = foldedName(userName);
    return this.#file?.payload.users.find((user) => foldedName(user.userName) === folded)?.id;
  }

  /** Seals a secret to its author and to recovery, each bound to what it is for. */
  sealToAuthor(userId: string, secret: Buffer, aad: Buffer): { readonly author: Buffer; readonly recovery: Buffer } {
    const { users, recovery } = this.#opened().payload;
    const author = users.find((user) => user.id === userId);
    if (author === undefined) throw new CallError('not-found', { field: 'userId' });
    const { random } = this.#place;
    return {
      author: sealTo(fromBase64(author.x25519.public), secret, aad, random),
      recovery: sealTo(fromBase64(recovery.public), secret, aad, random),
    };
  }

  /** The signed chain, as it is. */
  roster(): KeyFilePayload['roster'] {
    return this.#opened().payload.roster;
  }

  /** Ed25519 public key on which the roster hangs. */
  clinicIdentity(): Buffer {
    return fromBase64(this.#opened().payload.clinicIdentity.public);
  }

  /** Sealed lines for what happens while the database is closed. */
  journal(): Journal {
    const file = this.#opened();
    const { profileDir, disk, random, clock } = this.#place;
    this.#journal ??= new Journal(
      disk,
      profilePaths(profileDir).journal,
      file.payload.profileId,
      file.deviceSecret,
      random,
      () => clock.now(),
    );
    return this.#journal;
  }

  async readAuditHead(): Promise<AuditHeadRead> {
    return readAuditHead(this.#place.keychain, this.ids().profileId);
  }

  async writeAuditHead(head: AuditHead): Promise<'ok' | 'absent' | 'locked' | 'hang'> {
    return writeAuditHead(this.#place.keychain, this.ids().profileId, head);
  }

  /** Writes, reads back and removes a probe. */
  async checkKeychain(): Promise<'ok' | 'locked' | 'absent'> {
    const { keychain, random } = this.#place;
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
    return this.#inTurn(async () => {
      await this.#look();
      if (this.#state !== 'not-set-up') throw new CallError('already-set-up');
      const { admin, clinic } = request;
      demandStrength(admin.password, [admin.userName, admin.displayName, clinic.name]);
      const { kit, userId } = await createClinic(this.#place, request, create, this.#cost);
      await this.#look();
      return { ...kit, userId };
    });
  }

  /** @throws CallError kit-words-wrong */
  async confirmKit(answers: readonly KitAnswer[]): Promise<void> {
    return this.#inTurn(async () => {
      const file = this.#opened();
      if (file.payload.recovery.pending === null) return;
      file.commit(withConfirmedKit(file.payload, answers, this.#place.clock.now()));
      await this.#look();
    });
  }

  /** The words again while nobody confirmed them; only for the admin who set up. @throws CallError already-set-up, … */
  async showKitAgain(userName: string, password: Buffer): Promise<Kit> {
    return this.#inTurn(async () => {
      const file = this.#opened();
      const { clinic, recovery } = file.payload;
      const { pending } = recovery;
      if (pending === null) throw new CallError('already-set-up');
      const { user, identity } = await authenticate(this.#counting(file), userName, password);
      try {
        if (user.id !== pending.userId) throw new CallError('forbidden');
        const secret = openPendingKit(clinic.id, user.id, pending.seal, identity.x25519);
        const words = wordsOf(secret);
        wipe(secret);
        return { words, ask: pending.asked.map(({ position }) => position), createdAt: recovery.createdAt };
      } finally {
        wipeIdentity(identity);
      }
    });
  }

  /** Closing the session is the caller's. @throws CallError wrong-password, wait-before-retry, account-suspended, … */
  async signIn(userName: string, password: Buffer): Promise<VaultSession> {
    return this.#inTurn(async () => {
      const file = this.#opened();
      if (this.#state !== 'locked') throw this.#stateError();
      const { user, identity } = await authenticate(this.#counting(file), userName, password);
      return sessionOf(file.payload, user, identity);
    });
  }

  /** A user proves again who they are (signing); counted like a sign-in. Close the session it returns. */
  async verifyPassword(userId: string, password: Buffer): Promise<VaultSession> {
    const user = this.#opened().payload.users.find((candidate) => candidate.id === userId);
    if (user === undefined) throw new CallError('not-found', { field: 'userId' });
    return this.signIn(user.userName, password);
  }

  async addUser(session: VaultSession, person: NewUser): Promise<PublicUser> {
    return this.#change(session, (payload, acting) => {
      demandStrength(person.password, [person.userName, person.displayName, payload.clinic.name]);
      return withUser(payload, acting, person);
    });
  }

  async setRoles(session: VaultSession, userId: string, roles: readonly RoleId[]): Promise<PublicUser> {
    return this.#change(session, (payload, acting) => withRoles(payload, acting, userId, roles));
  }

  async suspend(session: VaultSession, userId: string): Promise<PublicUser> {
    return this.#change(session, (payload, acting) => withStatus(payload, acting, userId, 'suspended'));
  }

  async reactivate(session: VaultSession, userId: string): Promise<PublicUser> {
    return this.#change(session, (payload, acting) => withStatus(payload, acting, userId, 'active'));
  }

  /** An admin gives someone a new password: new keys, the old signing key is retired in the roster. */
  async resetPassword(session: VaultSession, userId: string, password: Buffer): Promise<PublicUser> {
    return this.#change(session, (payload, acting) => {
      demandStrength(password, aboutUser(payload, userId));
      return withNewIdentity(payload, acting, userId, password);
    });
  }

  /** @throws CallError wrong-password for the current one, password-… for the next */
  async changeOwnPassword(session: VaultSession, current: Buffer, next: Buffer): Promise<void> {
    return this.#inTurn(async () => {
      const file = this.#opened();
      demandStrength(next, aboutUser(file.payload, session.userId));
      const proved = await authenticate(this.#counting(file), session.user.userName, current);
      wipeIdentity(proved.identity);
      if (proved.user.status !== 'active') throw new CallError('account-suspended');
      file.commit(await withOwnPassword(file.payload, session, next, this.#place.random));
    });
  }

  /** New device secret and key file from the recovery file and the words; the old key file is kept aside. */
  async recover(request: RecoveryRequest & { readonly words: string; readonly path?: string }): Promise<VaultState> {
    return this.#inTurn(async () => {
      const { words, path = profilePaths(this.#place.profileDir).recoveryFile } = request;
      demandStrength(request.password, [request.userName]);
      await recreateKeyFile(this.#place, words, request, path);
      return this.#look();
    });
  }

  /** Does nothing but say whether these are this clinic's words. @throws CallError kit-words-wrong */
  proveKit(words: string): void {
    wipeRecoveryKeys(provedKit(this.#opened().payload, words));
  }

  /** Key but no database: the next generation, empty, under a new key. @throws CallError kit-words-wrong */
  async startEmptyDatabase(words: string, create: CreateDatabase): Promise<VaultState> {
    return this.#inTurn(async () => {
      const file = this.#opened();
      await this.#look();
      if (this.#state !== 'database-missing') throw new CallError('already-set-up');
      const keys = provedKit(file.payload, words);
      const { payload, databaseKey } = withNextDatabase(file.payload, keys, this.#place.random);
      wipeRecoveryKeys(keys);
      const { generation } = payload.databaseKey;
      const { disk, profileDir, clock } = this.#place;
      // What an earlier try left under this name was never named by a key file.
      setAside(disk, profileDir, databaseFiles(disk, profileDir, generation), clock.now());
      await createDatabase(this.#place, { generation, deviceId: payload.deviceId }, databaseKey, create);
      this.#opened().commit(payload);
      return this.#look();
    });
  }

  /** A damaged or foreign database goes to quarantine. @throws CallError kit-words-wrong */
  async setDatabaseAside(words: string): Promise<VaultState> {
    return this.#inTurn(async () => {
      const { payload } = this.#opened();
      wipeRecoveryKeys(provedKit(payload, words));
      const { disk, profileDir, clock } = this.#place;
      setAside(disk, profileDir, databaseFiles(disk, profileDir, payload.databaseKey.generation), clock.now());
      return this.#look();
    });
  }

  /** Wipes what the vault holds. */
  close(): void {
    wipe(this.#file?.deviceSecret);
    this.#file = undefined;
    this.#journal = undefined;
  }

  async #look(): Promise<VaultState> {
    const { disk, keychain, profileDir, random } = this.#place;
    const examined = await examine(disk, keychain, profileDir);
    this.close();
    this.#state = examined.state;
    if ('payload' in examined) {
      const file = new OpenKeyFile(disk, profileDir, random, examined);
      this.#file = file;
      await this.#throttle.look(file.payload);
      file.restoreRecovery();
      removeMarker(this.#place);
    }
    return this.#state;
  }

  #opened(): OpenKeyFile {
    if (this.#file === undefined) throw this.#stateError();
    return this.#file;
  }

  #stateError(): CallError {
    if (this.#state === 'locked') return new CallError('internal');
    return new CallError(this.#state === 'kit-unconfirmed' ? 'not-set-up' : this.#state);
  }

  #counting(file: OpenKeyFile): Counting {
    return { file, throttle: this.#throttle };
  }

  async #change(
    session: VaultSession,
    change: (payload: KeyFilePayload, acting: Acting) => Changed | Promise<Changed>,
  ): Promise<PublicUser> {
    return this.#inTurn(async () => {
      const file = this.#opened();
      const acting = { session, now: this.#place.clock.now(), random: this.#place.random };
      const { payload, user } = await change(file.payload, acting);
      file.commit(payload);
      return publicUser(user);
    });
  }

  /** One at a time: two tries at once would be counted once, two changes would lose one. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work);
    this.#turn = result.then(
      () => undefined,
      // The caller has the failure; the next in the queue must not have it too.
      () => undefined,
    );
    return result;
  }
}
