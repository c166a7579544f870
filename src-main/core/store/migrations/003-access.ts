/** Version 3: charts restricted to named users, and every emergency access past a restriction. */
import type { Migration } from './index.ts';

export const access: Migration = {
  version: 3,
  name: 'access',
  sql: `
-- One row a patient who ever had a restriction; users null: it was lifted. A row that is gone is told from one that
-- never was by the log (verification).
create table chart_restriction (
  patient_id text primary key, version integer not null, users text, reason text not null, by_user text not null,
  at integer not null, mac blob not null
) without rowid, strict;
create trigger restriction_is_not_deleted before delete on chart_restriction
begin select raise(abort, 'restriction'); end;

create table break_glass (
  id text primary key, patient_id text not null, user_id text not null, session_id text not null,
  opened_at integer not null, ends_at integer not null, reason text not null, told text not null, mac blob not null
) without rowid, strict;
create index break_glass_by_patient on break_glass (patient_id, id);
create trigger break_glass_is_not_deleted before delete on break_glass
begin select raise(abort, 'break-glass'); end;
create trigger break_glass_only_ends before update on break_glass
when new.ends_at > old.ends_at or new.id <> old.id or new.patient_id <> old.patient_id or new.user_id <> old.user_id
 or new.session_id <> old.session_id or new.opened_at <> old.opened_at or new.reason <> old.reason
 or new.told <> old.told
begin select raise(abort, 'break-glass'); end;
`,
};
