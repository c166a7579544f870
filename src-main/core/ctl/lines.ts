/** JSON messages, one a line, over a stream. A line longer than the limit ends the connection. */
import type { Socket } from 'node:net';

const longest = 64 * 1024 * 1024;

export function readLines(socket: Socket, heard: (value: unknown) => void): void {
  let pending: Buffer[] = [];
  let size = 0;
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const text = Buffer.concat([...pending, rest.subarray(0, end)]).toString('utf8');
      pending = [];
      size = 0;
      rest = rest.subarray(end + 1);
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        // Whoever speaks something else than this protocol is not spoken to.
        socket.destroy();
        return;
      }
      heard(value);
    }
    if (rest.length === 0) return;
    size += rest.length;
    if (size > longest) socket.destroy();
    else pending.push(Buffer.from(rest));
  });
}

export function writeLine(socket: Socket, value: unknown): void {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
}
