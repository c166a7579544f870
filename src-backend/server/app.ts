/** The HTTP server: what happens to every request, in order. Connection judged, rate, register, body, place, answer. */
import type { IncomingMessage } from 'node:http';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { serverHandshake } from '../../src-main/core/crypto/tls-server.ts';
import { type BackendErrorValue, statusOf } from '../../src-shared/sync-protocol/errors.ts';
import type { ServerCertificate } from '../ca/server-certificate.ts';
import { Refused } from '../store/refused.ts';
import { parseJson, readBody, SlowBody } from './bodies.ts';
import { addressKey } from './connections.ts';
import type { House } from './house.ts';
import { errorFields, type LogSink, loggerOptions } from './log-lines.ts';
import { type App, admit, whose } from './places.ts';
import { certificatePlaces } from './routes/certificates.ts';
import { devicePlaces } from './routes/devices.ts';
import { keepingPlaces } from './routes/keeping.ts';
import { logPlaces } from './routes/log.ts';
import { mailboxPlaces } from './routes/mailboxes.ts';

/** Over the longest body at the least speed. */
const wholeRequestMs = 30 * 60_000;
const minuteMs = 60_000;

export function createApp(
  context: ServerCertificate['context'],
  log: { readonly sink: LogSink; readonly addresses: boolean },
): App {
  return Fastify({
    https: {
      ...serverHandshake,
      ...context,
      // One header of a few hundred bytes is all that the protocol has.
      maxHeaderSize: 8 * 1024,
      headersTimeout: 10_000,
      requestTimeout: wholeRequestMs,
      connectionsCheckingInterval: 2_000,
      keepAliveTimeout: 65_000,
    },
    logger: loggerOptions(log.sink, log),
    logController: new LogController({ disableRequestLogging: true }),
    // Bodies are read by `readBody`, with the place's own limit; this one only has to be above all of them.
    bodyLimit: 64 * 1024 * 1024,
    trustProxy: false,
    // Who comes while it closes is served or cut off; its own words for that are none of the protocol's.
    return503OnClosing: false,
    // An address that is none is not repeated to whoever sent it.
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      reply.raw.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 'bad-request' }));
    },
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 64, caseSensitive: true },
  });
}

export async function furnish(app: App, house: House): Promise<void> {
  app.server.maxHeadersCount = 40;
  app.server.maxConnections = 20_000;
  // Neither side silent for longer than a long poll and a little.
  app.server.setTimeout(minuteMs, (socket) => void socket.destroy());

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/octet-stream', (request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload, request.routeOptions.config.most ?? 0, house.patience),
  );
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) =>
    parseJson(await readBody(payload, request.routeOptions.config.most ?? 0, house.patience)),
  );

  await app.register(rateLimit, {
    global: true,
    timeWindow: minuteMs,
    max: (request) => (certificateKey(house, request) === undefined ? house.rates.address : house.rates.device),
    keyGenerator: (request) => certificateKey(house, request) ?? addressKey(request.ip),
    cache: 20_000,
    addHeadersOnExceeding: {},
    addHeaders: {},
    errorResponseBuilder: (_request, { ttl }) =>
      new Refused('too-many-requests', { retryAfter: Math.ceil(ttl / 1000) }),
  });

  app.addHook('preParsing', async (request, reply) => {
    const { who, most = 0 } = request.routeOptions.config;
    if (who === undefined) return;
    await admit(house, house.connections.peerOf(request.raw.socket), who);
    const announced = Number(request.headers['content-length'] ?? most);
    house.room.take(whose(house, request), Math.min(announced, most), request, reply);
  });

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.addHook('onResponse', async (request, reply) => told(house, request, reply));

  app.setErrorHandler((error, request, reply) => refuse(house, error, request, reply));
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    refuse(house, new Refused('not-found'), request, reply),
  );

  certificatePlaces(app, house);
  logPlaces(app, house);
  keepingPlaces(app, house);
  devicePlaces(app, house);
  mailboxPlaces(app, house);
}

function certificateKey(house: House, request: FastifyRequest): string | undefined {
  const peer = house.connections.peerOf(request.raw.socket);
  return peer === null || peer === undefined ? undefined : `${peer.tenant}/${peer.device}`;
}

const codes = new WeakMap<FastifyReply, string>();

/** Every error goes out as a value of the closed list; only our own logs hear more. */
function refuse(house: House, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const value = answerTo(error);
  codes.set(reply, value.code);
  if (value.code === 'internal')
    house.say('error', { ...errorFields(error), event: 'failed', route: routeOf(request) });
  // What was not read of a body must not be taken for the next request.
  if (error instanceof SlowBody || value.code === 'too-large') reply.header('connection', 'close');
  if (value.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(value.retryAfter)));
  return reply.code(statusOf[value.code]).type('application/json; charset=utf-8').send(JSON.stringify(value));
}

/** PostgreSQL's classes that say "later": connection, resources, shutting down, and a time limit of ours. */
const later = /^(?:08|53|57|40|55P03|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND)/;

function answerTo(error: unknown): BackendErrorValue {
  if (error instanceof Refused) return error.value;
  if (error instanceof SlowBody) return { code: 'bad-request' };
  if (!(error instanceof Error)) return { code: 'internal' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { code: 'too-large' };
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (code.startsWith('FST_') && status < 500) return { code: 'bad-request' };
  if (later.test(code) || /timeout|Connection terminated|too many clients/i.test(error.message)) {
    return { code: 'unavailable' };
  }
  return { code: 'internal' };
}

const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none';

function told(house: House, request: FastifyRequest, reply: FastifyReply): void {
  const { method } = request;
  const route = routeOf(request);
  const code = codes.get(reply);
  const status = reply.statusCode;
  house.metrics.requests.inc({ method: known(method), route, status, code: code ?? '' });
  if (request.routeOptions.config.waits !== true) {
    house.metrics.seconds.observe({ method: known(method), route }, reply.elapsedTime / 1000);
  }
  const peer = house.connections.peerOf(request.raw.socket);
  house.say(status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info', {
    event: 'request',
    method: known(method),
    route,
    status,
    milliseconds: Math.round(reply.elapsedTime),
    address: request.ip,
    ...(code !== undefined && { code }),
    ...(peer !== null && peer !== undefined && { tenant: peer.tenant, device: peer.device }),
  });
}

/** A method is the client's to write, and a label is kept. */
const known = (method: string): string => (['GET', 'PUT', 'POST', 'DELETE'].includes(method) ? method : 'other');
