/**
 * All tables. The tenant comes first in every key, and every row belongs to the tenant row that it references. Row level
 * security is enabled and forced: not even the owner sees a tenant's rows without saying which tenant. Later migrations
 * that move rows have to go tenant by tenant.
 */
import type { Migration } from '../migrate.ts';

const now = '(extract(epoch from now()) * 1000)::bigint';

/** Names of the tables that hold a tenant's rows. */
const tables = [
  'tenant',
  'token',
  'nonce',
  'device',
  'chain',
  'certificate',
  'batch',
  'slot',
  'directory',
  'chunk',
  'mailbox',
  'witness',
] as const;

/** What a row must be for the tenant that is set; no tenant set, or an empty one, is nobody's. */
const isTenant = `tenant = nullif(current_setting('carekeep.tenant', true), '')::uuid`;
const key = `decode(nullif(current_setting('carekeep.lookup', true), ''), 'hex')`;

/** `slot` and `chunk` are vacuumed at every round: what was erased there is not to lie about until enough else was. */
const create = `
create table carekeep.tenant (
  tenant uuid primary key,
  created_at bigint not null,
  clinic uuid,
  quota bigint not null check (quota >= 0),
  used bigint not null default 0 check (used >= 0),
  size bigint not null default 0 check (size >= 0),
  frontier bytea not null default '',
  head text,
  slots bigint not null default 0,
  devices bigint not null default 0,
  directory bigint not null default 0
) with (fillfactor = 50);

create table carekeep.token (
  tenant uuid not null references carekeep.tenant on delete cascade,
  hash bytea not null check (octet_length(hash) = 32),
  created_at bigint not null,
  used_at bigint,
  primary key (tenant, hash)
);
create index token_by_hash on carekeep.token (hash);

create table carekeep.nonce (
  tenant uuid not null references carekeep.tenant on delete cascade,
  nonce bytea not null check (octet_length(nonce) = 32),
  expires_at bigint not null,
  primary key (tenant, nonce)
);

create table carekeep.device (
  tenant uuid not null references carekeep.tenant on delete cascade,
  device uuid not null,
  ed25519 bytea not null check (octet_length(ed25519) = 32),
  spki bytea not null check (octet_length(spki) <= 200),
  added_at bigint not null,
  added_by uuid not null,
  revoked_at bigint,
  revoked_by uuid,
  last_contact bigint,
  software text check (length(software) <= 40),
  primary key (tenant, device)
) with (fillfactor = 70);

create table carekeep.chain (
  tenant uuid not null references carekeep.tenant on delete cascade,
  device uuid not null,
  next bigint not null default 0,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (tenant, device),
  foreign key (tenant, device) references carekeep.device on delete cascade
) with (fillfactor = 50);

create table carekeep.certificate (
  tenant uuid not null references carekeep.tenant on delete cascade,
  serial bytea not null check (octet_length(serial) <= 20),
  device uuid not null,
  issued_at bigint not null,
  not_after bigint not null,
  primary key (tenant, serial)
);

create table carekeep.batch (
  tenant uuid not null references carekeep.tenant on delete cascade,
  position bigint not null,
  device uuid not null,
  seq bigint not null,
  hash bytea not null check (octet_length(hash) = 32),
  snapshot boolean not null,
  stored_at bigint not null,
  bytes integer not null,
  envelope bytea not null check (octet_length(envelope) = bytes),
  primary key (tenant, position)
);
create unique index batch_by_chain on carekeep.batch (tenant, device, seq);
create index batch_snapshots on carekeep.batch (tenant, position) where snapshot;

create table carekeep.slot (
  tenant uuid not null references carekeep.tenant on delete cascade,
  slot bytea not null check (octet_length(slot) = 16),
  epoch bigint not null,
  body bytea check (octet_length(body) <= 1500),
  change bigint not null,
  primary key (tenant, slot)
) with (fillfactor = 70, autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
create index slot_changes on carekeep.slot (tenant, change);

create table carekeep.directory (
  tenant uuid primary key references carekeep.tenant on delete cascade,
  bytes bytea not null
);

create table carekeep.chunk (
  tenant uuid not null references carekeep.tenant on delete cascade,
  blob uuid not null,
  n integer not null check (n between 0 and 1023),
  bytes bytea not null,
  primary key (tenant, blob, n)
) with (
  autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 0, toast.autovacuum_vacuum_scale_factor = 0
);

create table carekeep.mailbox (
  tenant uuid not null references carekeep.tenant on delete cascade,
  id bytea not null check (octet_length(id) = 16),
  opened_by uuid not null,
  expires_at bigint not null,
  offer bytea not null,
  request bytea,
  welcome bytea,
  primary key (tenant, id)
);
create index mailbox_by_id on carekeep.mailbox (id);

create table carekeep.witness (
  tenant uuid not null references carekeep.tenant on delete cascade,
  origin text not null check (length(origin) <= 200),
  number bigint not null,
  size bigint not null,
  hash bytea not null,
  next bytea not null,
  root bytea not null,
  primary key (tenant, origin)
) with (fillfactor = 70);
`;

/** Ciphertext does not get smaller: no time spent on trying. */
const uncompressed = [
  ['batch', 'envelope'],
  ['chunk', 'bytes'],
  ['directory', 'bytes'],
  ['mailbox', 'welcome'],
] as const;

/** What may be swept away, whosever it is, by the one function below. */
const swept = [
  ['mailbox', `expires_at < ${now}`],
  ['nonce', `expires_at < ${now}`],
  ['certificate', `not_after < ${now} - 2592000000`],
] as const;

const migration: Migration = {
  number: 1,
  name: 'tables',
  statements: (owner) => [
    create,
    ...uncompressed.map(
      ([table, column]) => `alter table carekeep.${table} alter column ${column} set storage external`,
    ),
    ...tables.flatMap((table) => [
      `alter table carekeep.${table} enable row level security`,
      `alter table carekeep.${table} force row level security`,
      `create policy tenant on carekeep.${table} using (${isTenant}) with check (${isTenant})`,
    ]),
    // Who comes with a token or to a mailbox cannot say whose it is: the row shows itself to who knows its key.
    `create policy by_key on carekeep.token for select using (hash = ${key})`,
    `create policy by_key on carekeep.mailbox for select using (id = ${key})`,
    `create policy operator on carekeep.tenant for select to ${owner} using (true)`,
    ...swept.flatMap(([table, over]) => [
      `create policy sweep_see on carekeep.${table} for select to ${owner} using (${over})`,
      `create policy sweep on carekeep.${table} for delete to ${owner} using (${over})`,
    ]),
    `create function carekeep.sweep() returns void language sql security definer set search_path = carekeep, pg_temp
     begin atomic ${swept.map(([table, over]) => `delete from carekeep.${table} where ${over};`).join(' ')} end`,
    'revoke all on function carekeep.sweep() from public',
  ],
};
export default migration;
