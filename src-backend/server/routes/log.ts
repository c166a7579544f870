/** The log: what there is, batches in and out, leaves, snapshots. */
import { z } from 'zod';
import { batchHash, envelopeSigned, readEnvelope } from '../../../src-main/core/sync/envelope.ts';
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import {
  type StoredAnswer,
  snapshotsAnswer,
  stateAnswer,
  storedAnswer,
} from '../../../src-shared/sync-protocol/messages.ts';
import { Refused } from '../../store/refused.ts';
import type { ClinicStore, TenantState } from '../../store/types.ts';
import { etagOf } from '../changes.ts';
import type { House } from '../house.ts';
import { type App, certified, place } from '../places.ts';
import { Turns } from '../turns.ts';
import { bytes, noParams, noQuery, nothing, number } from './shapes.ts';

/** Bytes of one answer of batches, whatever was asked for. */
const pullBytes = 16 * 1024 * 1024;

export function logPlaces(app: App, house: House): void {
  const turns = new Turns();
  const stateOf = async (tenant: string): Promise<TenantState> => {
    const state = await house.store.withTenant(tenant, (store) => store.state());
    if (state === null) throw new Refused('unknown-device');
    return state;
  };

  place(app, house, {
    method: 'GET',
    url: '/v1/state',
    who: 'active',
    params: noParams,
    query: z.strictObject({ after: z.string().max(200).optional(), wait: number.optional() }),
    body: nothing,
    most: 0,
    answer: stateAnswer,
    waits: true,
    run: async (call) => {
      const { tenant, device } = certified(call);
      const { after, wait = 0 } = call.query;
      const seconds = Math.min(wait, limits.waitSeconds);
      const first = await stateOf(tenant);
      if (after !== etagOf(first) || seconds === 0) return answerOf(first);
      const found = await house.changes.next(tenant, after, seconds * 1000, call.signal);
      // Who was revoked while waiting hears nothing more, the change that woke them included.
      const row = await house.store.withTenant(tenant, (store) => store.devices.get(device));
      if (row?.status !== 'active') throw new Refused('device-revoked');
      return answerOf(found ?? first);
    },
  });

  place(app, house, {
    method: 'POST',
    url: '/v1/batches',
    who: 'active',
    params: noParams,
    query: noQuery,
    body: bytes,
    most: limits.batchBytes,
    answer: storedAnswer,
    run: async (call) => {
      const peer = certified(call);
      const envelope = readEnvelope(call.body);
      if (envelope === undefined) throw new Refused('batch-refused');
      const { header, headerBytes } = envelope;
      if (header.tenant !== peer.tenant) throw new Refused('wrong-tenant');
      if (header.device !== peer.device) throw new Refused('batch-refused');
      const storing = async (store: ClinicStore): Promise<StoredAnswer> => {
        const row = await store.devices.get(peer.device);
        if (row === null) throw new Refused('unknown-device');
        if (!envelopeSigned(envelope, row.ed25519)) throw new Refused('batch-refused');
        if ((await store.state())?.clinic !== header.clinic) throw new Refused('clinic-differs');
        return store.batches.append({
          device: peer.device,
          seq: header.seq,
          previous: Buffer.from(header.previous, 'base64'),
          hash: batchHash(headerBytes),
          kind: header.kind,
          envelope: call.body,
          at: house.now(),
        });
      };
      // A workstation sends its next batch before the last is answered: they are stored in the order they came.
      const stored = await turns.after(`${peer.tenant}/${peer.device}`, () =>
        house.store.withTenant(peer.tenant, storing),
      );
      house.metrics.batches.inc();
      house.metrics.batchBytes.inc(call.body.length);
      return stored;
    },
  });

  place(app, house, {
    method: 'GET',
    url: '/v1/batches',
    who: 'active',
    params: noParams,
    query: z.strictObject({ from: number, bytes: number }),
    body: nothing,
    most: 0,
    answer: bytes,
    run: async (call) => {
      const { tenant } = certified(call);
      const { from, bytes: most } = call.query;
      const pulled = await house.store.withTenant(tenant, (store) =>
        store.batches.pull(from, Math.min(most, pullBytes)),
      );
      const parts = pulled.flatMap(({ position, envelope }) => {
        const front = Buffer.alloc(12);
        front.writeBigUInt64BE(BigInt(position));
        front.writeUInt32BE(envelope.length, 8);
        return [front, envelope];
      });
      const answer = Buffer.concat(parts);
      house.metrics.sentBytes.inc(answer.length);
      return answer;
    },
  });

  place(app, house, {
    method: 'GET',
    url: '/v1/leaves',
    who: 'active',
    params: noParams,
    query: z.strictObject({ from: number, to: number }),
    body: nothing,
    most: 0,
    answer: bytes,
    run: async (call) => {
      const { tenant } = certified(call);
      const { from, to } = call.query;
      if (to < from || to - from > limits.leaves) throw new Refused('bad-request');
      return house.store.withTenant(tenant, (store) => store.batches.leaves(from, to));
    },
  });

  place(app, house, {
    method: 'GET',
    url: '/v1/snapshots',
    who: 'active',
    params: noParams,
    query: noQuery,
    body: nothing,
    most: 0,
    answer: snapshotsAnswer,
    run: async (call) => {
      const { tenant } = certified(call);
      const snapshots = await house.store.withTenant(tenant, (store) => store.batches.snapshots());
      return { snapshots: snapshots.map(({ position, device }) => ({ position, device })) };
    },
  });
}

function answerOf(state: TenantState): z.infer<typeof stateAnswer> {
  const { head, size, directory, slots, devices, used, quota } = state;
  return { etag: etagOf(state), head, size, directory, slots, devices, used, quota };
}
