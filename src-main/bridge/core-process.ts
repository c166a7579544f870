/** One core process: started, spoken to, and killed so that nothing of it is left. */
import { join } from 'node:path';
import { type MessagePortMain, utilityProcess } from 'electron';
import type { CoreToShell, ShellToCore } from '../../src-shared/wire.ts';
import { log } from '../logs/log.ts';
import { parseCoreMessage } from './core-messages.ts';
import { coreEnvironment } from './environment.ts';
import type { Core } from './keeper.ts';
import type { CoreEnd } from './shell-log.ts';
import { keepValidators } from './validators.ts';

/** Starts core for a profile, with what else it is told on its command line; `heard` gets its parsed messages, `ended` its end, once. */
export function startCore(
  profile: string,
  heard: (message: CoreToShell) => void,
  ended: (end: CoreEnd) => void,
  told: readonly string[] = [],
): Core<MessagePortMain> {
  const child = utilityProcess.fork(join(import.meta.dirname, 'core.js'), ['--profile', profile, ...told], {
    serviceName: 'core',
    stdio: 'inherit',
    env: coreEnvironment(process.env),
  });
  const send = (message: ShellToCore, port?: MessagePortMain): void => {
    if (!exited) child.postMessage(message, port === undefined ? [] : [port]);
  };
  const validators = keepValidators(send);
  let killed = false;
  let exited = false;
  let pid = 0;
  const began = Date.now();
  const exit = new Promise<void>((resolve) => {
    child.once('exit', (exitCode) => {
      exited = true;
      validators.stopAll();
      resolve();
      ended({ pid, exitCode, began });
    });
  });
  const kill = (): void => {
    // child.kill() would be SIGTERM, which leaves time to write; a lock must not depend on core's good will.
    if (child.pid !== undefined && !exited) process.kill(child.pid, 'SIGKILL');
  };
  child.on('spawn', () => {
    pid = child.pid ?? 0;
    log('core-started', {});
    if (killed) kill();
  });
  child.on('message', (value: unknown) => {
    const message = parseCoreMessage(value);
    if (message === undefined) log('core-not-understood', {});
    else if (message.kind === 'validator-start') validators.start(message.child);
    else if (message.kind === 'validator-stop') validators.stop(message.child);
    else heard(message);
  });
  return {
    send,
    kill: async () => {
      killed = true;
      kill();
      await exit;
    },
  };
}
