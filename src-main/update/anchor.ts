/** The first root that updates are checked against: the policy's, else the package's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Anchor } from './seam.ts';

const largest = 512_000;

function fileBytes(path: string): Buffer | null {
  try {
    const bytes = readFileSync(path);
    return bytes.length <= largest ? bytes : null;
  } catch {
    return null;
  }
}

/**
 * @param policy `updateRoot`: a root.json's text, or the file it is in
 * @param resources the package's own; null when started from the sources
 * @returns null where nobody says whom to trust; a policy's that cannot be read is not replaced by the package's
 */
export function anchorOf(policy: string | undefined, resources: string | null): Anchor | null {
  if (policy !== undefined) {
    const bytes = policy.trimStart().startsWith('{') ? Buffer.from(policy) : fileBytes(policy);
    return bytes === null ? null : { bytes, from: 'policy' };
  }
  const bytes = resources === null ? null : fileBytes(join(resources, 'update', 'root.json'));
  return bytes === null ? null : { bytes, from: 'package' };
}
