/**
 * `--ctl`: the packaged application as the command line. The binary never runs as plain Node, so main starts the program
 * as a utility process, without window and without core, and ends with its exit code.
 *
 * A utility process has no standard input. Main reads it only when the program asks for it, hands the bytes on unread and
 * ends with the command; `--input FILE` goes without.
 */
import { createReadStream, fstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { app, utilityProcess } from 'electron';
import type { ShellToCtl } from '../../src-shared/wire.ts';
import { log } from '../logs/log.ts';
import { parseCoreMessage } from './core-messages.ts';
import { coreEnvironment } from './environment.ts';
import { profileArgument } from './profile.ts';
import { keepValidators } from './validators.ts';

const ctlSwitch = '--ctl';

/** What follows `--ctl`; undefined when the application was not started as the command line. */
export function ctlArguments(argv: readonly string[]): readonly string[] | undefined {
  const at = argv.indexOf(ctlSwitch);
  return at === -1 ? undefined : argv.slice(at + 1);
}

/** Nobody types JSON at a terminal, and some starters give no input at all. */
function hasInput(): boolean {
  try {
    fstatSync(0);
    return !isatty(0);
  } catch {
    return false;
  }
}

async function handInput(send: (message: ShellToCtl) => void): Promise<void> {
  if (hasInput()) {
    try {
      // not process.stdin: Electron's is always at its end on Windows
      for await (const chunk of createReadStream('', { fd: 0, autoClose: false })) {
        send({ kind: 'ctl-input', bytes: new Uint8Array(chunk) });
      }
    } catch {
      log('input-unreadable', {});
    }
  }
  send({ kind: 'ctl-input-end' });
}

/**
 * Runs the command line and ends the application with its exit code.
 * @param profile the folder meant when the arguments name none
 */
export async function runCtl(given: readonly string[], profile: string): Promise<void> {
  // a Carekeep with a window may be running: nothing of Chromium's is shared with it
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-ctl-'));
  app.setPath('userData', folder);
  app.setPath('sessionData', folder);
  if (process.platform === 'darwin') app.setActivationPolicy('prohibited'); // no icon in the dock
  await app.whenReady();
  const args = profileArgument(given) === undefined ? ['--profile', profile, ...given] : given;
  const child = utilityProcess.fork(join(import.meta.dirname, 'ctl.js'), [ctlSwitch, ...args], {
    serviceName: 'ctl',
    stdio: 'inherit',
    env: coreEnvironment(process.env),
  });
  const validators = keepValidators((message, port) => child.postMessage(message, port === undefined ? [] : [port]));
  child.on('message', (value: unknown) => {
    if (value === 'ctl-input') {
      void handInput((message) => child.postMessage(message));
      return;
    }
    const message = parseCoreMessage(value);
    if (message?.kind === 'validator-start') validators.start(message.child);
    if (message?.kind === 'validator-stop') validators.stop(message.child);
  });
  child.once('exit', (code) => {
    validators.stopAll();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    app.exit(code);
  });
}
