/** COPY … FROM STDIN in PostgreSQL's binary form, one message after the other over a connection of `pg`. */
import type { Client, Connection, Submittable } from 'pg';

const head = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const end = Buffer.from([0xff, 0xff]);

/** What `pg` gives a statement of this kind; its declarations leave it out. */
type CopyConnection = { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

/** One row's fields as the binary form has them. */
export function copyRow(fields: readonly Uint8Array[]): Buffer {
  const out = Buffer.allocUnsafe(2 + fields.reduce((sum, { length }) => sum + 4 + length, 0));
  let at = out.writeInt16BE(fields.length, 0);
  for (const field of fields) {
    at = out.writeInt32BE(field.length, at);
    out.set(field, at);
    at += field.length;
  }
  return out;
}

export function int8(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigInt64BE(BigInt(value));
  return out;
}

class CopyIn implements Submittable {
  readonly done: Promise<void>;
  readonly #text: string;
  readonly #rows: readonly Uint8Array[];
  readonly #settle = Promise.withResolvers<void>();

  constructor(text: string, rows: readonly Uint8Array[]) {
    this.#text = text;
    this.#rows = rows;
    this.done = this.#settle.promise;
  }

  submit(connection: Connection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(Buffer.concat([head, ...this.#rows, end]));
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#settle.resolve();
  }

  handleError(error: Error): void {
    this.#settle.reject(error);
  }
}

/** Resolves once the rows are committed, where no transaction was begun before. */
export function copyIn(client: Client, text: string, rows: readonly Uint8Array[]): Promise<void> {
  return client.query(new CopyIn(text, rows)).done;
}
