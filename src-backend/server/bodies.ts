/** Bodies of requests: read whole, up to a limit, in a time that depends on their length. Nothing else parses them. */
import type { IncomingMessage } from 'node:http';
import { Refused } from '../store/refused.ts';

export type Patience = {
  /** Milliseconds for any body, however short. */
  readonly least: number;
  /** Bytes a second that a longer one has to come with. */
  readonly bytesPerSecond: number;
};
export const defaultPatience: Patience = { least: 15_000, bytesPerSecond: 32 * 1024 };

/** Came too slowly, or not whole: the connection is of no more use. */
export class SlowBody extends Error {
  constructor() {
    super('slow-body');
    this.name = 'SlowBody';
  }
}

/** @throws Refused too-large, bad-request; SlowBody */
export function readBody(payload: IncomingMessage, most: number, patience: Patience): Promise<Buffer> {
  const announced = Number(payload.headers['content-length'] ?? Number.NaN);
  if (announced > most) return Promise.reject(new Refused('too-large'));
  const length = Number.isNaN(announced) ? most : announced;
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      payload.off('data', take).off('end', whole).off('error', broken).off('close', broken);
      finish();
    };
    const take = (part: Buffer): void => {
      size += part.length;
      if (size > most) settle(() => reject(new Refused('too-large')));
      else parts.push(part);
    };
    const whole = (): void => settle(() => resolve(Buffer.concat(parts, size)));
    const broken = (): void => settle(() => reject(new SlowBody()));
    const timer = setTimeout(broken, patience.least + (length / patience.bytesPerSecond) * 1000);
    payload.on('data', take).once('end', whole).once('error', broken).once('close', broken);
  });
}

/** @throws Refused bad-request for what is no JSON in UTF-8 */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // Neither where nor why: it would be a value from a request.
    throw new Refused('bad-request');
  }
}

/** Bytes of a base64 text in its one canonical spelling. @throws Refused bad-request */
export function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new Refused('bad-request');
  return bytes;
}
