/** Bad servers against the workstation's client: the reason that it gives for not going on. */
import { createServer as createPlain, type Server as PlainServer } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { connectPinned, type PeerFailureCode, peerFailureOf } from '../../../src-main/core/crypto/backend-tls.ts';
import { Broken } from '../kind.ts';
import { certificate, dayMs, followedBy, KeyUsageFlags, type Shown, usages, type Wanted } from './certificates.ts';
import type { PeerCase } from './clients.ts';
import type { Stage } from './stage.ts';

const now = () => Date.now();

/** A server's certificate that is right but for what is changed. */
export const serverCertificate = (stage: Stage, change: Partial<Wanted> = {}): Promise<Shown> =>
  certificate({
    subject: 'CN=carekeep backend',
    issuer: stage.authority,
    usages: [usages.server],
    names: ['localhost', '127.0.0.1'],
    ...change,
  });

export async function listening(server: PlainServer): Promise<number> {
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export function tlsServer(options: TlsOptions): PlainServer {
  const server = createServer(
    { minVersion: 'TLSv1.3', ...options },
    (socket) => void socket.on('error', () => undefined),
  );
  server.on('tlsClientError', () => undefined);
  return server;
}

/** What the client says of a server; `fine` where it would talk to it. */
export async function outcome(
  server: PlainServer,
  stage: Stage,
  host = '127.0.0.1',
): Promise<PeerFailureCode | 'fine'> {
  const port = await listening(server);
  const identity = { certificate: stage.one.certificate ?? '', key: stage.one.tls.pkcs8 };
  try {
    const limits = { signal: new AbortController().signal, timeoutMs: 3_000 };
    const socket = await connectPinned({ host, port, authority: stage.authority.pem, identity }, limits);
    socket.destroy();
    return 'fine';
  } catch (error) {
    return peerFailureOf(error);
  } finally {
    server.close();
  }
}

const refuses = (
  name: string,
  expected: PeerFailureCode | 'fine',
  make: (stage: Stage) => Promise<PlainServer>,
  host?: string,
): PeerCase => ({
  name: `server ${name}`,
  play: async (stage) => {
    const found = await outcome(await make(stage), stage, host);
    if (found !== expected) throw new Broken(`the client says ${found}, not ${expected}`);
  },
});

const weakly = { ciphers: 'DEFAULT@SECLEVEL=0' };
const shows = (
  name: string,
  expected: PeerFailureCode | 'fine',
  change: (stage: Stage) => Partial<Wanted>,
  host?: string,
): PeerCase =>
  refuses(
    name,
    expected,
    async (stage) => tlsServer({ ...weakly, ...(await serverCertificate(stage, change(stage))) }),
    host,
  );

export const serverCases: readonly PeerCase[] = [
  shows('that is good', 'fine', () => ({})),
  shows('that is good, by name', 'fine', () => ({}), 'localhost'),
  shows('expired', 'expired', () => ({ until: now() - 1_000 })),
  shows('not yet valid', 'not-yet-valid', () => ({ from: now() + 3_600_000, until: now() + dayMs })),
  shows('of another address', 'wrong-name', () => ({ names: ['10.0.0.1', 'localhost'] })),
  shows('of another name', 'wrong-name', () => ({ names: ['backend.example', '127.0.0.1'] }), 'localhost'),
  shows(
    'with its name in the subject alone',
    'wrong-name',
    () => ({ subject: 'CN=localhost', names: [] }),
    'localhost',
  ),
  shows('with a name for all', 'wrong-name', () => ({ names: ['*'] }), 'localhost'),
  shows('of another authority with the same name', 'not-the-authority', ({ foreign }) => ({ issuer: foreign })),
  shows('self-signed', 'self-signed', () => ({ issuer: null })),
  shows('with a certificate for clients', 'wrong-usage', () => ({ usages: [usages.client] })),
  shows('with a certificate for code', 'wrong-usage', () => ({ usages: [usages.code] })),
  shows('with a certificate for nothing named', 'wrong-usage', () => ({ usages: [] })),
  shows('that may not sign', 'wrong-usage', () => ({ keyUsage: KeyUsageFlags.keyAgreement })),
  shows('that is an authority', 'wrong-usage', () => ({
    ca: true,
    keyUsage: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign,
  })),
  shows('with a certificate signed over SHA-1', 'weak-key', () => ({ hash: 'SHA-1' })),
  ...(['rsa1024', 'rsa2048', 'p384', 'p521', 'ed25519'] as const).map((kind) =>
    shows(`with a key of ${kind}`, 'weak-key', () => ({ kind })),
  ),
  refuses('behind an intermediate', 'not-the-authority', async (stage) => {
    const between = await certificate({ subject: 'CN=between', issuer: stage.authority, ca: true });
    const leaf = await serverCertificate(stage, { issuer: between.issuer });
    return tlsServer(followedBy(leaf, between.cert));
  }),
  refuses('with a workstation’s certificate', 'wrong-usage', async ({ one, key }) =>
    tlsServer({ cert: one.certificate ?? '', key: key.export({ format: 'pem', type: 'pkcs8' }) }),
  ),
  refuses('of TLS 1.2', 'tls-too-old', async (stage) =>
    tlsServer({ ...(await serverCertificate(stage)), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }),
  ),
  refuses('of TLS 1.1', 'tls-too-old', async (stage) =>
    tlsServer({ ...(await serverCertificate(stage)), ...weakly, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }),
  ),
  refuses('with a cipher that is not ours', 'refused', async (stage) =>
    tlsServer({ ...(await serverCertificate(stage)), ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }),
  ),
  refuses('that speaks HTTP', 'no-tls', async () =>
    createPlain((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    }),
  ),
  refuses('that hangs up', 'refused', async () => createPlain((socket) => void socket.destroy())),
  refuses('that says nothing', 'not-reachable', async () =>
    createPlain((socket) => void socket.on('error', () => undefined)),
  ),
];
