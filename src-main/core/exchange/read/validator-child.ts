/**
 * How a validating child is started. On plain Node core forks it. In Electron it cannot: the fuse that would let the
 * binary run as Node is off, and only main may start utility processes; there the shell starts it (shell-validators.ts).
 */
import { fork } from 'node:child_process';
import type { FromValidator, ToValidator } from './messages.ts';

export type ValidatorChild = {
  readonly pid: number | undefined;
  readonly send: (message: ToValidator) => void;
  readonly kill: () => void;
};

/** `lost` is called when the child has ended, however it did; what it sent before was heard before. */
export type StartValidator = (
  entry: string,
  heard: (message: FromValidator) => void,
  lost: () => void,
) => ValidatorChild;

/** A young generation that a batch fits into: a third faster. */
export const validatorFlags = ['--max-semi-space-size=16'];

const forkValidator: StartValidator = (entry, heard, lost) => {
  const child = fork(entry, [], {
    serialization: 'advanced',
    env: {}, // the child needs nothing of our environment
    execArgv: [...validatorFlags],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.on('message', heard);
  // `exit` may come before the last messages were read from the channel, `disconnect` never does.
  child.on('disconnect', lost);
  child.on('error', lost);
  child.on('exit', () => setImmediate(() => child.connected || lost()));
  return {
    get pid() {
      return child.pid;
    },
    // A child that is gone says so by `disconnect`; the failed write adds nothing.
    send: (message) => void (child.connected && child.send(message, () => undefined)),
    kill: () => void child.kill('SIGKILL'),
  };
};

let start = forkValidator;

/** Starts the child that reads and judges files. */
export const startValidator: StartValidator = (entry, heard, lost) => start(entry, heard, lost);

/** For a process of Electron: from now on validators are started by its shell. */
export function startValidatorsBy(shell: StartValidator): void {
  start = shell;
}
