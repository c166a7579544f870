/** Version 4: what one admin asks and another must agree to. Signatures prove themselves; the row says how it went. */
import type { Migration } from './index.ts';

export const request: Migration = {
  version: 4,
  name: 'request',
  sql: `
create table request (
  id text primary key,
  -- RFC 8785 JSON of what is asked for: the same is not asked for twice at a time.
  subject text not null,
  -- JSON of body and signatures.
  request text not null,
  state text not null check (state in ('open', 'agreed', 'done', 'declined', 'withdrawn', 'expired')),
  asked_by text not null,
  asked_at integer not null,
  expires_at integer not null,
  agreed_by text,
  ended_at integer,
  done_by text
) without rowid, strict;
create index request_by_time on request (asked_at, id);
create trigger request_stays_ended before update on request
when old.state not in ('open', 'agreed') or new.id <> old.id or new.subject <> old.subject or new.asked_by <> old.asked_by
 or new.asked_at <> old.asked_at or new.expires_at <> old.expires_at
begin select raise(abort, 'request'); end;
create trigger request_is_not_deleted before delete on request
begin select raise(abort, 'request'); end;
`,
};
