/** Limits in time and bytes on what a source says, whichever kind it is: a share can hang as well as a server. */
import { Refused } from './refusals.ts';

export type Pace = {
  /** So many bytes at least … */
  readonly bytes: number;
  /** … in this time of waiting, milliseconds; the first answer as well. */
  readonly ms: number;
  /** A file of metadata is there after this. */
  readonly wholeMs: number;
};
export const usualPace: Pace = { bytes: 1024, ms: 20_000, wholeMs: 120_000 };

/** What `work` gives, unless it takes longer or the signal comes first. @throws Refused too-slow, the signal's reason */
export function within<T>(work: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    };
    const aborted = (): void => {
      done();
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        done();
        reject(new Refused('too-slow'));
      },
      Math.max(ms, 0),
    );
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    work.then(resolve, reject).finally(done);
  });
}

/** The same bytes, refused where they come slower than `pace`; time that the reader takes does not count. */
export async function* paced(from: AsyncIterable<Buffer>, pace: Pace, signal: AbortSignal): AsyncGenerator<Buffer> {
  const bytes = from[Symbol.asyncIterator]();
  let waited = 0;
  let come = 0;
  let ended = false;
  try {
    for (;;) {
      const began = performance.now();
      const next = await within(bytes.next(), pace.ms - waited, signal);
      if (next.done === true) {
        ended = true;
        return;
      }
      waited += performance.now() - began;
      come += next.value.length;
      if (come >= pace.bytes) {
        waited = 0;
        come = 0;
      }
      yield next.value;
    }
  } finally {
    // Not waited for: what hangs would hang here as well.
    if (!ended) bytes.return?.().catch(() => undefined);
  }
}

/** A whole file. @throws Refused too-large, too-slow */
export async function readWhole(from: AsyncIterable<Buffer>, limit: number, pace: Pace): Promise<Buffer> {
  const began = performance.now();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of from) {
    size += part.length;
    if (size > limit) throw new Refused('too-large');
    if (performance.now() - began > pace.wholeMs) throw new Refused('too-slow');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
