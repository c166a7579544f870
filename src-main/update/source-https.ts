/**
 * A repository behind https: one address, no cookies, no compression, no redirect to anywhere else, limits in bytes and
 * in time. Nothing that the server says about a file is believed; the signed hashes decide.
 */
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { type UpdateTls, updateTls } from '../core/crypto/update-tls.ts';
import { type Pace, paced, readWhole, usualPace } from './pace.ts';
import { type ProxyChoice, type Way, waysTo } from './proxies.ts';
import { Refused } from './refusals.ts';
import { repositoryPath } from './repository-path.ts';
import type { Source } from './seam.ts';

const mostRedirects = 3;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const gone: ReadonlySet<number> = new Set([403, 404, 410]);
const reaching = { maxHeaderSize: 16 * 1024, connections: 1, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 };

type Answer = {
  readonly status: number;
  readonly range: string | undefined;
  readonly body: Dispatcher.ResponseData['body'];
};

function dispatcherFor(way: Way, tls: UpdateTls, pace: Pace): Dispatcher {
  const connect = { ...tls, timeout: pace.ms, allowH2: false };
  if (way === null) return new Agent({ ...reaching, connect });
  return new ProxyAgent({ ...reaching, uri: way, requestTls: connect, proxyTls: connect, connectTimeout: pace.ms });
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

/** Lets go of a body that nobody reads; an error that comes late is nobody's. */
function drop(body: Answer['body']): void {
  body.on('error', () => undefined).destroy();
}

async function* piecesOf(body: Answer['body'], skip: number): AsyncGenerator<Buffer> {
  let left = skip;
  try {
    for await (const piece of body) {
      if (!Buffer.isBuffer(piece)) throw new Refused('unreachable');
      const kept = piece.subarray(left);
      left = Math.max(0, left - piece.length);
      if (kept.length > 0) yield kept;
    }
  } finally {
    drop(body);
  }
}

export class HttpsSource implements Source {
  readonly kind = 'https';
  readonly #base: URL;
  readonly #pace: Pace;
  /** The first one is used; one that leads nowhere at the first question is passed over. */
  readonly #ways: Dispatcher[];
  #answered = false;

  private constructor(base: URL, ways: Dispatcher[], pace: Pace) {
    this.#base = base;
    this.#ways = ways;
    this.#pace = pace;
  }

  /** @throws Refused unreachable for an address, an authority or a proxy that cannot be used */
  static async open(address: string, proxy: ProxyChoice, ca?: string, pace: Pace = usualPace): Promise<HttpsSource> {
    if (!URL.canParse(address)) throw new Refused('unreachable');
    const base = new URL(address);
    if (base.protocol !== 'https:' || base.username !== '' || base.password !== '') throw new Refused('unreachable');
    base.search = '';
    base.hash = '';
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    const tls = updateTls(ca);
    if (tls === undefined) throw new Refused('unreachable');
    const ways = await waysTo(base.href, proxy);
    return new HttpsSource(
      base,
      ways.map((way) => dispatcherFor(way, tls, pace)),
      pace,
    );
  }

  read(path: string, limit: number, signal: AbortSignal): Promise<Buffer> {
    return readWhole(this.open(path, 0, signal), limit, this.#pace);
  }

  async *open(path: string, from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const parts = repositoryPath(path);
    if (parts === undefined) throw new Refused('missing');
    const range = from > 0 ? { range: `bytes=${from}-` } : {};
    const { status, range: given, body } = await this.#ask(new URL(parts.join('/'), this.#base), range, signal);
    // Another part than the one asked for is never put behind what is here.
    const fits = status === 200 || (from > 0 && given?.startsWith(`bytes ${from}-`) === true);
    if (!fits) {
      drop(body);
      throw new Refused('wrong-bytes');
    }
    try {
      yield* paced(piecesOf(body, status === 200 ? from : 0), this.#pace, signal);
    } catch (error) {
      throw this.#named(error, signal);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#ways.map((way) => way.destroy()));
  }

  #named(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    return error instanceof Refused ? error : new Refused('unreachable', { cause: error });
  }

  /** An answer of status 200 or 206. @throws Refused */
  async #ask(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> {
    let at = url;
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      const { statusCode: status, headers: said, body } = await this.#send(at, headers, signal);
      if (status === 200 || status === 206) return { status, range: one(said['content-range']), body };
      drop(body);
      if (gone.has(status)) throw new Refused('missing');
      if (status === 416) throw new Refused('wrong-bytes');
      if (!redirects.has(status)) throw new Refused('unreachable');
      const location = one(said['location']) ?? '';
      if (!URL.canParse(location, at.href)) throw new Refused('redirected');
      const next = new URL(location, at);
      if (next.origin !== this.#base.origin || next.username !== '') throw new Refused('redirected');
      at = next;
    }
    throw new Refused('redirected');
  }

  async #send(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    for (;;) {
      const [way] = this.#ways;
      if (way === undefined) throw new Refused('unreachable');
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new Refused('too-slow')), this.#pace.ms);
      try {
        const response = await request(url, {
          dispatcher: way,
          headers: { ...headers, 'accept-encoding': 'identity', 'user-agent': 'Carekeep' },
          signal: AbortSignal.any([signal, late.signal]),
        });
        this.#answered = true;
        return response;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (this.#answered || this.#ways.length === 1)
          throw this.#named(late.signal.aborted ? late.signal.reason : error, signal);
        this.#ways.shift();
        await way.destroy();
      } finally {
        clearTimeout(timer);
      }
    }
  }
}
