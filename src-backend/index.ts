/** `npm run backend`: the server, and the operator's command line (docs/guides/backend.md). */
import { runCommandLine } from './cli/program.ts';

process.exitCode = await runCommandLine(process.argv);
