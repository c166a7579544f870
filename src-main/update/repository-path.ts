/** Paths inside a repository, as we ask for them and as a bundle may name them. */
const segment = /^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/;

/**
 * The parts of `metadata/<file>` or `targets/<…>/<file>`.
 * @returns undefined for anything else: nothing that climbs, nothing absolute, nothing that a system reads its own way
 */
export function repositoryPath(path: string): readonly string[] | undefined {
  const parts = path.split('/');
  const [first] = parts;
  if (first !== 'metadata' && first !== 'targets') return undefined;
  if (parts.length < 2 || parts.length > 5) return undefined;
  return parts.every((part) => segment.test(part)) ? parts : undefined;
}
