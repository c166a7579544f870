/** The register of a tenant: its binding, tokens, nonces, devices and certificates. */
import { limits } from '../../src-shared/sync-protocol/limits.ts';
import { Refused } from './refused.ts';
import { lockTenant } from './space.ts';
import { type Queries, statement } from './transaction.ts';
import type { Certificate, Certificates, ClinicStore, DeviceRow, Devices, NewDevice, TenantState } from './types.ts';

const mostDevices = 1_000;
const contactEvery = 60_000;
/** `previous` of a chain's first batch. */
const noBatch = Buffer.alloc(32);

const state = statement(
  'state',
  `select clinic, size, head, directory, slots, devices, used, quota from carekeep.tenant where tenant = $1`,
);
const bind = statement(
  'bind',
  'update carekeep.tenant set clinic = $2 where tenant = $1 and (clinic is null or clinic = $2)',
);
const useToken = statement(
  'use-token',
  `update carekeep.token set used_at = $3
   where tenant = $1 and hash = $2 and used_at is null and created_at > $3::bigint - ${limits.tokenDays * 86_400_000}`,
);
const spendNonce = statement(
  'spend-nonce',
  'insert into carekeep.nonce (tenant, nonce, expires_at) values ($1, $2, $3) on conflict do nothing',
);
const columns = `device, ed25519, spki, case when revoked_at is null then 'active' else 'revoked' end status,
  added_at "addedAt", added_by "addedBy", revoked_at "revokedAt", revoked_by "revokedBy",
  last_contact "lastContact", software`;
const get = statement('device', `select ${columns} from carekeep.device where tenant = $1 and device = $2`);
const list = statement('devices', `select ${columns} from carekeep.device where tenant = $1 order by added_at, device`);
const add = statement(
  'device-add',
  `with registered as (
     insert into carekeep.device (tenant, device, ed25519, spki, added_at, added_by, software)
     values ($1, $2, $3, $4, $5, $6, $7)
   ), begun as (
     insert into carekeep.chain (tenant, device, hash) values ($1, $2, $8)
   )
   update carekeep.tenant set devices = devices + 1 where tenant = $1`,
);
const rekey = statement(
  'device-rekey',
  `with rekeyed as (
     update carekeep.device set ed25519 = $3, spki = $4, software = $5 where tenant = $1 and device = $2
   )
   update carekeep.tenant set devices = devices + 1 where tenant = $1`,
);
const revoke = statement(
  'device-revoke',
  `with revoked as (
     update carekeep.device set revoked_at = $3, revoked_by = $4 where tenant = $1 and device = $2 and revoked_at is null
     returning 1
   )
   update carekeep.tenant set devices = devices + 1 where tenant = $1 and exists (select 1 from revoked)`,
);
const contact = statement(
  'device-contact',
  `update carekeep.device set last_contact = greatest($3, last_contact), software = coalesce($4, software)
   where tenant = $1 and device = $2
     and (last_contact is null or last_contact <= $3::bigint - ${contactEvery} or software is distinct from coalesce($4, software))`,
);
const addCertificate = statement(
  'certificate-add',
  `insert into carekeep.certificate (tenant, serial, device, issued_at, not_after) values ($1, $2, $3, $4, $5)`,
);
const getCertificate = statement(
  'certificate',
  'select serial, device, not_after "notAfter" from carekeep.certificate where tenant = $1 and serial = $2',
);

export function registerOf(
  queries: Queries,
  changed: () => void,
): Pick<ClinicStore, 'state' | 'bindClinic' | 'useToken' | 'spendNonce' | 'devices' | 'certificates'> {
  const { tenant } = queries;
  return {
    state: async () => (await queries.run<TenantState>(state, [tenant])).rows[0] ?? null,
    bindClinic: async (clinic) => {
      const { count } = await queries.run(bind, [tenant, clinic]);
      if (count > 0) return;
      const { rows } = await queries.run<TenantState>(state, [tenant]);
      throw new Refused(rows.length === 0 ? 'not-found' : 'clinic-differs');
    },
    useToken: async (hash, at) => {
      if ((await queries.run(useToken, [tenant, hash, at])).count === 0) throw new Refused('token-wrong');
    },
    spendNonce: async (nonce, expiresAt) => (await queries.run(spendNonce, [tenant, nonce, expiresAt])).count === 1,
    devices: devicesOf(queries, changed),
    certificates: certificatesOf(queries),
  };
}

function devicesOf(queries: Queries, changed: () => void): Devices {
  const { tenant } = queries;
  const find = async (device: string) => (await queries.run<DeviceRow>(get, [tenant, device])).rows[0] ?? null;
  /** Under the lock: who was revoked while their request was on its way does nothing more. */
  const demandActive = async (device: string): Promise<void> => {
    const acting = await find(device);
    if (acting === null) throw new Refused('unknown-device');
    if (acting.status === 'revoked') throw new Refused('device-revoked');
  };
  const all = async () => (await queries.run<DeviceRow>(list, [tenant])).rows;
  return {
    get: find,
    list: all,
    register: async (fresh) => {
      await lockTenant(queries);
      if (fresh.addedBy !== fresh.device) await demandActive(fresh.addedBy);
      const before = await find(fresh.device);
      if (before !== null) return demandSame(before, fresh);
      if ((await all()).length >= mostDevices) throw new Refused('quota-used-up');
      const { device, ed25519, spki, at, addedBy, software } = fresh;
      await queries.run(add, [tenant, device, ed25519, spki, at, addedBy, software, noBatch]);
      changed();
    },
    rekey: async ({ device, ed25519, spki, software }) => {
      await lockTenant(queries);
      await demandActive(device);
      await queries.run(rekey, [tenant, device, ed25519, spki, software]);
      changed();
    },
    revoke: async (device, by, at) => {
      // First, as an append does: a batch is either before the revocation or refused.
      await lockTenant(queries);
      await demandActive(by);
      if ((await queries.run(revoke, [tenant, device, at, by])).count > 0) return changed();
      if ((await find(device)) === null) throw new Refused('unknown-device');
    },
    contact: async (device, at, software) => {
      await queries.run(contact, [tenant, device, at, software]);
    },
  };
}

function demandSame(before: DeviceRow, fresh: NewDevice): void {
  const same = before.ed25519.equals(fresh.ed25519) && before.spki.equals(fresh.spki);
  if (!same) throw new Refused('already-there');
  if (before.status === 'revoked') throw new Refused('device-revoked');
}

function certificatesOf(queries: Queries): Certificates {
  const { tenant } = queries;
  return {
    add: async ({ serial, device, notAfter }, at) => {
      await queries.run(addCertificate, [tenant, serial, device, at, notAfter]);
    },
    get: async (serial) => (await queries.run<Certificate>(getCertificate, [tenant, serial])).rows[0] ?? null,
  };
}
