/** Long work in slices: a generator that yields wherever others may have their turn. */

/** What of how much is done; `total` 0 while unknown. */
export type Progress = { readonly done: number; readonly total: number };
export type Sliced<T> = Generator<Progress, T>;

/** How long one slice may hold the writer, milliseconds: well under the 50 that a screen may wait. */
export const sliceMs = 25;

/** Tells when a slice's time is over. */
export function sliceClock(ms: number = sliceMs): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() >= end;
}

/**
 * Runs sliced work to its end, letting the event loop turn between slices.
 * @throws the signal's reason when aborted; the work's `finally` blocks have run then
 */
export async function runSliced<T>(
  work: Sliced<T>,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void } = {},
): Promise<T> {
  for (;;) {
    const step = options.signal?.aborted ? work.throw(options.signal.reason) : work.next();
    if (step.done) return step.value;
    options.onProgress?.(step.value);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Runs sliced work in one go, for command lines and tests. */
export function drain<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
