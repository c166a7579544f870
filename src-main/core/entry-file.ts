/** Where the entry of a child process or worker lies: beside the built core, or as the source that the build takes. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @param source the entry's source, relative to the caller; built, it has the same name in core's folder
 * @param base the caller's `import.meta.url`: its source, core.js, or a shared chunk one folder below
 */
export function entryFile(source: string, base: string): string {
  const built = basename(source, '.ts');
  const places = [`./${built}.js`, `../${built}.js`, source];
  const found = places.map((place) => fileURLToPath(new URL(place, base))).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${built} is not installed`);
  return found;
}
