/**
 * What routes and the operator's command line may ask of the store. Ids are UUIDs as text, mailbox and slot ids hex, all
 * bytes Buffers, all times milliseconds since the epoch, given by the caller. What is refused is thrown as `Refused`.
 */

import type { WitnessedLog } from '../../src-main/core/audit/witness-answer.ts';
import type { StoredAnswer } from '../../src-shared/sync-protocol/messages.ts';

/** The service's side. It can see one tenant at a time, and nothing outside `withTenant` but what a key opens. */
export interface Store {
  /**
   * One transaction of one tenant: committed when `work` returns, taken back when it throws. What `clinic` offers is over
   * with it. Keep it short: no waiting for the network inside.
   */
  withTenant<T>(tenant: string, work: (clinic: ClinicStore) => Promise<T>): Promise<T>;
  /** Whose token this is, by its SHA-256; null for none, used or not. */
  tenantOfToken(hash: Buffer): Promise<string | null>;
  /** Whose mailbox this is, expired or not. */
  tenantOfMailbox(id: string): Promise<string | null>;
  /** Called after a commit in this process that changed what `ClinicStore.state` says. @returns stops it */
  onChange(listener: (tenant: string) => void): () => void;
  /** Removes mailboxes and nonces of all tenants whose time is over. */
  sweep(): Promise<void>;
  /** @throws where the database does not answer */
  ping(): Promise<void>;
}

export interface ClinicStore {
  readonly tenant: string;
  /** For `/v1/state`; null where there is no such tenant. */
  state(): Promise<TenantState | null>;
  /** Binds the tenant to a clinic; again the same is fine. @throws Refused clinic-differs, not-found */
  bindClinic(clinic: string): Promise<void>;
  /** Uses up a token, by its SHA-256. @throws Refused token-wrong where there is none or it is used */
  useToken(hash: Buffer, at: number): Promise<void>;
  /** Marks a nonce as used, for as long as it would hold. @returns false where it was used before */
  spendNonce(nonce: Buffer, expiresAt: number): Promise<boolean>;
  readonly devices: Devices;
  readonly certificates: Certificates;
  readonly batches: Batches;
  readonly slots: Slots;
  readonly directory: Directory;
  readonly blobs: Blobs;
  readonly mailboxes: Mailboxes;
  readonly witness: WitnessMemory;
}

export type TenantState = {
  /** null until the first workstation connected. */
  readonly clinic: string | null;
  /** Batches in the log. */
  readonly size: number;
  /** Signed note; null before the first batch. */
  readonly head: string | null;
  /** Revision of the directory; 0 for none. */
  readonly directory: number;
  /** Counter of changes of slots. */
  readonly slots: number;
  /** Counter of changes of the register (not of contacts). */
  readonly devices: number;
  readonly used: number;
  readonly quota: number;
};

export type NewDevice = {
  readonly device: string;
  readonly ed25519: Buffer;
  readonly spki: Buffer;
  readonly addedBy: string;
  readonly at: number;
  readonly software: string | null;
};
export type DeviceRow = {
  readonly device: string;
  readonly ed25519: Buffer;
  readonly spki: Buffer;
  readonly status: 'active' | 'revoked';
  readonly addedAt: number;
  readonly addedBy: string;
  readonly revokedAt: number | null;
  readonly revokedBy: string | null;
  readonly lastContact: number | null;
  readonly software: string | null;
};
export interface Devices {
  /**
   * The same keys again are fine.
   * @throws Refused already-there for other keys, device-revoked (it, or who adds it), unknown-device (who adds it),
   * quota-used-up at 1,000
   */
  register(device: NewDevice): Promise<void>;
  /** Other keys for a workstation that is in: certificates of the old ones count no more. @throws Refused unknown-device, device-revoked */
  rekey(device: Pick<NewDevice, 'device' | 'ed25519' | 'spki' | 'software'>): Promise<void>;
  get(device: string): Promise<DeviceRow | null>;
  list(): Promise<readonly DeviceRow[]>;
  /** Again is fine, and changes nothing. @throws Refused unknown-device, device-revoked (who revokes) */
  revoke(device: string, by: string, at: number): Promise<void>;
  /** Last contact; written at most once a minute unless the version changed. `software` null: as before. */
  contact(device: string, at: number, software: string | null): Promise<void>;
}

export type Certificate = { readonly serial: Buffer; readonly device: string; readonly notAfter: number };
export interface Certificates {
  add(certificate: Certificate, at: number): Promise<void>;
  get(serial: Buffer): Promise<Certificate | null>;
}

/** What the routes have parsed out of an envelope and whose signature they have checked. */
export type NewBatch = {
  readonly device: string;
  readonly seq: number;
  readonly previous: Buffer;
  readonly hash: Buffer;
  readonly kind: 'ops' | 'snapshot';
  readonly envelope: Buffer;
  readonly at: number;
};
export interface Batches {
  /**
   * To the end of the log, with a new signed head; one at a time per tenant. The same (device, seq, hash) again gives
   * the same position, and the head as it is now. @throws Refused batch-out-of-turn, batch-differs, batch-refused (chain), quota-used-up, unknown-device,
   * device-revoked, not-found (no tenant, or not bound to a clinic)
   */
  append(batch: NewBatch): Promise<StoredAnswer>;
  /** From a position on, as many as fit, at least one, at most 1,000; empty at the end. */
  pull(from: number, bytes: number): Promise<readonly { readonly position: number; readonly envelope: Buffer }[]>;
  /** Batch hashes of positions from…to−1, laid end to end; fewer at the end of the log. */
  leaves(from: number, to: number): Promise<Buffer>;
  /** Newest first, at most 100. */
  snapshots(): Promise<readonly { readonly position: number; readonly device: string }[]>;
}

/** `body` null: deleted. */
export type SlotWrite = { readonly slot: string; readonly epoch: number; readonly body: Buffer | null };
export type SlotRow = SlotWrite & { readonly change: number };
export interface Slots {
  /**
   * All or none. A deleted slot stays deleted, whatever is put there later.
   * @returns the counter after them @throws Refused epoch-too-low, quota-used-up
   */
  put(slots: readonly SlotWrite[]): Promise<number>;
  /** What changed after a counter, in that order, at most 2,000. */
  after(change: number): Promise<{ readonly slots: readonly SlotRow[]; readonly more: boolean }>;
}

export interface Directory {
  get(): Promise<{ readonly revision: number; readonly bytes: Buffer } | null>;
  /** @param revision what it replaces; null: none. @returns its own @throws Refused changed-meanwhile (`revision`) */
  put(bytes: Buffer, revision: number | null): Promise<number>;
}

export interface Blobs {
  /** The same bytes again are fine. @throws Refused already-there for others, too-large, quota-used-up */
  put(blob: string, n: number, bytes: Buffer): Promise<void>;
  get(blob: string, n: number): Promise<Buffer | null>;
  /** @returns how many chunks there were */
  delete(blob: string): Promise<number>;
}

export type Mailbox = {
  readonly offer: Buffer;
  readonly request: Buffer | null;
  readonly welcome: boolean;
  readonly openedBy: string;
  readonly expiresAt: number;
};
export interface Mailboxes {
  /** @throws Refused already-there, too-many-requests where 20 are open */
  open(mailbox: {
    readonly id: string;
    readonly offer: Buffer;
    readonly openedBy: string;
    readonly expiresAt: number;
    readonly at: number;
  }): Promise<void>;
  get(id: string, at: number): Promise<Mailbox | null>;
  /** Each part once. @throws Refused not-found (none, or expired), already-there, too-large */
  put(id: string, part: 'request' | 'welcome', body: Buffer, at: number): Promise<void>;
  welcome(id: string, at: number): Promise<Buffer | null>;
  close(id: string): Promise<void>;
}

/** For `answerAsWitness`: `known` before it, `remember` after it, in one `withTenant`. */
export interface WitnessMemory {
  /** Nobody else reads or writes this origin's until the transaction ends. */
  known(origin: string): Promise<WitnessedLog | undefined>;
  remember(origin: string, log: WitnessedLog): Promise<void>;
}

/** The operator's side, as the role that owns the tables. */
export interface OperatorStore {
  /** @throws Refused already-there */
  create(tenant: string, quota: number, at: number): Promise<void>;
  /** @throws Refused not-found */
  setQuota(tenant: string, bytes: number): Promise<void>;
  /** A one-use token of this clinic, by its SHA-256. @throws Refused not-found */
  addToken(tenant: string, hash: Buffer, at: number): Promise<void>;
  list(): Promise<readonly (TenantState & { readonly tenant: string; readonly createdAt: number })[]>;
  /** Everything of a clinic as JSON lines `{ table, row }`, bytes in base64, one state. @throws Refused not-found */
  export(tenant: string): AsyncIterable<string>;
  /**
   * What `export` gave, into a database that does not have this clinic; all or nothing.
   * @returns the tenant @throws Refused already-there, bad-request for what is no whole export
   */
  import(lines: AsyncIterable<string> | Iterable<string>): Promise<string>;
  /** All of it, at once. @throws Refused not-found */
  delete(tenant: string): Promise<void>;
}
