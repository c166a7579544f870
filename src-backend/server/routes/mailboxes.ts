/** Mailboxes of enrolment: a new workstation has no certificate yet; what lies here is sealed under the one-time code. */
import { z } from 'zod';
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import { mailboxOpen, mailboxPart, mailboxState } from '../../../src-shared/sync-protocol/messages.ts';
import { mailboxId } from '../../../src-shared/sync-protocol/ops.ts';
import { Refused } from '../../store/refused.ts';
import type { ClinicStore } from '../../store/types.ts';
import { fromBase64 } from '../bodies.ts';
import type { House } from '../house.ts';
import { type App, certified, place } from '../places.ts';
import { done, noParams, noQuery, nothing } from './shapes.ts';

const params = z.strictObject({ id: mailboxId });
/** Base64 in JSON. */
const inJson = (bytes: number): number => Math.ceil(bytes / 3) * 4 + 1024;

export function mailboxPlaces(app: App, house: House): void {
  /** Of whichever clinic it is: who knows the id knows the code. */
  const inMailbox = async <T>(id: string, work: (store: ClinicStore) => Promise<T>): Promise<T> => {
    const tenant = await house.store.tenantOfMailbox(id);
    if (tenant === null) throw new Refused('not-found');
    return house.store.withTenant(tenant, work);
  };

  place(app, house, {
    method: 'POST',
    url: '/v1/mailboxes',
    who: 'active',
    params: noParams,
    query: noQuery,
    body: mailboxOpen,
    most: inJson(65_536),
    answer: done,
    run: async (call) => {
      const { tenant, device } = certified(call);
      const at = house.now();
      const expiresAt = at + limits.mailboxMinutes * 60_000;
      const mailbox = { id: call.body.id, offer: fromBase64(call.body.offer), openedBy: device, expiresAt, at };
      await house.store.withTenant(tenant, (store) => store.mailboxes.open(mailbox));
      return {};
    },
  });

  place(app, house, {
    method: 'GET',
    url: '/v1/mailboxes/:id',
    who: 'open',
    params,
    query: noQuery,
    body: nothing,
    most: 0,
    answer: mailboxState,
    guarded: true,
    run: async ({ params: { id } }) => {
      const found = await inMailbox(id, (store) => store.mailboxes.get(id, house.now()));
      if (found === null) throw new Refused('not-found');
      const { offer, request, welcome, expiresAt } = found;
      return {
        offer: offer.toString('base64'),
        request: request === null ? null : request.toString('base64'),
        welcome,
        expiresAt,
      };
    },
  });

  place(app, house, {
    method: 'PUT',
    url: '/v1/mailboxes/:id/request',
    who: 'open',
    params,
    query: noQuery,
    body: mailboxPart,
    most: inJson(limits.mailboxRequestBytes),
    answer: done,
    guarded: true,
    run: async ({ params: { id }, body }) => {
      const bytes = fromBase64(body.body);
      await inMailbox(id, (store) => store.mailboxes.put(id, 'request', bytes, house.now()));
      return {};
    },
  });

  place(app, house, {
    method: 'PUT',
    url: '/v1/mailboxes/:id/welcome',
    // Only a workstation of the clinic has anything to welcome with.
    who: 'active',
    params,
    query: noQuery,
    body: mailboxPart,
    most: inJson(limits.mailboxWelcomeBytes),
    answer: done,
    run: async (call) => {
      const { id } = call.params;
      const bytes = fromBase64(call.body.body);
      await house.store.withTenant(certified(call).tenant, (store) =>
        store.mailboxes.put(id, 'welcome', bytes, house.now()),
      );
      return {};
    },
  });

  place(app, house, {
    method: 'GET',
    url: '/v1/mailboxes/:id/welcome',
    who: 'open',
    params,
    query: noQuery,
    body: nothing,
    most: 0,
    answer: mailboxPart,
    guarded: true,
    run: async ({ params: { id } }) => {
      const found = await inMailbox(id, (store) => store.mailboxes.welcome(id, house.now()));
      if (found === null) throw new Refused('not-found');
      return { body: found.toString('base64') };
    },
  });
}
