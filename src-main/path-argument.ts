/** A folder or file named on the command line. Pure. */
import { resolve } from 'node:path';

/** What stands after `--flag` (or `--flag=`), made absolute; undefined when nothing does. */
export function pathArgument(flag: `--${string}`, argv: readonly string[]): string | undefined {
  const at = argv.findIndex((argument) => argument === flag || argument.startsWith(`${flag}=`));
  if (at === -1) return undefined;
  const argument = argv[at] ?? '';
  const path = argument === flag ? argv[at + 1] : argument.slice(flag.length + 1);
  return path === undefined || path === '' || path.startsWith('--') ? undefined : resolve(path);
}
