/** The operator's own port, on this machine alone: whether the backend is well, and its figures. */
import { createServer, type Server } from 'node:http';
import type { Metrics } from './metrics.ts';

export type OperatorPort = { readonly port: number; close(): Promise<void> };

/** @param well throws where the database does not answer */
export async function openOperatorPort(
  port: number,
  { metrics, well }: { readonly metrics: Metrics; readonly well: () => Promise<void> },
): Promise<OperatorPort> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, text: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
    };
    const { method, url } = request;
    if (method === 'GET' && url === '/healthz') {
      well().then(
        () => answer(200, 'application/json', '{"status":"ok"}'),
        () => answer(503, 'application/json', '{"status":"database-unavailable"}'),
      );
    } else if (method === 'GET' && url === '/metrics') {
      metrics.registry.metrics().then(
        (text) => answer(200, metrics.registry.contentType, text),
        () => answer(500, 'text/plain', ''),
      );
    } else answer(404, 'text/plain', '');
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 50;
  await listening(server, port);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
