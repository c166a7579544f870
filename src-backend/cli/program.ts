/** The operator's command line. What it prints is for people; what goes wrong is one line and exit code 1. */
import { Command, CommanderError, Option } from 'commander';
import { witnessKey } from '../../src-main/core/crypto/signed-note.ts';
import { hasIdentity, openIdentity } from '../ca/folder.ts';
import { WeakEnvironment } from '../server/backend.ts';
import { Refused } from '../store/refused.ts';
import { SetupError } from '../store/setup-error.ts';
import { clinicCommands } from './clinics.ts';
import { serveCommand } from './serve.ts';
import { folderOf, type Print } from './settings.ts';

/** @returns exit code */
export async function runCommandLine(
  arguments_: readonly string[],
  print: Print = (line) => void process.stdout.write(`${line}\n`),
  complain: Print = (line) => void process.stderr.write(`${line}\n`),
): Promise<number> {
  const program = new Command('backend')
    .description('Keeps the sealed records of clinics and passes them between their workstations; it can read none.')
    .addOption(new Option('--data <folder>', 'data folder (./backend-data)').env('CAREKEEP_DATA'))
    .configureOutput({ writeOut: (text) => print(text.trimEnd()), writeErr: (text) => complain(text.trimEnd()) })
    .exitOverride();
  serveCommand(program, print);
  clinicCommands(program, print);
  program
    .command('fingerprint')
    .description("the authority's fingerprint, which an admin compares before connecting")
    .action(async () => {
      const folder = folderOf(program.opts<{ data?: string }>().data);
      // Another folder's would be compared with nobody's.
      if (!hasIdentity(folder)) program.error(`no backend was started on ${folder}: say --data`);
      const { fingerprint } = await openIdentity(folder, Date.now());
      print(fingerprint);
    });
  program
    .command('witness-key')
    .description('the key that cosigns the audit logs of clinics: auditors give it to `carekeep-verify --witness`')
    .action(async () => {
      const { name, log } = await openIdentity(folderOf(program.opts<{ data?: string }>().data), Date.now());
      print(witnessKey(name, log.publicKey));
    });
  try {
    await program.parseAsync([...arguments_]);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    complain(sentenceOf(error));
    return 1;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof WeakEnvironment)
    return `Not started: ${error.message} would weaken its connections. Take it away.`;
  if (error instanceof SetupError) return `Not started: ${error.message}.`;
  if (error instanceof Refused) {
    return error.value.code === 'not-found' ? 'There is no such clinic.' : `Refused: ${error.value.code}.`;
  }
  if (!(error instanceof Error)) return 'Something failed.';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'EEXIST') return 'That file is there already.';
  if (code === 'EADDRINUSE') return 'Not started: something else listens there.';
  return `${error.name}: ${error.message}`;
}
