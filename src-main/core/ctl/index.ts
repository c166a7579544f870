/**
 * The command line for IT staff: calls any procedure, with the same sign-in, permission and audit as the screen.
 *
 *   ctl --list
 *   ctl --profile DIR [--user NAME --password-file FILE [--code CODE]] PROCEDURE < input.json
 *
 * Prints the result or the error as JSON; exits 0 or 1. A program of its own on plain Node; in the packaged application
 * (`--ctl`) a utility process.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { isProcedureName } from '../../../src-shared/contract/index.ts';
import { isObject } from '../../../src-shared/fhir/json.ts';
import type { ReplyMessage } from '../../../src-shared/wire.ts';
import { logFolder, openLog } from '../../logs/log.ts';
import { watchProcess } from '../../logs/watch.ts';
import { reportError } from '../report.ts';
import { version } from '../version.ts';
import { connectToCore } from './client.ts';
import { listProcedures } from './list.ts';
import { serveCtlShell } from './shell.ts';
import { ctlAddress } from './socket.ts';

type Caller = { call(procedure: string, input: unknown): Promise<ReplyMessage>; close(): Promise<void> };

async function reachCore(profile: string): Promise<Caller> {
  const address = ctlAddress(profile);
  const running = address === undefined ? null : await connectToCore(address);
  if (running !== null) {
    return {
      call: (procedure, input) => running.call(procedure, input),
      close: async () => running.close(),
    };
  }
  openLog({ folder: logFolder(profile), part: 'ctl', words: { procedures: isProcedureName } });
  const { startHeadless } = await import('../headless.ts');
  return startHeadless(profile);
}

watchProcess({ part: 'ctl', version, after: () => process.exit(1) });

const { parentPort } = process;
const inElectron = parentPort !== null && parentPort !== undefined;
const standardInput = inElectron
  ? serveCtlShell(parentPort)
  : async () => (process.stdin.isTTY ? '' : readFileSync(0, 'utf8'));

async function readInput(file: string | undefined): Promise<unknown> {
  const text = (file === undefined ? await standardInput() : readFileSync(file, 'utf8')).trim();
  return text === '' ? {} : JSON.parse(text);
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Long work goes on behind its answer; leaving before its end would stop it. */
const endOf: Readonly<Record<string, string>> = { 'imports.start': 'imports.wait', 'audit.verify': 'audit.verdict' };

/** Paths as whoever typed them means them: a running core stands in another folder. */
function rooted(input: unknown): unknown {
  if (!isObject(input)) return input;
  const { path, paths } = input;
  const whole = (one: unknown): unknown => (typeof one === 'string' ? resolve(one) : one);
  return {
    ...input,
    ...(path !== undefined && { path: whole(path) }),
    ...(Array.isArray(paths) && { paths: paths.map(whole) }),
  };
}

/** The file's first line; null when it cannot be read. */
function readPassword(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch {
    return null;
  }
}

type SignInAs = {
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly code: string | undefined;
};

async function run(
  profile: string,
  procedure: string,
  inputFile: string | undefined,
  { user, passwordFile, code }: SignInAs,
): Promise<boolean> {
  let input: unknown;
  try {
    input = rooted(await readInput(inputFile));
  } catch {
    // What came in is no JSON; it may hold a record, so it is not repeated here.
    print({ code: 'invalid-input' });
    return false;
  }
  const password = passwordFile === undefined ? '' : readPassword(passwordFile);
  if (password === null) {
    print({ code: 'file-unreadable', field: 'password-file' });
    return false;
  }
  const core = await reachCore(profile);
  try {
    if (user !== undefined) {
      const signedIn = await core.call('sessions.signIn', {
        userName: user,
        password,
        ...(code !== undefined && { code }),
      });
      if (!signedIn.ok) {
        print(signedIn.error);
        return false;
      }
    }
    const reply = await core.call(procedure, input);
    print(reply.ok ? reply.value : reply.error);
    const end = endOf[procedure];
    if (reply.ok && end !== undefined) await core.call(end, procedure === 'imports.start' ? input : {});
    return reply.ok;
  } finally {
    await core.close();
  }
}

const program = new Command('ctl')
  .description('Calls any procedure of Carekeep on a profile.')
  .option('--profile <dir>', 'profile folder')
  .option('--user <name>', 'user name')
  .option('--password-file <file>', 'file whose first line is the password')
  .option('--code <code>', 'code of the second factor, where the user has one')
  .option('--input <file>', 'file with the input as JSON, instead of standard input')
  .option('--list', 'print every procedure with schemas, permission and audit event')
  .argument('[procedure]', 'for example patients.search; its input is read from standard input as JSON')
  .action(async (procedure: string | undefined, options: Record<string, string | boolean | undefined>) => {
    if (options['list'] === true) {
      print(listProcedures());
      return;
    }
    const { profile } = options;
    const text = (name: string): string | undefined => {
      const value = options[name];
      return typeof value === 'string' ? value : undefined;
    };
    if (typeof profile !== 'string' || profile === '' || procedure === undefined) {
      program.outputHelp({ error: true });
      process.exitCode = 1;
      return;
    }
    const as = { user: text('user'), passwordFile: text('passwordFile'), code: text('code') };
    // the running core of a profile is found by the whole path
    const done = await run(resolve(profile), procedure, text('input'), as);
    process.exitCode = done ? 0 : 1;
  });

try {
  // where the arguments begin differs between plain Node and a utility process; after `--ctl` it does not
  const { argv } = process;
  await program.parseAsync(argv.slice(inElectron ? argv.indexOf('--ctl') + 1 : 2), { from: 'user' });
} catch (error) {
  // JSON here too, and neither message nor stack: both may quote what was read.
  if (error instanceof CallError) print(error.value);
  else {
    reportError('ctl', error);
    print({ code: 'internal' });
  }
  process.exitCode = 1;
}
// A utility process does not end by itself; what was printed must be out before it does.
if (inElectron) process.stdout.write('', () => process.exit());
