/** Mailboxes of enrolment: each part once, gone after their time. Whose it is, is looked up by id (`tenantOfMailbox`). */
import { limits } from '../../src-shared/sync-protocol/limits.ts';
import { Refused } from './refused.ts';
import { lockTenant } from './space.ts';
import { type Queries, statement } from './transaction.ts';
import type { Mailbox, Mailboxes } from './types.ts';

const mostOpen = 20;
const most = { request: limits.mailboxRequestBytes, welcome: limits.mailboxWelcomeBytes } as const;

const over = statement('mailboxes-over', 'delete from carekeep.mailbox where tenant = $1 and expires_at <= $2');
const count = statement('mailboxes', 'select count(*) from carekeep.mailbox where tenant = $1');
const open = statement(
  'mailbox-open',
  `insert into carekeep.mailbox (tenant, id, opened_by, expires_at, offer) values ($1, $2, $3, $4, $5)
   on conflict (tenant, id) do nothing`,
);
const get = statement(
  'mailbox',
  `select offer, request, welcome is not null welcome, opened_by "openedBy", expires_at "expiresAt"
   from carekeep.mailbox where tenant = $1 and id = $2 and expires_at > $3`,
);
const put = {
  request: statement(
    'mailbox-request',
    `update carekeep.mailbox set request = $3
     where tenant = $1 and id = $2 and expires_at > $4 and request is null`,
  ),
  welcome: statement(
    'mailbox-welcome',
    `update carekeep.mailbox set welcome = $3
     where tenant = $1 and id = $2 and expires_at > $4 and welcome is null`,
  ),
} as const;
const welcome = statement(
  'mailbox-welcomed',
  'select welcome from carekeep.mailbox where tenant = $1 and id = $2 and expires_at > $3',
);
const close = statement('mailbox-close', 'delete from carekeep.mailbox where tenant = $1 and id = $2');

export function mailboxesOf(queries: Queries): Mailboxes {
  const { tenant } = queries;
  const bytes = (id: string) => Buffer.from(id, 'hex');
  const find = async (id: string, at: number) =>
    (await queries.run<Mailbox>(get, [tenant, bytes(id), at])).rows[0] ?? null;
  return {
    open: async ({ id, offer, openedBy, expiresAt, at }) => {
      await lockTenant(queries);
      await queries.run(over, [tenant, at]);
      const { rows } = await queries.run<{ count: number }>(count, [tenant]);
      if ((rows[0]?.count ?? 0) >= mostOpen) throw new Refused('too-many-requests');
      const { count: opened } = await queries.run(open, [tenant, bytes(id), openedBy, expiresAt, offer]);
      if (opened === 0) throw new Refused('already-there');
    },
    get: find,
    put: async (id, part, body, at) => {
      if (body.length > most[part]) throw new Refused('too-large');
      if ((await queries.run(put[part], [tenant, bytes(id), body, at])).count === 1) return;
      throw new Refused((await find(id, at)) === null ? 'not-found' : 'already-there');
    },
    welcome: async (id, at) =>
      (await queries.run<{ welcome: Buffer | null }>(welcome, [tenant, bytes(id), at])).rows[0]?.welcome ?? null,
    close: async (id) => {
      await queries.run(close, [tenant, bytes(id)]);
    },
  };
}
