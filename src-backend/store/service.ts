/** The store as the service has it: opened only where the database protects itself. */
import type { Pool } from 'pg';
import type { NoteSigner } from '../../src-main/core/crypto/signed-note.ts';
import { batchesOf } from './batches.ts';
import { blobsOf } from './blobs.ts';
import { mailboxesOf } from './mailboxes.ts';
import { demandPreconditions } from './preconditions.ts';
import { registerOf } from './register.ts';
import { directoryOf, slotsOf } from './slots.ts';
import { statement, transaction } from './transaction.ts';
import type { ClinicStore, Store } from './types.ts';
import { witnessMemoryOf } from './witness-memory.ts';

const ofToken = statement('of-token', 'select tenant from carekeep.token where hash = $1');
const ofMailbox = statement('of-mailbox', 'select tenant from carekeep.mailbox where id = $1');

/**
 * @param pool of the service's role, see `openPool`; stays the caller's to end
 * @param signer of the log's heads
 * @throws SetupError unless every precondition holds
 */
export async function openService(pool: Pool, signer: NoteSigner): Promise<Store> {
  await demandPreconditions(pool);
  const listeners = new Set<(tenant: string) => void>();
  const lookUp = async (lookup: typeof ofToken, key: Buffer): Promise<string | null> => {
    const found = await transaction(
      pool,
      ['carekeep.lookup', key.toString('hex')],
      (queries) => queries.run<{ tenant: string }>(lookup, [key]),
      'read',
    );
    // Two clinics under one key: it says of neither whose it is.
    return found.rows.length === 1 ? (found.rows[0]?.tenant ?? null) : null;
  };
  return {
    withTenant: async (tenant, work) => {
      let changes = false;
      const changed = (): void => {
        changes = true;
      };
      const result = await transaction(pool, ['carekeep.tenant', tenant], (queries) => {
        const clinic: ClinicStore = {
          tenant,
          ...registerOf(queries, changed),
          batches: batchesOf(queries, signer, changed),
          slots: slotsOf(queries, changed),
          directory: directoryOf(queries, changed),
          blobs: blobsOf(queries),
          mailboxes: mailboxesOf(queries),
          witness: witnessMemoryOf(queries),
        };
        return work(clinic);
      });
      if (changes) for (const listener of listeners) listener(tenant);
      return result;
    },
    tenantOfToken: (hash) => lookUp(ofToken, hash),
    tenantOfMailbox: (id) => lookUp(ofMailbox, Buffer.from(id, 'hex')),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    sweep: async () => {
      await pool.query('select carekeep.sweep()');
    },
    ping: async () => {
      await pool.query('select 1');
    },
  };
}
