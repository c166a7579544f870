/** The key file while the keychain is open: its content, and the only ways it is written. */
import { canonicalBytes } from '../crypto/canonical.ts';
import type { Random } from '../crypto/random.ts';
import type { Clock } from './clock.ts';
import type { Place } from './creation.ts';
import { type Disk, replaceFile } from './disk.ts';
import { encodeKeyFile, keyFileMaximum } from './key-file.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import { profilePaths } from './layout.ts';
import { encodeRecoveryFile, recoveryHeader } from './recovery-file.ts';

type Users = KeyFilePayload['users'];

/** A clock that stands still or goes back does not make a change look older than what it changed. */
function stamped(before: Users, after: Users, now: number): Users {
  const known = new Map(before.map((user) => [user.id, user]));
  return after.map((user) => {
    const was = known.get(user.id);
    if (was === undefined || was === user || user.changedAt !== was.changedAt) return user;
    if (canonicalBytes(was).equals(canonicalBytes(user))) return user;
    return { ...user, changedAt: Math.max(now, was.changedAt + 1) };
  });
}

export class OpenKeyFile {
  readonly deviceSecret: Buffer;
  readonly #disk: Disk;
  readonly #profileDir: string;
  readonly deviceSecretNumber: number;
  readonly #random: Random;
  readonly #clock: Clock;
  #payload: KeyFilePayload;
  #onDisk: number;

  constructor(
    { disk, profileDir, random, clock }: Pick<Place, 'disk' | 'profileDir' | 'random' | 'clock'>,
    content: {
      readonly payload: KeyFilePayload;
      readonly deviceSecret: Buffer;
      readonly deviceSecretNumber: number;
    },
  ) {
    this.#disk = disk;
    this.#profileDir = profileDir;
    this.#random = random;
    this.#clock = clock;
    this.#payload = content.payload;
    this.#onDisk = content.payload.sequence;
    this.deviceSecret = content.deviceSecret;
    this.deviceSecretNumber = content.deviceSecretNumber;
  }

  get payload(): KeyFilePayload {
    return this.#payload;
  }

  /** Sequence of what is on the disk; a full one leaves it behind the payload's. */
  get onDisk(): number {
    return this.#onDisk;
  }

  /** Writes what is held: recovery file first, then the key file, whose rename is the commit. */
  write(): void {
    this.#writeRecovery();
    this.#writeKeyFile(this.#payload);
  }

  /**
   * A change to anything but the counters of failed sign-ins. A user's record that differs is stamped with the time.
   * @param beyond the sequence goes past this number too
   */
  commit(next: KeyFilePayload, beyond = 0): void {
    const before = this.#payload;
    const sequence = Math.max(before.sequence, beyond) + 1;
    const users = stamped(before.users, next.users, this.#clock.now());
    this.#payload = { ...next, users, revision: before.revision + 1, sequence };
    try {
      this.write();
    } catch (error) {
      this.#payload = before;
      throw error;
    }
  }

  /** Counters only: the recovery file does not hold them. */
  commitAttempts(attempts: KeyFilePayload['attempts']): void {
    const next = { ...this.#payload, attempts, sequence: this.#payload.sequence + 1 };
    // In memory first: a full disk must not make tries free.
    this.#payload = next;
    this.#writeKeyFile(next);
  }

  /** A kill between the two files, or someone who removed one: the recovery file is made again. */
  restoreRecovery(): void {
    const file = this.#disk.read(profilePaths(this.#profileDir).recoveryFile, keyFileMaximum);
    const header = file.kind === 'bytes' ? recoveryHeader(file.bytes) : undefined;
    const inStep =
      header !== undefined &&
      header.revision === BigInt(this.#payload.revision) &&
      header.recoveryPublic.toString('base64') === this.#payload.recovery.public;
    if (!inStep) this.#writeRecovery();
  }

  #writeRecovery(): void {
    replaceFile(
      this.#disk,
      profilePaths(this.#profileDir).recoveryFile,
      encodeRecoveryFile(this.#payload, this.#random),
    );
  }

  #writeKeyFile(payload: KeyFilePayload): void {
    const bytes = encodeKeyFile(payload, this.deviceSecret, this.deviceSecretNumber, this.#random);
    replaceFile(this.#disk, profilePaths(this.#profileDir).keyFile, bytes);
    this.#onDisk = payload.sequence;
  }
}
