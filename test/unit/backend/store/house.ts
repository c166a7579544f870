/** A store on real PostgreSQL for one test file, and clinics in it. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Embedded, startEmbedded } from '../../../../src-backend/postgres/embedded.ts';
import { type Connection, openPool } from '../../../../src-backend/store/connection.ts';
import { type OpenStore, openStore } from '../../../../src-backend/store/open.ts';
import { Refused } from '../../../../src-backend/store/refused.ts';
import type { NewBatch, NewDevice, Store } from '../../../../src-backend/store/types.ts';
import { generateEd25519 } from '../../../../src-main/core/crypto/ed25519.ts';
import { sha256 } from '../../../../src-main/core/crypto/hash.ts';
import { randomBytes, randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { noteSigner } from '../../../../src-main/core/crypto/signed-note.ts';

export const key = generateEd25519();
export const signer = noteSigner('backend.test', key.publicKey, key.privateKey);

/** A folder that PostgreSQL's account gets through to, where it has one. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-pg-'));
  chmodSync(folder, 0o711);
  return folder;
}

export type House = OpenStore & {
  readonly database: Embedded;
  /** As the role, without the store: for looking behind its back. */
  query(as: Connection, text: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  end(): Promise<void>;
};

export async function openHouse(connections = 4): Promise<House> {
  const folder = dataFolder();
  const database = await startEmbedded(folder);
  const open = await openStore({ owner: database.owner, service: database.service, signer, connections });
  return {
    ...open,
    database,
    query: async (as, text, values = []) => {
      const client = new pg.Client({ ...as });
      await client.connect();
      try {
        return await client.query(text, [...values]);
      } finally {
        await client.end();
      }
    },
    end: async () => {
      await open.close();
      // What it holds is thrown away: no time is spent on a last checkpoint.
      process.kill(database.pid, 'SIGQUIT');
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** In the carekeep database, as who may do anything. */
export const administrator = ({ database }: House): Connection => ({ ...database.administrator, database: 'carekeep' });

export const poolOf = (to: Connection, most = 1): pg.Pool => openPool(to, { most });

export const deviceRow = (device: string, at = 1): NewDevice => ({
  device,
  ed25519: sha256('key', device),
  spki: Buffer.concat([sha256('spki', device), sha256(device), sha256('more', device)]),
  addedBy: device,
  at,
  software: '1.0.0',
});

export type Clinic = { readonly tenant: string; readonly clinic: string; readonly device: string };

/** A tenant bound to a clinic, with one device. */
export async function addClinic(house: House, quota = 1e9): Promise<Clinic> {
  const [tenant, clinic, device] = [randomUuid(), randomUuid(), randomUuid()];
  await house.operator.create(tenant, quota, 1);
  await house.store.withTenant(tenant, async (one) => {
    await one.bindClinic(clinic);
    await one.devices.register(deviceRow(device));
  });
  return { tenant, clinic, device };
}

/** A device's chain, as its workstation would make it. */
export class Chain {
  readonly device: string;
  seq = 0;
  previous: Buffer = Buffer.alloc(32);

  constructor(device: string) {
    this.device = device;
  }

  next(size = 200, kind: NewBatch['kind'] = 'ops'): NewBatch {
    const hash = sha256(this.device, String(this.seq), randomBytes(8));
    const batch: NewBatch = {
      ...{ device: this.device, seq: this.seq, previous: this.previous, hash, kind, at: 5 },
      envelope: randomBytes(size),
    };
    this.seq += 1;
    this.previous = hash;
    return batch;
  }
}

export const push = (store: Store, tenant: string, batch: NewBatch) =>
  store.withTenant(tenant, (one) => one.batches.append(batch));

/** @returns the code, or 'none' */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof Refused) return error.value.code;
    throw error;
  }
}

/** Something in every table. */
export async function fill(
  house: House,
  { tenant, clinic, device }: Clinic,
): Promise<{ mailbox: string; token: Buffer }> {
  const mailbox = randomBytes(16).toString('hex');
  const token = randomBytes(32);
  const chain = new Chain(device);
  await house.operator.addToken(tenant, token, 1);
  await push(house.store, tenant, chain.next());
  await push(house.store, tenant, chain.next(300, 'snapshot'));
  await house.store.withTenant(tenant, async (one) => {
    await one.spendNonce(randomBytes(32), 2 ** 47);
    await one.certificates.add({ serial: randomBytes(16), device, notAfter: 2 ** 47 }, 1);
    await one.slots.put([{ slot: mailbox, epoch: 1, body: randomBytes(50) }]);
    await one.directory.put(randomBytes(100), null);
    await one.blobs.put(randomUuid(), 0, randomBytes(1000));
    await one.mailboxes.open({ id: mailbox, offer: randomBytes(40), openedBy: device, expiresAt: 2 ** 47, at: 1 });
    await one.witness.remember(`carekeep.audit/${clinic}/${device}`, {
      link: { number: 1, size: 2, hash: randomBytes(32), next: randomBytes(32) },
      root: randomBytes(32),
    });
  });
  return { mailbox, token };
}
