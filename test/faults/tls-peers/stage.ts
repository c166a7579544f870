/** A backend with two clinics and everything that bad clients need to look almost right. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { openIdentity } from '../../../src-backend/ca/folder.ts';
import { startTestBackend, type TestBackend } from '../../unit/backend/server/started.ts';
import { Workstation } from '../../unit/backend/server/workstation.ts';
import { Broken, hold } from '../kind.ts';
import { certificate, type Issuer, type Shown, usages, type Wanted } from './certificates.ts';

export type Stage = {
  readonly backend: TestBackend;
  /** The backend's own authority, as who stole its key has it. */
  readonly authority: Issuer;
  /** Another authority of the same name. */
  readonly foreign: Issuer;
  readonly one: Workstation;
  readonly other: Workstation;
  readonly revoked: Workstation;
  /** The TLS key of the first workstation. */
  readonly key: KeyObject;
  close(): Promise<void>;
};

export async function openStage(): Promise<Stage> {
  const backend = await startTestBackend({ rates: { device: 1e6, address: 1e6, guarded: 1e6 } });
  const { authority } = await openIdentity(backend.folder, Date.now());
  const one = new Workstation(backend);
  await one.connect((await backend.operator.create()).token);
  const revoked = new Workstation(backend, one.clinic);
  await one.register(revoked);
  await revoked.renew();
  await one.revoke(revoked.device);
  const other = new Workstation(backend);
  await other.connect((await backend.operator.create()).token);
  const name = `CN=Carekeep backend ${backend.descriptor.name}`;
  const foreign = await certificate({ subject: name, issuer: null, ca: true, until: Date.now() + 1e10 });
  return {
    backend,
    authority: { pem: authority.pem, pkcs8: authority.key.pkcs8 },
    foreign: foreign.issuer,
    one,
    other,
    revoked,
    key: createPrivateKey({ key: one.tls.pkcs8, format: 'der', type: 'pkcs8' }),
    close: async () => {
      for (const station of [one, other, revoked]) station.close();
      await backend.remove();
    },
  };
}

/** A client's certificate that is right but for what is changed; a kind of key means a new key. */
export function clientCertificate(stage: Stage, change: Partial<Wanted> = {}): Promise<Shown> {
  const subject = `O=${stage.one.tenant}, CN=${stage.one.device}`;
  const own = change.kind === undefined ? { key: stage.key } : {};
  return certificate({ subject, issuer: stage.authority, ...own, usages: [usages.client], ...change });
}

/** Reasons of the server's log from a line on. */
export const reasonsFrom = (stage: Stage, from: number): readonly string[] =>
  stage.backend.lines
    .slice(from)
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ event }) => event === 'tls-refused')
    .map(({ reason }) => String(reason));

/** Waits until the server has logged this reason, once and no other, for a connection that it ended. */
export async function refusedFor(
  stage: Stage,
  reason: string,
  play: () => Promise<string>,
  milliseconds = 3_000,
): Promise<void> {
  const from = stage.backend.lines.length;
  const answer = await play();
  hold(!answer.startsWith('HTTP/1.1 2'), `it was served: ${answer.slice(0, 20)}`);
  const until = performance.now() + milliseconds;
  while (reasonsFrom(stage, from).length === 0 && performance.now() < until)
    await new Promise((done) => setTimeout(done, 5));
  const found = reasonsFrom(stage, from);
  if (found.length !== 1 || found[0] !== reason)
    throw new Broken(`logged ${found.join(', ') || 'nothing'}, not ${reason}`);
}

/** A request over TLS as badly as wanted; the first bytes of an answer, or why there is none. */
export function request(stage: Stage, options: ConnectionOptions, path = '/v1/state'): Promise<string> {
  return exchange(
    () =>
      connect({
        host: '127.0.0.1',
        port: stage.backend.port,
        servername: 'localhost',
        ca: stage.authority.pem,
        ...options,
      }),
    `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
  );
}

/** Bytes without TLS. */
export const rawBytes = (stage: Stage, bytes: string | Buffer, end = false): Promise<string> =>
  exchange(() => connectPlain(stage.backend.port, '127.0.0.1'), bytes, end);

function exchange(open: () => Socket, bytes: string | Buffer, end = false): Promise<string> {
  return new Promise((resolve) => {
    let socket: Socket;
    try {
      socket = open();
    } catch (error) {
      return resolve(`not sent: ${String(error)}`);
    }
    let text = '';
    let failure = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code ?? error.message;
    });
    socket.on('close', () => resolve(text === '' ? failure : text));
    if (end) socket.end(bytes);
    else socket.write(bytes);
  });
}

/** After whatever was tried, a good one is served. */
export async function goodPasses(stage: Stage): Promise<void> {
  const answer = await stage.one.ask('GET', '/v1/state');
  stage.one.close();
  hold(answer.status === 200, `a good workstation got ${answer.status}`);
}
