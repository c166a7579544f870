/**
 * Room for what is large: bodies that come in and answers that go out, as long as they are in memory. So much of all,
 * and so much of one clinic, or of one address where nobody said whose; who is slow holds their own room alone.
 */
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refused } from '../store/refused.ts';
import type { Patience } from './bodies.ts';

export type RoomSize = { readonly all: number; readonly one: number };
const mebi = 1024 * 1024;
export const defaultRoom: RoomSize = { all: 1024 * mebi, one: 256 * mebi };
/** Not worth counting: rates and connections are limited, too. */
const small = 64 * 1024;
const again = 2;

export class Room {
  readonly #size: RoomSize;
  readonly #of = new Map<string, number>();
  #all = 0;

  constructor(size: RoomSize) {
    this.#size = size;
  }

  /** Until the answer is out or its connection ended. @throws Refused unavailable where there is none */
  take(of: string, bytes: number, { raw: { socket } }: FastifyRequest, reply: FastifyReply): void {
    if (bytes <= small) return;
    const before = this.#of.get(of) ?? 0;
    if (socket.destroyed || before + bytes > this.#size.one || this.#all + bytes > this.#size.all) {
      throw new Refused('unavailable', { retryAfter: again });
    }
    this.#of.set(of, before + bytes);
    this.#all += bytes;
    ended(socket, reply, () => {
      const left = (this.#of.get(of) ?? 0) - bytes;
      if (left > 0) this.#of.set(of, left);
      else this.#of.delete(of);
      this.#all -= bytes;
    });
  }
}

/** A large answer that is read too slowly is given up. */
export function hurry(
  { raw: { socket } }: FastifyRequest,
  reply: FastifyReply,
  bytes: number,
  { least, bytesPerSecond }: Patience,
): void {
  if (bytes <= small) return;
  const timer = setTimeout(() => void socket.destroy(), least + (bytes / bytesPerSecond) * 1000);
  ended(socket, reply, () => clearTimeout(timer));
}

/** Once: an answer that waits behind another one hears nothing of its connection's end. */
function ended(socket: Socket, reply: FastifyReply, then: () => void): void {
  const over = (): void => {
    socket.off('close', over);
    reply.raw.off('close', over);
    then();
  };
  socket.once('close', over);
  reply.raw.once('close', over);
}
