/** From a database to a store: migrated by its owner, opened by the service, closed together. */
import type { Pool } from 'pg';
import type { NoteSigner } from '../../src-main/core/crypto/signed-note.ts';
import { type Connection, openPool } from './connection.ts';
import { migrate } from './migrate.ts';
import { openOperator } from './operator.ts';
import { openService } from './service.ts';
import type { OperatorStore, Store } from './types.ts';

export type OpenStore = {
  readonly store: Store;
  readonly operator: OperatorStore;
  /** Of the service's role, for figures of the pool. */
  readonly pool: Pool;
  close(): Promise<void>;
};

export type StoreSettings = {
  readonly owner: Connection;
  readonly service: Connection;
  readonly signer: NoteSigner;
  /** Connections of the service at most. */
  readonly connections?: number;
};

/** @throws SetupError */
export async function openStore({ owner, service, signer, connections = 10 }: StoreSettings): Promise<OpenStore> {
  const owning = openPool(owner, { most: 2 });
  const pool = openPool(service, { most: connections });
  const close = async () => {
    await Promise.all([owning.end(), pool.end()]);
  };
  try {
    await migrate(owning, service.user);
    return { store: await openService(pool, signer), operator: openOperator(owning), pool, close };
  } catch (error) {
    await close();
    throw error;
  }
}
