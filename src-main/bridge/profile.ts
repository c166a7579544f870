/** Which profile folder the application works on. Pure. */
import { pathArgument } from '../path-argument.ts';

/** The folder after `--profile`; undefined when none is named. */
export const profileArgument = (argv: readonly string[]): string | undefined => pathArgument('--profile', argv);
