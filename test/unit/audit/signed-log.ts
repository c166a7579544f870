/** A log with everything that signs it, and no clinic around: real store, real one-time file, a user with a key. */
import { join } from 'node:path';
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { Checkpoints } from '../../../src-main/core/audit/checkpoints.ts';
import { append } from '../../../src-main/core/audit/log.ts';
import type { OneTimeFile } from '../../../src-main/core/audit/one-time-file.ts';
import { SessionSigners } from '../../../src-main/core/audit/session-signers.ts';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import type { LogTrust } from '../../../src-main/core/audit/verifylog.ts';
import { generateEd25519, sign } from '../../../src-main/core/crypto/ed25519.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { noteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { realDisk } from '../../../src-main/core/vault/disk.ts';
import { oneTimeFile } from '../../../src-main/core/vault/one-time-keys.ts';
import { again, fresh, type Place, place } from '../store/clinic.ts';

export const clinicId = 'clinic-1';
export const origin = originOf(clinicId, 'device-1');
export const device = generateEd25519();
export const user = generateEd25519();
export const journalKey = Buffer.alloc(32, 8);

/** The roster of one user and one workstation, and something else in its second entry. */
export const trust: LogTrust = {
  clinicId,
  book: {
    signingKey: (userId, size) => (userId === 'user-1' && (size === 1 || size === 2) ? user.publicKey : undefined),
    deviceKeys: () => [device.publicKey],
    agreed: () => undefined,
  },
};

export class SignedLog {
  readonly at: Place;
  readonly errors: unknown[] = [];
  signers = new SessionSigners();
  store: Store;
  checkpoints: Checkpoints;
  now = Date.UTC(2026, 10, 2);

  constructor(at: Place = place(), store: Store = fresh(at)) {
    this.at = at;
    this.store = store;
    this.checkpoints = this.#office();
    const standing = this.checkpoints.standing();
    this.checkpoints.begin(standing.state === 'anchor' ? standing.reason : null);
    this.#listen();
  }

  get file(): OneTimeFile {
    return oneTimeFile(realDisk, this.keyPath, 'profile-1', journalKey, randomBytes);
  }

  get keyPath(): string {
    return join(this.at.folder, 'audit-keys');
  }

  #office(file: OneTimeFile = this.file): Checkpoints {
    return new Checkpoints({
      store: this.store,
      origin,
      file,
      device: noteSigner(`${origin}/device`, device.publicKey, device.privateKey),
      now: () => this.now,
      sessions: this.signers,
      report: (_where, error) => this.errors.push(error),
    });
  }

  #listen(): void {
    this.store.held.committed = () => this.checkpoints.afterCommit();
  }

  /** A new process over the same files; nothing is signed before `begin`. */
  restart(file?: OneTimeFile): void {
    this.store.held.committed = () => undefined;
    this.store.db.close();
    this.signers.close();
    this.signers = new SessionSigners();
    this.store = again(this.at);
    this.checkpoints = this.#office(file);
    this.#listen();
  }

  begin(session: string, roster = 1): void {
    this.signers.begin(
      this.store,
      origin,
      { id: session, keys: { userId: 'user-1', sign: (message) => sign(user.privateKey, message) } },
      { at: this.now, roster },
    );
  }

  /** One entry of a session (null: of core). */
  act(session: string | null, type: 'chart.read' | 'audit.anchored' = 'chart.read', detail = {}): void {
    withTransaction(
      this.store,
      (tx) => {
        append(tx, {
          type,
          outcome: 0,
          agent: { user: session === null ? null : 'user-1', roles: ['practitioner'], session },
          purpose: 'TREAT',
          origin: 'screen',
          detail,
        });
      },
      this.now,
    );
    this.now += 1000;
  }

  acts(count: number, session: string | null): void {
    for (let n = 0; n < count; n += 1) this.act(session);
  }

  /** `code@place` of what verification names first, or `ok`. */
  verdict(): string {
    const { problem } = drain(verifyStore(this.store, { trust, pages: false }));
    return problem === null ? 'ok' : `${problem.code}@${problem.at}`;
  }

  /** The database as an insider with its key has it: nothing stops an edit. */
  unguard(): void {
    const triggers = this.store.db.prepare<[], { name: string }>(
      "select name from sqlite_schema where type = 'trigger'",
    );
    for (const { name } of triggers.all()) this.store.db.exec(`drop trigger ${name}`);
  }

  close(): void {
    this.store.db.close();
    this.at.remove();
  }
}
