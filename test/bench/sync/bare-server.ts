/** The far end of the bare pipeline, in a process of its own: TLS 1.3, COPY, commit, one byte back; or rows back. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type TLSSocket } from 'node:tls';
import pg from 'pg';
import { z } from 'zod';
import { copyIn, copyRow, int8 } from './copy.ts';
import { framed, framesOf, joined, split } from './frames.ts';

const order = z.strictObject({
  to: z.object({ host: z.string(), port: z.number(), user: z.string(), password: z.string(), database: z.string() }),
  cert: z.string(),
  key: z.string(),
});
const perAnswer = 1000;
/** Of what a new workstation copies: bytes that nothing makes smaller. */
const piece = randomBytes(1024 * 1024);

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => void serve(message));

async function serve(message: unknown): Promise<void> {
  const { to, cert, key } = order.parse(message);
  const client = new pg.Client(to);
  await client.connect();
  await client.query('create table bare (position bigint primary key, body bytea not null)');
  let position = 0;

  const store = async (pieces: readonly Buffer[]): Promise<void> => {
    const rows = pieces.map((piece) => copyRow([int8(position++), piece]));
    await copyIn(client, 'copy bare from stdin (format binary)', rows);
  };
  const read = async (from: number): Promise<Buffer> => {
    const { rows } = await client.query<{ body: Buffer }>(
      'select body from bare where position >= $1 order by position limit $2',
      [from, perAnswer],
    );
    return joined(rows.map(({ body }) => body));
  };
  const answer = async (socket: TLSSocket): Promise<void> => {
    for await (const frame of framesOf(socket)) {
      if (frame[0] === 0) {
        await store(split(frame.subarray(1)));
        socket.write(framed(Buffer.alloc(1)));
      } else if (frame[0] === 1) {
        socket.write(framed(await read(Number(frame.readBigInt64BE(1)))));
      } else {
        for (let left = Number(frame.readBigInt64BE(1)); left > 0; left -= piece.length) {
          if (!socket.write(piece.subarray(0, Math.min(left, piece.length)))) await once(socket, 'drain');
        }
      }
    }
  };
  const server = createServer({ cert, key, minVersion: 'TLSv1.3' }, (socket) => {
    socket.on('error', () => socket.destroy());
    answer(socket).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address !== 'string') process.send?.({ port: address.port });
  });
}
