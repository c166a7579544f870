/** Messages on a bare TLS connection: four bytes of length, then so many bytes. */
import type { Duplex } from 'node:stream';

export function framed(body: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(4 + body.length);
  out.writeUInt32BE(body.length);
  out.set(body, 4);
  return out;
}

/** Every frame that comes, in order; ends with the connection. */
export async function* framesOf(socket: Duplex): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of socket) {
    if (!Buffer.isBuffer(chunk)) continue;
    parts.push(chunk);
    held += chunk.length;
    let wanted = parts[0]?.length ?? 0;
    // Put together only once a frame is whole, not at every piece of it.
    if (held < 4) continue;
    if (wanted < 4) parts = [Buffer.concat(parts)];
    wanted = 4 + (parts[0]?.readUInt32BE(0) ?? 0);
    if (held < wanted) continue;
    let rest = Buffer.concat(parts);
    while (rest.length >= 4) {
      const end = 4 + rest.readUInt32BE(0);
      if (rest.length < end) break;
      yield rest.subarray(4, end);
      rest = rest.subarray(end);
    }
    parts = rest.length > 0 ? [rest] : [];
    held = rest.length;
  }
}

/** Pieces of one message: `(u32 length ‖ piece)*`. */
export function joined(pieces: readonly Uint8Array[]): Buffer {
  return Buffer.concat(pieces.map(framed));
}

export function split(message: Buffer): readonly Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0; at < message.length; ) {
    const end = at + 4 + message.readUInt32BE(at);
    out.push(message.subarray(at + 4, end));
    at = end;
  }
  return out;
}
