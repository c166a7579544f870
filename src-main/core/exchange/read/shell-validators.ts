/**
 * Validating children that main starts for core: core asks, main forks a utility process and hands both ends of a channel
 * out. Paths and records travel through that channel only; main sees numbers.
 */
import type { FromValidator, ToValidator } from './messages.ts';
import type { StartValidator } from './validator-child.ts';

export type ValidatorWish = { readonly kind: 'validator-start' | 'validator-stop'; readonly child: number };

/** As Electron's MessagePortMain. */
export type ValidatorPort = {
  on(event: 'message', listener: (message: { data: FromValidator }) => void): unknown;
  postMessage(message: ToValidator): void;
  start(): void;
  close(): void;
};

export type ShellValidators = {
  readonly start: StartValidator;
  /** Main's answer to a start. */
  readonly arrived: (child: number, port: ValidatorPort) => void;
  /** The process has ended. */
  readonly gone: (child: number) => void;
};

type Started = {
  readonly heard: (message: FromValidator) => void;
  readonly lost: () => void;
  readonly early: ToValidator[];
  port: ValidatorPort | undefined;
};

/** @param ask brings a wish to main */
export function shellValidators(ask: (wish: ValidatorWish) => void): ShellValidators {
  const children = new Map<number, Started>();
  let last = 0;

  const end = (child: number): void => {
    children.get(child)?.port?.close();
    children.delete(child);
  };
  return {
    start: (_entry, heard, lost) => {
      last += 1;
      const child = last;
      const started: Started = { heard, lost, early: [], port: undefined };
      children.set(child, started);
      ask({ kind: 'validator-start', child });
      return {
        pid: undefined,
        send: (message) => {
          if (started.port === undefined) started.early.push(message);
          else if (children.has(child)) started.port.postMessage(message);
        },
        kill: () => {
          if (!children.has(child)) return;
          end(child);
          ask({ kind: 'validator-stop', child });
        },
      };
    },
    arrived: (child, port) => {
      const started = children.get(child);
      if (started === undefined) {
        port.close(); // killed before it came
        return;
      }
      started.port = port;
      port.on('message', ({ data }) => {
        if (children.has(child)) started.heard(data);
      });
      port.start();
      for (const message of started.early.splice(0)) port.postMessage(message);
    },
    gone: (child) => {
      const started = children.get(child);
      end(child);
      started?.lost();
    },
  };
}
