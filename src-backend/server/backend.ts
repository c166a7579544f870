/** The backend whole: database, keys, server, operator's port; started in order, stopped in the other. */
import { isIPv4, isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { canonicalJson } from '../../src-main/core/crypto/canonical.ts';
import { sign } from '../../src-main/core/crypto/ed25519.ts';
import { noteSigner } from '../../src-main/core/crypto/signed-note.ts';
import { certificateOf } from '../../src-main/core/crypto/tls-server.ts';
import { descriptorBytes } from '../../src-main/core/sync/proof.ts';
import { limits } from '../../src-shared/sync-protocol/limits.ts';
import { type DescriptorBody, descriptorBody, euCountries } from '../../src-shared/sync-protocol/messages.ts';
import { type BackendIdentity, openIdentity } from '../ca/folder.ts';
import { keepRenewed, makeServerCertificate } from '../ca/server-certificate.ts';
import { type DatabaseUrls, openDatabase } from '../database.ts';
import { type Operator, operatorOf } from '../operator.ts';
import { openStore } from '../store/open.ts';
import { createApp, furnish } from './app.ts';
import { defaultPatience, type Patience } from './bodies.ts';
import { Changes } from './changes.ts';
import { type Crowd, defaultCrowd, watchConnections } from './connections.ts';
import { weakenedBy } from './environment.ts';
import { defaultRates, type House, type Rates } from './house.ts';
import { errorFields, type LogSink, type Says } from './log-lines.ts';
import { createMetrics } from './metrics.ts';
import { Nonces } from './nonces.ts';
import { openOperatorPort } from './operator-port.ts';
import { defaultRoom, Room, type RoomSize } from './room.ts';
import { openWire } from './wire.ts';

export const software = 'carekeep-backend 1.0.0';
const sweepEveryMs = 60_000;

export type BackendOptions = {
  /** Data folder: keys, and the embedded database. */
  readonly data: string;
  /** Null: the embedded PostgreSQL. */
  readonly database?: DatabaseUrls | null;
  readonly host?: string;
  /** 0: any free one. */
  readonly port?: number;
  /** Names and addresses that workstations reach it by, beside those of this machine. */
  readonly names?: readonly string[];
  readonly operator?: string;
  /** ISO 3166-1 code of the country where it stands; workstations demand one of the EU or EEA. */
  readonly region?: string;
  /** On 127.0.0.1; null: none. */
  readonly operatorPort?: number | null;
  readonly logTo?: LogSink;
  readonly logAddresses?: boolean;
  readonly rates?: Rates;
  readonly patience?: Patience;
  readonly room?: RoomSize;
  readonly crowd?: Crowd;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Connections to PostgreSQL at most. */
  readonly connections?: number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

export type RunningBackend = {
  /** `host:port` */
  readonly address: string;
  readonly port: number;
  readonly authorityPem: string;
  /** SHA-256 of the authority's certificate, hex in pairs with colons. */
  readonly fingerprint: string;
  readonly descriptor: DescriptorBody;
  readonly operatorPort: number | null;
  readonly operator: Operator;
  /** Prometheus text. */
  metrics(): Promise<string>;
  close(): Promise<void>;
};

/** The process runs with something that weakens TLS; `message` names it. */
export class WeakEnvironment extends Error {
  constructor(name: string) {
    super(name);
    this.name = 'WeakEnvironment';
  }
}

/** @throws WeakEnvironment, SetupError */
export async function startBackend(options: BackendOptions): Promise<RunningBackend> {
  const { now = Date.now, environment = process.env, host = '127.0.0.1' } = options;
  const weakness = weakenedBy(environment, process.execArgv);
  if (weakness !== null) throw new WeakEnvironment(weakness);
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    const identity = await openIdentity(options.data, now());
    const signer = noteSigner(identity.name, identity.log.publicKey, identity.log.privateKey);
    const database = await openDatabase(options.data, options.database ?? null);
    closing.push(database.stop);
    const { connections: most = 10 } = options;
    const opened = await openStore({ ...database, signer, connections: most });
    closing.push(opened.close);

    const makeCertificate = () => makeServerCertificate(identity.authority, namesFor(host, options.names ?? []), now());
    const certificate = await makeCertificate();
    const app = createApp(certificate.context, {
      sink: options.logTo ?? { write: () => undefined },
      addresses: options.logAddresses ?? false,
    });
    const say: Says = (level, fields) => app.log[level](fields);
    const wire = await openWire(database.service, (error) =>
      say('warn', { ...errorFields(error), event: 'wire-lost' }),
    );
    closing.push(wire.close);
    const { pool } = opened;
    const metrics = createMetrics(() => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }));
    const changes = new Changes(opened.store, wire, (count) => metrics.longPolls.set(count));
    const { crowd = defaultCrowd } = options;
    const connections = watchConnections(
      app.server,
      { authority: certificateOf(identity.authority.pem), longestDays: limits.certificateDays, now, crowd },
      {
        refused: (reason, socket) => {
          metrics.tlsRefusals.inc({ reason });
          say('warn', { event: 'tls-refused', reason, ...addressOf(socket.remoteAddress) });
        },
        open: (change) => metrics.connections.inc(change),
      },
    );
    const body = descriptorOf(identity, options);
    const text = canonicalJson(body);
    const signature = sign(identity.log.privateKey, descriptorBytes(text)).toString('base64');
    const house: House = {
      store: opened.store,
      identity,
      descriptor: { body: text, signature },
      nonces: new Nonces(identity.log.privateKey, now),
      changes,
      connections,
      metrics,
      say,
      now,
      patience: options.patience ?? defaultPatience,
      rates: options.rates ?? defaultRates,
      room: new Room(options.room ?? defaultRoom),
    };
    await furnish(app, house);

    const sweeping = setInterval(() => {
      opened.store.sweep().catch((error) => say('warn', { ...errorFields(error), event: 'sweep-failed' }));
    }, sweepEveryMs);
    sweeping.unref();
    closing.push(() => clearInterval(sweeping));
    closing.push(
      keepRenewed(certificate, makeCertificate, {
        show: (context) => app.server.setSecureContext(context),
        failed: (error) => say('error', { ...errorFields(error), event: 'certificate-renewal-failed' }),
        now,
      }),
    );
    await app.listen({ host, port: options.port ?? 8443 });
    const bound = app.server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    closing.push(async () => {
      // Who waits is answered, who is in the middle gets a little time, the rest is cut.
      changes.close();
      const late = setTimeout(() => connections.endAll(), 5_000);
      await app.close();
      clearTimeout(late);
      say('info', { event: 'stopped', port });
    });
    const wanted = options.operatorPort ?? null;
    const operatorPort =
      wanted === null ? null : await openOperatorPort(wanted, { metrics, well: () => opened.store.ping() });
    if (operatorPort !== null) closing.push(operatorPort.close);
    say('info', { event: 'started', port });
    return {
      address: `${isIPv6(host) ? `[${host}]` : host}:${port}`,
      port,
      authorityPem: identity.authority.pem,
      fingerprint: identity.fingerprint,
      descriptor: body,
      operatorPort: operatorPort?.port ?? null,
      operator: operatorOf(opened.operator, now),
      metrics: () => metrics.registry.metrics(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const addressOf = (address: string | undefined): { readonly address?: string } =>
  address === undefined ? {} : { address };

function descriptorOf({ name, log }: BackendIdentity, { operator, region }: BackendOptions): DescriptorBody {
  return descriptorBody.parse({
    version: 1,
    name,
    operator: operator ?? 'this machine',
    region: region ?? 'DE',
    logKey: log.publicKey.toString('base64'),
    protocol: 1,
    software,
  });
}

export const isEuropean = (region: string): boolean => euCountries.some((country) => country === region);

/** Everything that this machine is called, and what the operator adds. */
function namesFor(host: string, added: readonly string[]): readonly string[] {
  const names = new Set(['localhost', '127.0.0.1', '::1', ...added]);
  if (!isEverywhere(host)) return [...names.add(host)];
  if (/^[A-Za-z0-9.-]+$/.test(hostname())) names.add(hostname());
  for (const one of Object.values(networkInterfaces()).flat()) {
    if (one !== undefined && !one.address.startsWith('fe80')) names.add(one.address);
  }
  return [...names];
}

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** Reached from this machine alone: whoever else reaches it is told who runs it, and where. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
