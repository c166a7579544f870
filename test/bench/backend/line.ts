/** HTTP/1.1 over TLS 1.3 as cheap as a load generator needs it: bytes made before, answers read by their length. */
import { once } from 'node:events';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';

export type Answer = { readonly status: number; readonly body: Buffer };

/** A request's bytes, made once. */
export function requestBytes(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: Buffer,
  type = 'application/json',
): Buffer {
  const head = [`${method} ${path} HTTP/1.1`, 'host: backend'];
  if (body !== undefined) head.push(`content-type: ${type}`, `content-length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body ?? Buffer.alloc(0)]);
}

export type LineTo = {
  readonly port: number;
  readonly serverName: string;
  /** With authority, certificate and key: made once for each workstation. */
  readonly context: SecureContext;
};

export class Line {
  readonly #socket: TLSSocket;
  readonly #asked: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }[] = [];
  #held: Buffer = Buffer.alloc(0);
  /** The backend ends what was silent for a minute. */
  over = false;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (piece: Buffer) => {
      this.#held = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
      this.#read();
    });
    const over = (): void => {
      this.over = true;
      for (const { reject } of this.#asked.splice(0)) reject(new Error('the backend ended the connection'));
    };
    socket.on('error', over);
    socket.on('close', over);
  }

  static async to({ port, serverName, context }: LineTo): Promise<Line> {
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: serverName,
      secureContext: context,
      minVersion: 'TLSv1.3',
    });
    await once(socket, 'secureConnect');
    return new Line(socket);
  }

  /** Answers come in the order of asking. */
  ask(bytes: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(): void {
    for (;;) {
      const headEnd = this.#held.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const head = this.#held.toString('latin1', 0, headEnd);
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (this.#held.length < end) return;
      const answer = { status: Number(head.slice(9, 12)), body: this.#held.subarray(headEnd + 4, end) };
      this.#held = this.#held.subarray(end);
      this.#asked.shift()?.resolve(answer);
    }
  }
}
