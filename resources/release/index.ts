/** `npm run release -- <command>`: docs/guides/updates.md walks through it. */
import { ReleaseError } from './failure.ts';
import { releaseProgram } from './run.ts';
import { terminal } from './terminal.ts';

try {
  await releaseProgram(terminal).parseAsync();
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
