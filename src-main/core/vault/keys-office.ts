/**
 * Keys as the vault offers them: how old each is, and new ones for old. Every rotation is one new key file; what it
 * leaves behind goes only when the new one has been proved (docs/protocols/keys.md, "Rotation").
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { wipe } from '../crypto/wipe.ts';
import { addNextDeviceSecret, keychainError } from './creation.ts';
import { setAside } from './disk.ts';
import { openRetired, wipeIdentity } from './identity.ts';
import { type KeyAge, keyAges } from './key-ages.ts';
import { otherDeviceSecrets, removeDeviceSecret } from './keychain-items.ts';
import { databaseLeftovers, databasePath, ofGeneration, profilePaths } from './layout.ts';
import { OpenKeyFile } from './open-key-file.ts';
import { withOwnNewKeys } from './own-keys.ts';
import { demandAdmin, replaced, userOf } from './people.ts';
import type { VaultRoom } from './room.ts';
import {
  previousDatabaseKey,
  sharedOf,
  withDatabaseBefore,
  withDatabaseProved,
  withNextClinicKey,
  withNextDatabaseKey,
} from './rotation.ts';
import type { VaultSession } from './session.ts';
import { authenticate } from './sign-in.ts';
import { examine } from './start-state.ts';

/** Where the next generation is made, and what it is called once it is proved. */
export type NextDatabase = {
  readonly generation: number;
  readonly from: string;
  readonly making: string;
  readonly path: string;
};

export class Keys {
  readonly #room: VaultRoom;
  #tidied = false;

  constructor(room: VaultRoom) {
    this.#room = room;
  }

  /** Every kind of key with its age. @param identities whose identities the asker may see */
  report(identities: (userId: string) => boolean): readonly KeyAge[] {
    const file = this.#room.opened();
    return keyAges(file.payload, file.deviceSecretNumber, this.#room.place.clock.now(), identities);
  }

  /** Keys that a departed person knew and that wait for their replacement. */
  due(): { readonly databaseKey: boolean; readonly clinicKey: boolean } {
    return this.#room.opened().payload.due;
  }

  /** Does this user's next sign-in make new keys? */
  asked(userId: string): boolean {
    return this.#room.opened().payload.users.some(({ id, demands }) => id === userId && demands.newKeys);
  }

  /**
   * The next item in the keychain, the key file under it by one rename, a fresh look at both; then the old item goes.
   * @returns the new number. @throws CallError forbidden, keychain-locked, keychain-absent
   */
  async rotateDeviceSecret(session: VaultSession): Promise<number> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { payload } = file;
      const actor = payload.users.find(({ id }) => id === session.userId);
      if (session.closed || actor?.status !== 'active') throw new CallError('forbidden');
      const { place } = this.#room;
      await this.#tidy();
      const secret = place.random(32);
      const number = await addNextDeviceSecret(place, payload.profileId, file.deviceSecretNumber + 1, secret);
      const next = new OpenKeyFile(place, { payload, deviceSecret: secret, deviceSecretNumber: number });
      next.commit({ ...payload, deviceSecretSince: place.clock.now() });
      this.#room.reseal(next);
      const seen = await examine(place.disk, place.keychain, place.profileDir);
      if (!('payload' in seen)) throw keychainError(seen.state === 'keychain-absent' ? 'absent' : 'locked');
      wipe(seen.deviceSecret);
      const proved = seen.deviceSecretNumber === number && seen.payload.revision === next.payload.revision;
      if (!proved) throw new CallError('internal');
      await this.#tidy();
      return number;
    });
  }

  /** Items of the keychain that no key file needs: what a killed rotation left. Looked for once in a core's life. */
  async tidyKeychain(): Promise<void> {
    if (this.#tidied) return;
    this.#tidied = true;
    return this.#room.inTurn(() => this.#tidy());
  }

  async #tidy(): Promise<void> {
    const { keychain } = this.#room.place;
    const file = this.#room.opened();
    const { profileId } = file.payload;
    for (const number of await otherDeviceSecrets(keychain, profileId, file.deviceSecretNumber))
      await removeDeviceSecret(keychain, profileId, number);
  }

  /** A new epoch for everything sealed from now on. @returns its number. @throws CallError forbidden, no-clinical-access */
  async rotateClinicKey(session: VaultSession): Promise<number> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      file.commit(withNextClinicKey(file.payload, this.#room.acting(session)));
      this.#room.tellSessions();
      return Math.max(...file.payload.clinicKeys.map(({ epoch }) => epoch));
    });
  }

  /** New keys for oneself, with the password of now. @throws CallError wrong-password, account-suspended */
  async rotateOwn(session: VaultSession, password: Buffer): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { user, identity } = await authenticate(this.#room.counting(file), session.user.userName, password);
      wipeIdentity(identity);
      if (user.id !== session.userId || user.status !== 'active') throw new CallError('account-suspended');
      await this.#renew(session, password);
    });
  }

  /** The same for a session that this very password has just opened, where somebody asked for it. @returns whether */
  async rotateOwnIfAsked(session: VaultSession, password: Buffer): Promise<boolean> {
    return this.#room.inTurn(async () => {
      const { demands } = userOf(this.#room.opened().payload, session.userId);
      // Who still has a one-time code gets new keys with the password of their own.
      if (!demands.newKeys || demands.newPassword) return false;
      await this.#renew(session, password);
      return true;
    });
  }

  async #renew(session: VaultSession, password: Buffer): Promise<void> {
    const file = this.#room.opened();
    const made = await withOwnNewKeys(file.payload, this.#room.acting(session), password);
    try {
      file.commit(made.payload);
    } catch (error) {
      wipeIdentity(made.keys);
      throw error;
    }
    const owner = { clinicId: made.payload.clinic.id, userId: made.user.id };
    session.adoptIdentity(made.keys, openRetired(owner, made.user, made.keys.x25519));
  }

  /** A user's next sign-in makes new keys for them. @throws CallError forbidden, own-account, not-found */
  async demandNew(session: VaultSession, userId: string): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      demandAdmin(file.payload, session);
      const user = userOf(file.payload, userId);
      const demands = { ...user.demands, newKeys: true };
      file.commit({ ...file.payload, users: replaced(file.payload, { ...user, demands }) });
    });
  }

  /** Where the next database is to be made. What an earlier try left there goes. @throws CallError busy while one is unproved */
  async prepareDatabase(session: VaultSession): Promise<NextDatabase> {
    return this.#room.inTurn(async () => {
      const { payload } = this.#room.opened();
      sharedOf(payload, this.#room.acting(session));
      const { generation, previous } = payload.databaseKey;
      if (previous !== null) throw new CallError('busy');
      this.#clear();
      const { profileDir } = this.#room.place;
      const path = databasePath(profileDir, generation + 1);
      return { generation: generation + 1, from: databasePath(profileDir, generation), making: `${path}.making`, path };
    });
  }

  /**
   * The finished, checked file takes its name, and the key file names it: one rename is the commit.
   * @param key copied; the caller wipes its own
   */
  async nameDatabase(session: VaultSession, next: NextDatabase, key: Buffer): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      if (file.payload.databaseKey.generation + 1 !== next.generation) throw new CallError('changed-meanwhile');
      const content = withNextDatabaseKey(file.payload, this.#room.acting(session), {
        generation: next.generation,
        key,
      });
      const { disk, profileDir } = this.#room.place;
      disk.rename(next.making, next.path);
      disk.syncFolder(profilePaths(profileDir).databases);
      file.commit(content);
      this.#room.tellSessions();
    });
  }

  /** Is the database that the key file names still to be proved? */
  get unproved(): boolean {
    return this.#room.file !== undefined && this.#room.file.payload.databaseKey.previous !== null;
  }

  /** A real session has opened the new database: the way back goes, and the old file with it. */
  async databaseProved(): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { previous } = file.payload.databaseKey;
      if (previous !== null) file.commit(withDatabaseProved(file.payload));
      this.#clear();
    });
  }

  /**
   * The new database cannot be opened: the one before counts again, for this session too, and the new file goes to
   * quarantine. @returns false where there is no way back. @throws OpenError, CallError key-file-damaged
   */
  async databaseBefore(session: VaultSession): Promise<boolean> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { payload } = file;
      const { generation, previous } = payload.databaseKey;
      if (previous === null || session.shared === undefined) return false;
      const key = session.withReceiving((privateKey) => previousDatabaseKey(payload, session.userId, privateKey));
      if (key === undefined) return false;
      wipe(key);
      file.commit(withDatabaseBefore(payload));
      this.#room.tellSessions();
      const { disk, profileDir, clock } = this.#room.place;
      setAside(disk, profileDir, ofGeneration(disk, profileDir, generation), clock.now());
      return true;
    });
  }

  /** What a rotation left that was stopped. */
  async clear(): Promise<void> {
    return this.#room.inTurn(async () => this.#clear());
  }

  /** The generations before go, and what a stopped rotation left: what is whole and named by nobody is set aside. */
  #clear(): void {
    const { disk, profileDir, clock } = this.#room.place;
    const { generation, previous } = this.#room.opened().payload.databaseKey;
    const { unfinished, older, unnamed } = databaseLeftovers(disk, profileDir, generation);
    for (const path of unfinished) disk.remove(path);
    // While the new one is unproved, the one before is the way back.
    if (previous === null) for (const path of older) disk.remove(path);
    setAside(disk, profileDir, unnamed, clock.now());
  }
}
