/** What is kept beside the log: the directory, slots, chunks of blobs. */
import { z } from 'zod';
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import { slotsAnswer, slotsPut, slotsPutAnswer } from '../../../src-shared/sync-protocol/messages.ts';
import { id } from '../../../src-shared/sync-protocol/primitives.ts';
import { Refused } from '../../store/refused.ts';
import { fromBase64 } from '../bodies.ts';
import type { House } from '../house.ts';
import { type App, certified, place } from '../places.ts';
import { bytes, done, noParams, noQuery, nothing, number } from './shapes.ts';

/** Version, nonce and tag of a sealed chunk (keys.md, `aead`). */
const sealing = 1 + 12 + 16;
const chunkParams = z.strictObject({
  id,
  n: number.refine((n) => n < limits.chunksOfBlob),
});

export function keepingPlaces(app: App, house: House): void {
  place(app, house, {
    method: 'GET',
    url: '/v1/directory',
    who: 'listed',
    params: noParams,
    query: noQuery,
    body: nothing,
    most: 0,
    answer: bytes,
    run: async (call) => {
      const found = await house.store.withTenant(certified(call).tenant, (store) => store.directory.get());
      if (found === null) throw new Refused('not-found');
      call.answerHeader('etag', `"${found.revision}"`);
      return found.bytes;
    },
  });

  place(app, house, {
    method: 'PUT',
    url: '/v1/directory',
    who: 'active',
    params: noParams,
    query: noQuery,
    body: bytes,
    most: limits.directoryBytes,
    answer: done,
    run: async (call) => {
      const replaced = replacedBy(call.header('if-match'), call.header('if-none-match'));
      const put = await house.store.withTenant(certified(call).tenant, (store) =>
        store.directory.put(call.body, replaced),
      );
      call.answerHeader('etag', `"${put}"`);
      return {};
    },
  });

  place(app, house, {
    method: 'POST',
    url: '/v1/slots',
    who: 'active',
    params: noParams,
    query: noQuery,
    body: slotsPut,
    most: 8 * 1024 * 1024,
    answer: slotsPutAnswer,
    run: async (call) => {
      const slots = call.body.slots.map(({ slot, epoch, body }) => ({
        slot,
        epoch,
        body: body === null ? null : fromBase64(body),
      }));
      return { change: await house.store.withTenant(certified(call).tenant, (store) => store.slots.put(slots)) };
    },
  });

  place(app, house, {
    method: 'GET',
    url: '/v1/slots',
    who: 'active',
    params: noParams,
    query: z.strictObject({ after: number }),
    body: nothing,
    most: 0,
    answer: slotsAnswer,
    run: async (call) => {
      const { tenant } = certified(call);
      const { slots, more } = await house.store.withTenant(tenant, (store) => store.slots.after(call.query.after));
      return {
        more,
        slots: slots.map(({ slot, epoch, body, change }) => ({
          slot,
          epoch,
          change,
          body: body === null ? null : body.toString('base64'),
        })),
      };
    },
  });

  place(app, house, {
    method: 'PUT',
    url: '/v1/blobs/:id/:n',
    who: 'active',
    params: chunkParams,
    query: noQuery,
    body: bytes,
    most: limits.chunkBytes + sealing,
    answer: done,
    run: async (call) => {
      const { id: blob, n } = call.params;
      await house.store.withTenant(certified(call).tenant, (store) => store.blobs.put(blob, n, call.body));
      return {};
    },
  });

  place(app, house, {
    method: 'GET',
    url: '/v1/blobs/:id/:n',
    who: 'active',
    params: chunkParams,
    query: noQuery,
    body: nothing,
    most: 0,
    answer: bytes,
    run: async (call) => {
      const { id: blob, n } = call.params;
      const found = await house.store.withTenant(certified(call).tenant, (store) => store.blobs.get(blob, n));
      if (found === null) throw new Refused('not-found');
      return found;
    },
  });

  place(app, house, {
    method: 'DELETE',
    url: '/v1/blobs/:id',
    who: 'active',
    params: z.strictObject({ id }),
    query: noQuery,
    body: nothing,
    most: 0,
    answer: done,
    run: async (call) => {
      await house.store.withTenant(certified(call).tenant, (store) => store.blobs.delete(call.params.id));
      return {};
    },
  });
}

/** `If-Match: "7"` or `If-None-Match: *`, one of them. @throws Refused bad-request */
function replacedBy(match: string | undefined, noneMatch: string | undefined): number | null {
  if (match === undefined && noneMatch === '*') return null;
  const [, revision] = /^"([1-9]\d{0,14})"$/.exec(match ?? '') ?? [];
  if (revision === undefined || noneMatch !== undefined) throw new Refused('bad-request');
  return Number(revision);
}
