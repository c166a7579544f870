/** Workstations with real encrypted stores that meet over a backend in memory: what the engine does, without a core. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { head } from '../../../../src-main/core/audit/log.ts';
import { newRecordState } from '../../../../src-main/core/audit/record-state.ts';
import { verifyRecord } from '../../../../src-main/core/audit/verifyrecord.ts';
import { generateEd25519, sign } from '../../../../src-main/core/crypto/ed25519.ts';
import { removeLeftovers } from '../../../../src-main/core/store/batch.ts';
import { closeStore, createStore, openStore, type Store } from '../../../../src-main/core/store/open.ts';
import { drain } from '../../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../../src-main/core/store/transaction.ts';
import type { Backend } from '../../../../src-main/core/sync/backend.ts';
import { type ReceiverParts, receive } from '../../../../src-main/core/sync/engine/receiver.ts';
import { send } from '../../../../src-main/core/sync/engine/sender.ts';
import type { Authority } from '../../../../src-main/core/sync/incoming/authority.ts';
import { Heads } from '../../../../src-main/core/sync/incoming/heads.ts';
import { logSize, rootOfLog } from '../../../../src-main/core/sync/incoming/log.ts';
import { endRestored } from '../../../../src-main/core/sync/incoming/restored.ts';
import type { TakeParts } from '../../../../src-main/core/sync/incoming/take.ts';
import type { Author } from '../../../../src-main/core/sync/outgoing/make-batch.ts';
import { followLog } from '../../../../src-main/core/sync/outgoing/position.ts';
import { makeSnapshot } from '../../../../src-main/core/sync/outgoing/snapshot.ts';
import { noRoster, type RosterState } from '../../../../src-main/core/vault/roster-state.ts';
import { clinicKey, key } from '../../store/clinic.ts';
import { MemoryBackend } from '../memory-backend.ts';

export const tenant = '11111111-1111-4111-8111-111111111111';
export const clinic = '22222222-2222-4222-8222-222222222222';
export const deviceId = (number: number): string => `0000000${number}-0000-4000-8000-000000000000`;

/** What all know of who is a member. */
export class Clinic {
  readonly keys = new Map<string, ReturnType<typeof generateEd25519>>();
  roster: RosterState = { ...noRoster, size: 1 };
  /** Nobody's say is doubted, unless a test does. */
  authority: Authority = { mayErase: () => true, mayDecide: () => true };

  device(number: number): ReturnType<typeof generateEd25519> {
    const id = deviceId(number);
    const known = this.keys.get(id);
    if (known !== undefined) return known;
    const made = generateEd25519();
    this.keys.set(id, made);
    const ed25519 = made.publicKey.toString('base64');
    const device = { deviceId: id, name: `station ${number}`, ed25519, tls: '', status: 'active' as const };
    this.roster = { ...this.roster, size: this.roster.size + 1, devices: new Map(this.roster.devices).set(id, device) };
    return made;
  }

  removeDevice(number: number): void {
    const id = deviceId(number);
    const before = this.roster.devices.get(id);
    if (before === undefined) return;
    const devices = new Map(this.roster.devices).set(id, { ...before, status: 'removed' as const });
    this.roster = { ...this.roster, size: this.roster.size + 1, devices };
  }

  addUser(userId: string, status: 'active' | 'removed'): void {
    const user = {
      userId,
      userName: userId,
      displayName: userId,
      roles: [],
      ed25519: '',
      x25519: '',
      retired: [],
      status,
    };
    this.roster = { ...this.roster, size: this.roster.size + 1, users: new Map(this.roster.users).set(userId, user) };
  }
}

export class Station {
  readonly folder: string;
  readonly number: number;
  readonly clinic: Clinic;
  readonly changed = new Set<string | null>();
  store: Store;
  heads: Heads;
  met = 0;
  clock = 1_790_000_000_000;
  readonly #logKey: { readonly name: string; readonly publicKey: Uint8Array };
  readonly abort = new AbortController();

  constructor(number: number, clinicOf: Clinic, backend: MemoryBackend) {
    this.number = number;
    this.clinic = clinicOf;
    clinicOf.device(number);
    this.folder = mkdtempSync(join(tmpdir(), 'carekeep-sync-'));
    this.store = createStore({ path: this.path, key, clinicKey, device: deviceId(number) });
    this.#logKey = { name: backend.name, publicKey: backend.key.publicKey };
    this.heads = this.#begin();
  }

  get path(): string {
    return join(this.folder, 'a.db');
  }

  #begin(): Heads {
    withTransaction(this.store, (tx) => followLog(tx));
    return new Heads(this.store, { clinic, ...this.#logKey });
  }

  get author(): Author {
    const { store } = this;
    const keys = this.clinic.device(this.number);
    return {
      tenant,
      clinic,
      sign: (message) => sign(keys.privateKey, message),
      roster: () => this.clinic.roster.size,
      seen: () => ({ size: logSize(store), root: rootOfLog(store, logSize(store)) ?? Buffer.alloc(32) }),
    };
  }

  takeParts(backend: Backend): TakeParts {
    return {
      store: this.store,
      member: {
        tenant,
        clinic,
        device: deviceId(this.number),
        deviceKeys: (id) => [this.clinic.keys.get(id)?.publicKey ?? []].flat(),
      },
      backend,
      signal: this.abort.signal,
      judge: (merges) => Promise.resolve(new Map(merges.map(({ json }) => [json, true]))),
      now: () => this.clock,
      roster: () => this.clinic.roster,
      authority: this.clinic.authority,
      directoryAsked: false,
    };
  }

  receiverParts(backend: Backend): ReceiverParts {
    return {
      ...this.takeParts(backend),
      rosterAfter: () => this.clinic.roster,
      heads: this.heads,
      meet: async () => {
        this.met += 1;
      },
      changed: (patients) => {
        for (const one of patients) this.changed.add(one);
      },
      behind: () => undefined,
      busy: () => false,
    };
  }

  async receive(backend: Backend): Promise<void> {
    const floor = this.heads.size;
    await receive(this.receiverParts(backend), await backend.state(null, 0, this.abort.signal), floor);
    endRestored(this.store, this.clock);
  }

  async send(backend: Backend): Promise<void> {
    await send({
      store: this.store,
      backend,
      heads: this.heads,
      author: this.author,
      signal: this.abort.signal,
      now: () => this.clock,
      roster: () => this.clinic.roster,
      sent: () => undefined,
    });
  }

  /** One contact. */
  async meet(backend: Backend): Promise<void> {
    await this.receive(backend);
    await this.send(backend);
  }

  async snapshot(backend: Backend): Promise<boolean> {
    const view = openStore({ path: this.path, key, clinicKey, readOnly: true });
    try {
      const sending = { backend, clinic, signal: this.abort.signal };
      return await makeSnapshot(this.store, view, { author: this.author, sending });
    } finally {
      closeStore(view);
    }
  }

  /** As after a kill: nothing is flushed, what is in memory is gone. */
  killed(open = true): void {
    if (open) this.store.db.close();
    this.store = openStore({ path: this.path, key, clinicKey });
    drain(removeLeftovers(this.store));
    this.heads = this.#begin();
  }

  /** The file as it is now, put back later. */
  copy(): Buffer {
    this.store.db.pragma('wal_checkpoint(TRUNCATE)');
    return readFileSync(this.path);
  }

  /** @throws Found the first thing wrong with the record against the log */
  verify(): void {
    drain(verifyRecord(this.store, newRecordState(head(this.store).size)));
  }

  close(): void {
    if (this.store.db.open) closeStore(this.store);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What of the record all copies must agree on. */
export function contentOf(store: Store): unknown[] {
  const rows = store
    .sql<[], unknown[]>(
      `select id, type, patient_id, deleted, signed, json, author_user from resource
       where batch not in (select batch from hidden_batch) order by id`,
    )
    .all();
  const lost = store
    .sql<[], unknown[]>('select id, field, version, text from lost_write where gone = 0 order by id, field, version')
    .all();
  const lines = store.sql<[], unknown[]>('select id, family, given from patient order by id').all();
  return [...rows, ...lost, ...lines];
}

export function newBackend(): MemoryBackend {
  return new MemoryBackend(tenant, clinic);
}
