/**
 * One place of the protocol's table: who may come, what it takes, what it answers. Both are parsed, so that neither a
 * strange request comes in nor a strange answer goes out. Access is decided before a byte of the body is read.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { z } from 'zod';
import { equalBytes } from '../../src-main/core/crypto/hash.ts';
import type { CertifiedPeer } from '../../src-main/core/crypto/tls-server.ts';
import { Refused } from '../store/refused.ts';
import type { ClinicStore } from '../store/types.ts';
import { addressKey } from './connections.ts';
import type { House } from './house.ts';
import { hurry } from './room.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `open`: without a certificate; `listed`: revoked workstations, too; `active`: all others. */
    who?: 'open' | 'listed' | 'active';
    /** Bytes of the body at most. */
    most?: number;
    /** Left out of the times. */
    waits?: boolean;
  }
}

export type App = FastifyInstance<import('node:https').Server>;

export type Call<Params, Query, Body> = {
  /** Null where the place is open and no certificate was shown. */
  readonly peer: CertifiedPeer | null;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Headers as they came; names lower case. */
  readonly header: (name: string) => string | undefined;
  readonly answerHeader: (name: string, value: string) => void;
  /** The other side went away. */
  readonly signal: AbortSignal;
};

type Place<Params, Query, Body, Answer> = {
  readonly method: HTTPMethods;
  readonly url: string;
  readonly who: 'open' | 'listed' | 'active';
  readonly params: z.ZodType<Params>;
  readonly query: z.ZodType<Query>;
  readonly body: z.ZodType<Body>;
  /** Bytes of the body at most; 0 where there is none. */
  readonly most: number;
  /** What it is answered with; bytes go out as they are. */
  readonly answer: z.ZodType<Answer>;
  /** Guessing is tried here: fewer tries a minute. */
  readonly guarded?: boolean;
  readonly waits?: boolean;
  readonly run: (call: Call<Params, Query, Body>) => Promise<Answer>;
};

/** A body that took longer: access is asked for again. */
const slowMs = 500;

export function place<P, Q, B, A>(app: App, house: House, given: Place<P, Q, B, A>): void {
  const { method, url, who, most } = given;
  app.route({
    method,
    url,
    config: {
      who,
      most,
      waits: given.waits ?? false,
      ...(given.guarded === true && { rateLimit: { max: house.rates.guarded, groupId: url } }),
    },
    handler: async (request, reply) => {
      const gone = new AbortController();
      const closed = (): void => gone.abort();
      request.raw.socket.once('close', closed);
      try {
        // Who was revoked while they sent a long body, or a slow one, puts nothing more.
        if (most > 0 && reply.elapsedTime > slowMs) {
          await admit(house, house.connections.peerOf(request.raw.socket), who);
        }
        const answer = await given.run({
          peer: house.connections.peerOf(request.raw.socket) ?? null,
          params: parsed(given.params, request.params),
          query: parsed(given.query, request.query),
          body: parsed(given.body, request.body ?? null),
          header: (name) => headerOf(request, name),
          answerHeader: (name, value) => void reply.header(name, value),
          signal: gone.signal,
        });
        return send(house, request, reply, given.answer.parse(answer));
      } finally {
        request.raw.socket.off('close', closed);
      }
    },
  });
}

function send(house: House, request: FastifyRequest, reply: FastifyReply, answer: unknown): FastifyReply {
  const payload = Buffer.isBuffer(answer) ? answer : JSON.stringify(answer);
  house.room.take(whose(house, request), payload.length, request, reply);
  hurry(request, reply, payload.length, house.patience);
  const type = Buffer.isBuffer(answer) ? 'application/octet-stream' : 'application/json; charset=utf-8';
  return reply.type(type).send(payload);
}

/** The clinic that a connection is of, or where it comes from. */
export function whose(house: House, request: FastifyRequest): string {
  return house.connections.peerOf(request.raw.socket)?.tenant ?? addressKey(request.ip);
}

/** @throws Refused bad-request, without a word about what was wrong: it would be a value from the request */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new Refused('bad-request');
  return result.data;
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** @throws Refused no-certificate where a place that needs a certificate was made open by mistake */
export function certified({ peer }: { readonly peer: CertifiedPeer | null }): CertifiedPeer {
  if (peer === null) throw new Refused('no-certificate');
  return peer;
}

/**
 * May this certificate's holder come here? Asked of the register with every request, so that a revocation holds at once.
 * @throws Refused
 */
export async function admit(
  house: House,
  peer: CertifiedPeer | null | undefined,
  who: 'open' | 'listed' | 'active',
): Promise<void> {
  if (peer === undefined) throw new Refused('certificate-refused');
  if (peer === null) {
    if (who === 'open') return;
    throw new Refused('no-certificate');
  }
  // A connection may outlive the certificate that it was opened with.
  if (peer.notAfter <= house.now()) throw new Refused('certificate-refused');
  await house.store.withTenant(peer.tenant, (clinic) => demandListed(clinic, peer, who, house.now()));
}

/** When each connection's holder was last written down as in contact. */
const contacts = new WeakMap<CertifiedPeer, number>();
const contactEveryMs = 60_000;

async function demandListed(
  clinic: ClinicStore,
  peer: CertifiedPeer,
  who: 'open' | 'listed' | 'active',
  now: number,
): Promise<void> {
  const device = await clinic.devices.get(peer.device);
  if (device === null) throw new Refused('unknown-device');
  if (device.status === 'revoked' && who !== 'listed') throw new Refused('device-revoked');
  if (!equalBytes(device.spki, peer.spki)) throw new Refused('certificate-refused');
  const contact = contacts.get(peer);
  if (contact === undefined) {
    // What was issued once stays so: asked once a connection.
    const issued = await clinic.certificates.get(peer.serial);
    if (issued?.device !== peer.device) throw new Refused('certificate-refused');
  }
  if (contact !== undefined && now - contact < contactEveryMs) return;
  if (device.status === 'active') await clinic.devices.contact(peer.device, now, null);
  contacts.set(peer, now);
}
