/** Version 5: tiles, checkpoints, who signed what, pruning, and an index of bitmaps in place of one of rows. */
import type { Migration } from './index.ts';

export const audit: Migration = {
  version: 5,
  name: 'audit',
  sql: `
-- Tiles of 256 hashes (C2SP tlog-tiles): place = level * 2^40 + number. Made anew at the next checkpoint.
drop table audit_tile;
create table audit_tile (place integer primary key, hashes blob not null) strict;
create table audit_checkpoint (
  number integer primary key, size integer not null, note text not null, actions text not null
) strict;
create table audit_cosignature (
  number integer not null, witness text not null, line text not null, primary key (number, witness)
) without rowid, strict;
create table audit_session (
  id text primary key, certificate text not null, signature blob not null
) without rowid, strict;

-- How far what follows the log has come: 'index', 'parts', 'syslog'. Chart parts are kept, the index is made anew.
create table audit_follow (name text primary key, seq integer not null) without rowid, strict;
insert into audit_follow select 'parts', coalesce(max(seq) + 1, 0) from audit_index;
drop table audit_index;
drop table audit_day;
create table audit_value (
  field integer not null, value integer not null, text text not null, primary key (field, value), unique (field, text)
) without rowid, strict;
-- place = (field * 2^24 + value) * 2^24 + chunk; a table with rowid, whose pages hold a whole bitmap.
create table audit_bits (place integer primary key, bits blob not null) strict;
-- Lists of 65,536 entries each stand together, so that following the log touches few pages: span = seq / 65536.
create table audit_by_patient (
  span integer not null, patient integer not null, seq integer not null, primary key (span, patient, seq)
) without rowid, strict;
create table audit_chunk (
  chunk integer primary key, first integer not null, last integer not null, times blob not null
) strict;
create table audit_filter (
  id text primary key, owner text not null, name text not null, filter text not null, unique (owner, name)
) without rowid, strict;

-- What two admins agreed to let go, as they signed it, and how far that has come.
create table audit_prune (
  id text primary key, request text not null, below integer not null, kept_bits blob not null, seq integer not null,
  done_to integer not null
) strict;
create table audit_hold (
  id text primary key, patient_id text, reason text not null, by_user text not null, at integer not null,
  lifted_by text, lifted_at integer
) without rowid, strict;
create trigger hold_is_not_deleted before delete on audit_hold begin select raise(abort, 'hold'); end;
create trigger hold_only_ends before update on audit_hold
when old.lifted_at is not null or new.id <> old.id or new.patient_id is not old.patient_id or new.reason <> old.reason
 or new.by_user <> old.by_user or new.at <> old.at
begin select raise(abort, 'hold'); end;
create trigger entry_stays before update on audit_entry
when new.seq <> old.seq or new.entry <> old.entry or new.lamport <> old.lamport
begin select raise(abort, 'audit'); end;
create trigger entry_is_pruned_only before delete on audit_entry
when not exists (select 1 from audit_prune where below > old.seq)
begin select raise(abort, 'audit'); end;
create trigger checkpoint_stays before update on audit_checkpoint begin select raise(abort, 'audit'); end;
create trigger checkpoint_is_not_deleted before delete on audit_checkpoint begin select raise(abort, 'audit'); end;
create trigger session_stays before update on audit_session begin select raise(abort, 'audit'); end;
create trigger session_is_not_deleted before delete on audit_session begin select raise(abort, 'audit'); end;
create trigger prune_only_goes_on before update on audit_prune
when new.id <> old.id or new.request <> old.request or new.below <> old.below or new.kept_bits <> old.kept_bits
 or new.seq <> old.seq or new.done_to < old.done_to
begin select raise(abort, 'audit'); end;
create trigger prune_is_not_deleted before delete on audit_prune begin select raise(abort, 'audit'); end;

-- Names in a patient's report need a decision that stays; what was given out is kept as a fact, not as a copy.
create table access_report (
  id text primary key, patient_id text not null, at integer not null, by_user text not null, from_at integer not null,
  to_at integer not null, language text not null, names_reason text, form text not null
) without rowid, strict;
create index access_report_by_patient on access_report (patient_id, at);
create trigger access_report_stays before update on access_report begin select raise(abort, 'access_report'); end;

-- Each week's sheet: which entries it covers, how many accesses they hold, and what belongs to it. Drawn once.
create table review_sheet (
  week text primary key, from_at integer not null, to_at integer not null, first_seq integer not null,
  end_seq integer not null, accesses integer not null, drawn_at integer not null
) without rowid, strict;
create trigger sheet_stays before update on review_sheet begin select raise(abort, 'review'); end;
create trigger sheet_is_not_deleted before delete on review_sheet begin select raise(abort, 'review'); end;
create table review_of_week (item text primary key, week text not null) without rowid, strict;
create index review_by_week on review_of_week (week, item);
create trigger item_stays_in_its_week before update on review_of_week begin select raise(abort, 'review'); end;
create trigger item_is_not_taken_out before delete on review_of_week begin select raise(abort, 'review'); end;
-- The sheet as it was signed off, by the reviewer's own key.
create table review_week (
  week text primary key, body text not null, signature blob not null
) without rowid, strict;
create trigger review_week_stays before update on review_week begin select raise(abort, 'review'); end;
create trigger review_week_is_not_deleted before delete on review_week begin select raise(abort, 'review'); end;
`,
};
