/** A server with certificates of a test's own, on this machine. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import {
  type AuthorityKeys,
  issueAuthority,
  issueDeviceCertificate,
  issueServerCertificate,
} from '../../../src-main/core/crypto/certificate-issuing.ts';
import { generateTlsKey } from '../../../src-main/core/crypto/p256.ts';

export const day = 86_400_000;
export const pemKey = (pkcs8: Buffer): string =>
  `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`;

export type Site = {
  readonly authority: AuthorityKeys;
  readonly port: number;
  readonly server: Server;
  readonly stop: () => Promise<void>;
};
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** @param options what differs from a good server (another certificate, TLS 1.2 …) */
export async function startSite(
  handler: Handler,
  options: ServerOptions = {},
  authority?: AuthorityKeys,
): Promise<Site> {
  const ca = authority ?? (await issueAuthority({ name: 'Test authority', now: Date.now() }));
  const key = generateTlsKey();
  const issued = await issueServerCertificate(
    ca,
    { names: ['localhost', '127.0.0.1'], spki: key.spki },
    { now: Date.now(), days: 30 },
  );
  const server = createServer(
    {
      cert: issued.pem + ca.pem,
      key: pemKey(key.pkcs8),
      ca: ca.pem,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      ...options,
    },
    handler,
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    authority: ca,
    port,
    server,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** This workstation's certificate from an authority. */
export async function identityFrom(authority: AuthorityKeys, tenant: string, device: string) {
  const key = generateTlsKey();
  const { pem } = await issueDeviceCertificate(
    authority,
    { tenant, device, spki: key.spki },
    { now: Date.now(), days: 7 },
  );
  return { certificate: pem, key: key.pkcs8 };
}

/** Most of a handler: the request's whole body. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
