/** Version 1 of the database: the record, what is found by, what is proved by, what a person keeps for themselves. */
import type { Migration } from './index.ts';

export const record: Migration = {
  version: 1,
  name: 'record',
  sql: `
create table meta (name text primary key, value blob not null) without rowid, strict;

-- An entry and the ops of its transaction share a row: a page more or less is what a write costs. The leaf of the
-- tree is entry alone.
create table audit_entry (
  seq integer primary key, entry blob not null, lamport integer not null, ops text
) strict;
create view outbox as select seq, lamport, ops from audit_entry where ops is not null;
create table audit_tile (tile integer primary key, root blob not null) strict;
create table audit_index (
  seq integer primary key, recorded integer not null, user text, event text not null, kind text not null,
  patient_ref text, outcome integer not null, device text not null, purpose text not null
) strict;
create index audit_by_user on audit_index (user, seq);
create index audit_by_user_and_kind on audit_index (user, kind, seq);
create index audit_by_patient on audit_index (patient_ref, seq) where patient_ref is not null;
create index audit_by_kind on audit_index (kind, seq);
create index audit_by_outcome on audit_index (outcome, seq) where outcome <> 0;
-- One row a day: counts for the plot, and between which entries a span of time lies.
create table audit_day (
  day integer primary key, count integer not null, first_seq integer not null, last_seq integer not null
) strict;

create table import_batch (
  batch integer primary key, id text not null unique, started integer not null, by_user text, files text not null,
  state text not null, accepted integer not null default 0, duplicates integer not null default 0,
  patients integer not null default 0, first_row integer not null, last_row integer, rows integer not null default 0,
  entry_seq integer, op_version text, rows_root blob, charts_root blob, charts integer not null default 0, report text
) strict;
create table hidden_batch (batch integer primary key) strict;

create table resource (
  row integer primary key,
  id text not null unique,
  type text not null,
  patient_id text,
  encounter_id text,
  date text,
  status text,
  code text,
  category text,
  deleted integer not null default 0,
  signed integer not null default 0,
  version integer not null,
  batch integer not null default 0,
  created_seq integer,
  author_user text,
  source text,
  json text not null,
  field_versions text,
  updated_at integer not null,
  mac blob not null,
  hash blob
) strict;
create index resource_by_patient on resource (patient_id, hash);
create index patient_by_content on resource (hash) where type = 'Patient';

create table resource_history (
  row integer not null, version integer not null,
  id text not null, type text not null, patient_id text, encounter_id text, date text, status text, code text,
  category text, deleted integer not null, signed integer not null, batch integer not null, created_seq integer,
  author_user text, source text, json text not null, field_versions text, updated_at integer not null,
  mac blob not null, hash blob, replaced_at integer not null,
  primary key (row, version)
) strict;

create trigger signed_stays before update on resource when old.signed = 1
begin select raise(abort, 'signed'); end;
create trigger signed_is_not_deleted before delete on resource when old.signed = 1
begin select raise(abort, 'signed'); end;
create trigger signed_history_stays before update on resource_history when old.signed = 1
begin select raise(abort, 'signed'); end;
create trigger signed_history_is_not_deleted before delete on resource_history when old.signed = 1
begin select raise(abort, 'signed'); end;

create table chart_part (
  chart_id text not null, batch integer not null, count integer not null, digest blob not null,
  seq integer, proof blob, place integer,
  primary key (chart_id, batch)
) without rowid, strict;

create table patient (
  ord integer primary key,
  id text not null unique,
  family text not null, given text not null, prefix text, former text, birth_date text, gender text,
  deceased integer not null default 0, active integer not null default 1, identifiers text, phone text,
  audit_ref blob not null unique, last_seen text, batch integer not null default 0, resource_row integer not null
) strict;
create table patient_key (patient_id text primary key, epoch integer not null, sealed blob not null) without rowid, strict;

create table patient_words (
  ord integer primary key, name text not null, former text not null, birth text not null, identifiers text not null,
  phone text not null
) strict;
create virtual table patient_search using fts5(
  name, former, birth, identifiers, phone,
  content='patient_words', content_rowid='ord', detail=none, prefix='1 2 3 4 5 6 7 8 9', tokenize='ascii'
);
insert into patient_search (patient_search, rank) values ('secure-delete', 1);

create table source_id (
  batch integer not null, reference text not null, file integer not null, resource_id text not null,
  primary key (batch, reference, file)
) without rowid, strict;
create table reference_index (
  from_row integer not null, reference text not null, target_id text not null,
  primary key (from_row, reference)
) without rowid, strict;
create table envelope (
  id integer primary key, batch integer not null, file integer not null, type text not null, json text not null,
  rows text not null
) strict;
create index envelope_by_batch on envelope (batch, file);

create table draft (
  id text primary key, author_user text not null, patient_id text, kind text not null, json text not null,
  base text, updated_at integer not null
) without rowid, strict;
create index draft_by_author on draft (author_user, patient_id);
create table user_state (user_id text primary key, json text not null) without rowid, strict;
create table snippet (
  id text primary key, owner text, name text not null, text text not null
) without rowid, strict;
create table recent_patient (
  user_id text not null, patient_id text not null, opened_at integer not null, primary key (user_id, patient_id)
) without rowid, strict;
create table private_note_key (
  user_id text primary key, seal blob not null, recovery_seal blob not null
) without rowid, strict;
`,
};
