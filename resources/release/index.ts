/** `npm run release -- <command>`: docs/guides/signing.md walks through it. */
import { ReleaseError } from './failure.ts';
import { releaseProgram } from './run.ts';
import { terminal } from './terminal.ts';

const disk: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. What was published is untouched.',
  EACCES: 'The system does not allow that:',
  EPERM: 'The system does not allow that:',
  EROFS: 'This disk can only be read:',
};

/** A sentence for what a person can mend; undefined for a fault of ours. */
function inWords(error: unknown): string | undefined {
  if (error instanceof ReleaseError) return error.message;
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined;
  const said = disk[error.code];
  const path = 'path' in error && typeof error.path === 'string' ? error.path : '';
  return said === undefined ? undefined : `${said} ${path}`.trimEnd();
}

try {
  await releaseProgram(terminal).parseAsync();
} catch (error) {
  const words = inWords(error);
  if (words === undefined) throw error;
  process.stderr.write(`${words}\n`);
  process.exitCode = 1;
}
