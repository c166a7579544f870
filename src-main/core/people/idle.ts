/**
 * The idle timer: locks by this application's own input and by the system's. Runs on a monotonic clock, so that
 * setting the time back buys nothing; a tick that comes far too late means the machine slept, and locks too.
 */
export type IdleTimer = {
  /** Input was seen here. */
  touch(): void;
  /** The system's own idle time, seconds. */
  systemIdle(seconds: number): void;
  setLimit(minutes: number): void;
  stop(): void;
};

export type IdleOptions = {
  readonly limitMinutes: number;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  readonly lock: (reason: 'idle' | 'suspend') => void;
  /** Told whole seconds left, at most once a second. */
  readonly tell: (seconds: number) => void;
};

const tick = 1000;
/** A tick this late means that nothing ran: suspend, or a debugger. */
const slept = 30_000;

export function startIdleTimer(options: IdleOptions): IdleTimer {
  let limit = options.limitMinutes * 60_000;
  let last = options.monotonic();
  let systemAt = 0;
  let before = options.monotonic();
  const timer = setInterval(() => {
    const now = options.monotonic();
    const gap = now - before;
    before = now;
    if (gap > slept) {
      options.lock('suspend');
      return;
    }
    const idle = Math.max(now - last, systemAt);
    const left = Math.max(0, limit - idle);
    options.tell(Math.ceil(left / 1000));
    if (left === 0) options.lock('idle');
  }, tick);
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
    stop: () => clearInterval(timer),
  };
}
