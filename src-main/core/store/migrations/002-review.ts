/** Version 2: what somebody else must look at. A closed item is a signed statement: the database keeps it as it is. */
import type { Migration } from './index.ts';

export const review: Migration = {
  version: 2,
  name: 'review',
  sql: `
create table review_item (
  id text primary key,
  kind text not null,
  user_id text not null,
  patient_id text,
  -- What makes two findings the same one while it is open: a burst, a night.
  same text not null default '',
  at integer not null,
  until integer not null,
  entries text not null,
  last_seq integer not null,
  detail text not null,
  opened_at integer not null,
  closed_at integer,
  closed_by text,
  verdict text,
  comment text
) without rowid, strict;
create index review_open on review_item (id) where closed_at is null;
create index review_closed on review_item (id) where closed_at is not null;
create index review_by_user on review_item (user_id, kind, last_seq);
create index review_by_patient on review_item (user_id, patient_id, kind, at) where patient_id is not null;
-- What the watch remembers of a person's last minutes: it goes on after a kill as if nothing had been.
create table review_watch (user_id text primary key, state text not null) without rowid, strict;

create trigger review_stays_closed before update on review_item when old.closed_at is not null
begin select raise(abort, 'review-closed'); end;
create trigger review_is_not_deleted before delete on review_item
begin select raise(abort, 'review'); end;
`,
};
