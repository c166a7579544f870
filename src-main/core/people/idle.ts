/**
 * The idle timer: runs out by this application's own input and by the system's. Runs on a monotonic clock, so that
 * setting the time back buys nothing; after a sleep it has run out too.
 */
import { type Clocks, everySecond } from './every-second.ts';

export type IdleTimer = {
  /** Input was seen here. */
  touch(): void;
  /** The system's own idle time, seconds. */
  systemIdle(seconds: number): void;
  setLimit(minutes: number): void;
  stop(): void;
};

export type IdleOptions = Clocks & {
  readonly limitMinutes: number;
  /** Nobody was here for long enough. */
  readonly over: (reason: 'idle' | 'suspend') => void;
  /** Told whole seconds left, at most once a second. */
  readonly tell: (seconds: number) => void;
};

export function startIdleTimer(options: IdleOptions): IdleTimer {
  let limit = options.limitMinutes * 60_000;
  let last = options.monotonic();
  let systemAt = 0;
  const stop = everySecond(
    options,
    (now) => {
      const idle = Math.max(now - last, systemAt);
      const left = Math.max(0, limit - idle);
      options.tell(Math.ceil(left / 1000));
      if (left === 0) options.over('idle');
    },
    () => options.over('suspend'),
  );
  return {
    touch: () => {
      last = options.monotonic();
      systemAt = 0;
    },
    systemIdle: (seconds) => {
      systemAt = seconds * 1000;
    },
    setLimit: (minutes) => {
      limit = minutes * 60_000;
    },
    stop,
  };
}
