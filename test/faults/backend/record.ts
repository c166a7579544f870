/** Writes down what the backend reads and writes inside its TLS connections: requests and answers as they are, decrypted. */
import { appendFileSync } from 'node:fs';
import https, { type Server } from 'node:https';
import type { Socket } from 'node:net';

function listen(socket: Socket, file: string): void {
  // After the HTTP parser's own: with another listener the bytes come by way of JavaScript, and both see them.
  socket.on('data', (piece: Buffer) => appendFileSync(file, piece));
  const emitted: Socket['_write'] = socket._write.bind(socket);
  socket._write = (chunk: unknown, encoding, done) => {
    if (Buffer.isBuffer(chunk) || typeof chunk === 'string') appendFileSync(file, chunk);
    emitted(chunk, encoding, done);
  };
  const several = socket._writev?.bind(socket);
  if (several !== undefined) {
    socket._writev = (chunks, done) => {
      for (const { chunk } of chunks)
        if (Buffer.isBuffer(chunk) || typeof chunk === 'string') appendFileSync(file, chunk);
      several(chunks, done);
    };
  }
}

/** Every HTTPS server that this process makes from now on. */
export function recordTo(file: string): void {
  const original = https.createServer;
  const recorded = (...given: Parameters<typeof original>): Server => {
    const server = original(...given);
    server.on('secureConnection', (socket) => listen(socket, file));
    return server;
  };
  Object.assign(https, { createServer: recorded });
}
