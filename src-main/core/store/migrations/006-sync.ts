/** Version 6: the exchange with other workstations (docs/protocols/sync.md), lost writes, erasures. */
import type { Migration } from './index.ts';

export const sync: Migration = {
  version: 6,
  name: 'sync',
  sql: `
-- The tenant's log as this workstation has been told it: every leaf, and the root after it.
create table sync_log (
  position integer primary key, leaf blob not null, root blob not null, device text not null, seq integer not null
) strict;
-- Each device's chain: number of its next batch, hash of its last.
create table sync_chain (device text primary key, seq integer not null, hash blob not null) without rowid, strict;
-- Counters and texts of the exchange: how far the log was taken, the head, the slots' counter.
create table sync_state (name text primary key, value blob not null) without rowid, strict;
-- Batches of this workstation as they are sent: the same bytes every time, until they are in the log.
create table sync_outgoing (seq integer primary key, header blob not null, envelope blob not null, ops integer not null) strict;
-- Long texts of this workstation that travel beside their op: what is still to be sent for which batch (null: for a page),
-- and, once they are up there, what to take down when their patient is erased.
create table sync_blob (
  id text primary key, seq integer, resource_id text, version integer, patient_id text, epoch integer not null,
  count integer not null, done integer not null
) without rowid, strict;
create index sync_blob_by_seq on sync_blob (seq) where done < count;
create index sync_blob_by_patient on sync_blob (patient_id) where patient_id is not null;
-- What an import called a resource, asked the other way round: for the pages that take it to others, and for erasure.
create index source_id_by_resource on source_id (resource_id);
-- Patient keys at the backend: which epoch lies there. patient_id null: the slot was emptied.
create table sync_slot (slot text primary key, patient_id text, epoch integer not null, change integer not null) without rowid, strict;
-- epoch 0: to be put; -1: emptied there.
create unique index sync_slot_by_patient on sync_slot (patient_id) where patient_id is not null;
create index sync_slot_by_epoch on sync_slot (epoch) where patient_id is not null;
-- Groups that wait for their patient's key, sealed as they came.
create table sync_waiting (
  patient_id text not null, position integer not null, place integer not null, device text not null, seq integer not null,
  sealed blob not null, primary key (patient_id, position)
) without rowid, strict;
-- What is not taken before an admin says so: groups of batches, sealed as they came. One decision is about an item: what
-- one batch brought for one reason. ops null: all of the group's. Decided rows stay, without what they held.
create table sync_quarantine (
  id text primary key, item text not null, position integer not null, place integer not null, device text not null,
  seq integer not null, epoch integer not null, reason text not null, user_id text, patient_id text, ops text, changes integer not null,
  from_at integer, to_at integer, sealed blob not null, at integer not null,
  decided text, decided_by text, decided_at integer
) without rowid, strict;
create index sync_quarantine_by_item on sync_quarantine (item, position, place);
create index sync_quarantine_open on sync_quarantine (position, place) where decided is null;
-- Rows that nobody has before that.
create table sync_quarantine_row (row_id text not null, id text not null, primary key (row_id, id)) without rowid, strict;
-- Who was removed, from which position of the log on.
create table sync_removed (kind text not null, id text not null, position integer not null, primary key (kind, id)) without rowid, strict;

-- Writes that lost against another on the same base, until somebody settles them; what is gone stays by name alone, so
-- that the same write again is known.
create table lost_write (
  id text not null, field text not null, version text not null, text text, author text, at integer not null,
  gone integer not null default 0, mac blob not null,
  primary key (id, field, version)
) without rowid, strict;
-- Where a row's text is not all of its state: the text of its highest write, members that do not show, and who wrote
-- what the row's history does not tell.
create table merged_state (
  id text primary key, whole text, hidden text not null, writers text not null, mac blob not null
) without rowid, strict;
-- The version of what has no field versions of its own: restrictions.
create table sync_register (name text primary key, version text not null) without rowid, strict;

-- Patients who were erased: asked by every way in. No name, no key: an id that leads nowhere.
create table erasure (patient_id text primary key, at integer not null, version text) without rowid, strict;
create trigger erasure_stays before update on erasure begin select raise(abort, 'erasure'); end;
create trigger erasure_is_not_deleted before delete on erasure begin select raise(abort, 'erasure'); end;
-- Leaves of erased rows in the tree of the import that brought them: a hash of ids and HMACs, nothing of a person.
create table erased_leaf (
  batch integer not null, row integer not null, leaf blob not null, primary key (batch, row)
) without rowid, strict;
create trigger erased_leaf_stays before update on erased_leaf begin select raise(abort, 'erasure'); end;
create trigger erased_leaf_is_not_deleted before delete on erased_leaf begin select raise(abort, 'erasure'); end;

-- Signed rows go with the erased patient and with nothing else.
drop trigger signed_is_not_deleted;
drop trigger signed_history_is_not_deleted;
create trigger signed_is_not_deleted before delete on resource
when old.signed = 1 and not exists (select 1 from erasure where patient_id = old.patient_id)
begin select raise(abort, 'signed'); end;
create trigger signed_history_is_not_deleted before delete on resource_history
when old.signed = 1 and not exists (select 1 from erasure where patient_id = old.patient_id)
begin select raise(abort, 'signed'); end;
drop trigger restriction_is_not_deleted;
create trigger restriction_is_not_deleted before delete on chart_restriction
when not exists (select 1 from erasure where patient_id = old.patient_id)
begin select raise(abort, 'restriction'); end;
drop trigger break_glass_is_not_deleted;
create trigger break_glass_is_not_deleted before delete on break_glass
when not exists (select 1 from erasure where patient_id = old.patient_id)
begin select raise(abort, 'break-glass'); end;
`,
};
