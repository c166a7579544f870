/**
 * Validating children: only main may start utility processes, so it starts them for core and gives each a channel to core.
 * What travels there (paths, records) main never sees; it hears numbers, and when a child has ended.
 */
import { join } from 'node:path';
import { MessageChannelMain, type MessagePortMain, utilityProcess } from 'electron';
import type { ShellToCore } from '../../src-shared/wire.ts';

/** Windows starts no process without these; a validator needs nothing else of our environment. */
const passedNames = ['SYSTEMROOT', 'WINDIR'];

type Answer = Extract<ShellToCore, { readonly kind: 'validator' | 'validator-gone' }>;

export type Validators = {
  readonly start: (child: number) => void;
  readonly stop: (child: number) => void;
  /** Whoever asked has ended: so do all of them. */
  readonly stopAll: () => void;
};

/** @param send brings the answers to the process that asks */
export function keepValidators(send: (message: Answer, port?: MessagePortMain) => void): Validators {
  const kills = new Map<number, () => void>();

  function start(child: number): void {
    if (kills.has(child)) return;
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => passedNames.includes(name.toUpperCase())),
    );
    const validator = utilityProcess.fork(join(import.meta.dirname, 'validator.js'), [], {
      serviceName: 'validator',
      stdio: 'ignore',
      env: { ...env },
      execArgv: ['--max-semi-space-size=16'],
    });
    let wanted = true;
    const kill = (): void => {
      wanted = false;
      // not kill(): a validator stuck in a file hears no SIGTERM
      if (validator.pid !== undefined) process.kill(validator.pid, 'SIGKILL');
    };
    kills.set(child, kill);
    validator.once('spawn', () => {
      if (!wanted) kill();
    });
    validator.once('exit', () => {
      kills.delete(child);
      send({ kind: 'validator-gone', child });
    });
    const { port1, port2 } = new MessageChannelMain();
    validator.postMessage(null, [port1]);
    send({ kind: 'validator', child }, port2);
  }

  return {
    start,
    stop: (child) => kills.get(child)?.(),
    stopAll: () => {
      for (const kill of kills.values()) kill();
    },
  };
}
