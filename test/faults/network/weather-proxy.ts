/** A bad network between a workstation and its backend: a TCP proxy whose weather a trial sets, and clears again. */
import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';

export type Direction = 'up' | 'down';

export type Weather =
  | { readonly kind: 'clear' }
  /** Every piece comes so many milliseconds later. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** So many bytes a second each way. */
  | { readonly kind: 'drip'; readonly bytesPerSecond: number }
  /** The connection is reset once so many bytes went that way. */
  | { readonly kind: 'reset'; readonly direction: Direction; readonly after: number }
  /** From so many bytes on nothing goes that way any more, and nobody is told. */
  | { readonly kind: 'half-open'; readonly direction: Direction; readonly after: number }
  /** One bit of one byte is another. */
  | { readonly kind: 'flip'; readonly direction: Direction; readonly at: number; readonly bit: number }
  /** The piece that holds this byte comes twice. */
  | { readonly kind: 'duplicate'; readonly direction: Direction; readonly at: number }
  /** Taken, and never answered. */
  | { readonly kind: 'black-hole' }
  /** Turned away at the door. */
  | { readonly kind: 'refused' };

export const clear: Weather = { kind: 'clear' };

const opposite: { readonly [D in Direction]: Direction } = { up: 'down', down: 'up' };

type Told = { readonly struck: () => void; readonly came: (direction: Direction, bytes: number) => void };

/** One connection through the proxy. */
class Way {
  readonly #ends: { readonly [D in Direction]: Socket };
  readonly #weather: Weather;
  readonly #passed = { up: 0, down: 0 };
  readonly #queue: { [D in Direction]: Promise<void> } = { up: Promise.resolve(), down: Promise.resolve() };
  readonly #struck: () => void;
  readonly #came: (direction: Direction, bytes: number) => void;
  #over = false;

  /** @param client the workstation's end; @param server the backend's */
  constructor(client: Socket, server: Socket, weather: Weather, told: Told) {
    // What goes up is written to the server, what goes down to the client.
    this.#ends = { up: server, down: client };
    this.#weather = weather;
    this.#struck = told.struck;
    this.#came = told.came;
    this.#carry(client, 'up');
    this.#carry(server, 'down');
  }

  end(): void {
    this.#over = true;
    for (const direction of ['up', 'down'] as const) {
      const socket = this.#ends[direction];
      if (!socket.destroyed) socket.resetAndDestroy();
    }
  }

  #carry(from: Socket, direction: Direction): void {
    from.on('error', () => this.end());
    from.on('data', (piece) => {
      // In the order it came: what waits for its time holds up what comes after it.
      from.pause();
      this.#came(direction, piece.length);
      this.#queue[direction] = this.#queue[direction]
        .then(() => this.#pass(piece, direction))
        .then(
          () => void (from.destroyed || from.resume()),
          () => this.end(),
        );
    });
    from.on('end', () => {
      if (this.#weather.kind === 'black-hole' || this.#held(direction)) return;
      void this.#queue[direction].then(() => this.#ends[direction].end());
    });
    from.on('close', () => {
      const other = this.#ends[direction];
      if (from.errored !== null && !other.destroyed && !this.#held(opposite[direction])) other.resetAndDestroy();
    });
  }

  #held(direction: Direction): boolean {
    const weather = this.#weather;
    return weather.kind === 'half-open' && weather.direction === direction && this.#passed[direction] >= weather.after;
  }

  async #pass(piece: Buffer, direction: Direction): Promise<void> {
    const weather = this.#weather;
    const from = this.#passed[direction];
    this.#passed[direction] += piece.length;
    const here = (at: number) => at >= from && at < from + piece.length;
    switch (weather.kind) {
      case 'latency':
        await new Promise((resolve) => setTimeout(resolve, weather.ms));
        return this.#write(piece, direction);
      case 'drip': {
        const step = Math.max(1, Math.round(weather.bytesPerSecond / 20));
        for (let at = 0; at < piece.length && !this.#over; at += step) {
          const some = piece.subarray(at, at + step);
          this.#write(some, direction);
          await new Promise((resolve) => setTimeout(resolve, (1000 * some.length) / weather.bytesPerSecond));
        }
        return;
      }
      case 'reset':
        if (weather.direction !== direction || from + piece.length < weather.after)
          return this.#write(piece, direction);
        this.#write(piece.subarray(0, Math.max(0, weather.after - from)), direction);
        this.#struck();
        // The bytes before it have to be on their way first.
        await new Promise((resolve) => setTimeout(resolve, 2));
        return this.end();
      case 'half-open': {
        const room = weather.direction === direction ? Math.max(0, weather.after - from) : piece.length;
        if (room < piece.length) this.#struck();
        return this.#write(piece.subarray(0, room), direction);
      }
      case 'flip': {
        if (weather.direction !== direction || !here(weather.at)) return this.#write(piece, direction);
        const other = Buffer.from(piece);
        other[weather.at - from] = (other[weather.at - from] ?? 0) ^ (1 << weather.bit);
        this.#struck();
        return this.#write(other, direction);
      }
      case 'duplicate':
        this.#write(piece, direction);
        if (weather.direction === direction && here(weather.at)) {
          this.#struck();
          this.#write(piece, direction);
        }
        return;
      case 'black-hole':
        return;
      default:
        return this.#write(piece, direction);
    }
  }

  #write(piece: Buffer, direction: Direction): void {
    const to = this.#ends[direction];
    if (piece.length > 0 && to.writable) to.write(piece);
  }
}

export class WeatherProxy {
  /** Where workstations believe their backend to be. */
  readonly port: number;
  /** How often weather of the kinds that strike at a place did so. */
  struck = 0;
  /** Bytes that came in, each way. */
  readonly bytes = { up: 0, down: 0 };
  readonly #server: Server;
  readonly #target: number;
  readonly #ways = new Set<Way>();
  #weather: Weather = clear;

  private constructor(server: Server, port: number, target: number) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    server.on('connection', (client) => this.#accept(client));
  }

  /** @param target the backend's port on this machine */
  static async start(target: number): Promise<WeatherProxy> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    return new WeatherProxy(server, address.port, target);
  }

  /** Holds for connections made from now on; those that are open are reset, as when a cable is pulled and put back. */
  set(weather: Weather): void {
    this.#weather = weather;
    this.cut();
  }

  /** Resets every connection; new ones are taken. */
  cut(): void {
    for (const way of this.#ways) way.end();
    this.#ways.clear();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#weather.kind === 'refused') {
      client.resetAndDestroy();
      return;
    }
    const server = dial({ host: '127.0.0.1', port: this.#target, allowHalfOpen: true });
    const way = new Way(client, server, this.#weather, {
      struck: () => {
        this.struck += 1;
      },
      came: (direction, bytes) => {
        this.bytes[direction] += bytes;
      },
    });
    this.#ways.add(way);
    client.once('close', () => this.#ways.delete(way));
  }
}
