/** Which profile folder the application works on. Pure. */
import { resolve } from 'node:path';

/** The folder after `--profile` (or `--profile=`), made absolute; undefined when none is named. */
export function profileArgument(argv: readonly string[]): string | undefined {
  const flag = '--profile';
  const at = argv.findIndex((argument) => argument === flag || argument.startsWith(`${flag}=`));
  if (at === -1) return undefined;
  const argument = argv[at] ?? '';
  const folder = argument === flag ? argv[at + 1] : argument.slice(flag.length + 1);
  return folder === undefined || folder === '' || folder.startsWith('--') ? undefined : resolve(folder);
}
