/** The signers' command line, on whatever desk it is given. */
import { Command } from 'commander';
import { keyCommands } from './commands/key.ts';
import { packageCommands } from './commands/packages.ts';
import { publishingCommands } from './commands/publishing.ts';
import { signerCommands } from './commands/signers.ts';
import { signingCommands } from './commands/signing.ts';
import type { Desk } from './desk.ts';

export function releaseProgram(desk: Desk): Command {
  const program = new Command('release')
    .description('Makes, signs and publishes what workstations accept as updates (docs/guides/signing.md).')
    .showHelpAfterError('(--help says more)');
  keyCommands(program, desk);
  signerCommands(program, desk);
  packageCommands(program, desk);
  signingCommands(program, desk);
  publishingCommands(program, desk);
  return program;
}
