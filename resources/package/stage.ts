/** Lays out what the archive will hold, in a folder of its own: the packer takes that folder as it is. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contents, type Item, NotPacked, type Target } from './contents.ts';

export type About = {
  readonly name: string;
  readonly productName: string;
  readonly version: string;
  readonly licence: string;
};

export function readAbout(root: string): About & { readonly packed: Readonly<Record<string, unknown>> } {
  const file: Record<string, string> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { name = '', productName = '', version = '', description, license = '', author, type, main } = file;
  // no scripts, no dependencies: what is in the archive is all there is
  const packed = { name, productName, version, description, license, author, type, main };
  return { name, productName, version, licence: license, packed };
}

export type Staged = { readonly folder: string; readonly items: readonly Item[]; readonly standIns: readonly string[] };

/**
 * @param standIn files of native packages that are not installed here are replaced by a line of text
 * @throws NotPacked when something is missing
 */
export function stage(root: string, target: Target, to: string, standIn: boolean): Staged {
  const standIns: string[] = [];
  const missing: string[] = [];
  const items = contents(root, target, (pattern) => {
    const native = pattern.startsWith('node_modules/');
    if (native && standIn && !pattern.includes('{')) standIns.push(pattern);
    else if (native || !pattern.includes('*')) missing.push(pattern);
  });
  if (missing.length > 0) {
    throw new NotPacked(
      `missing: ${missing.join(', ')}. Build first; native packages of ${target.platform}-${target.arch} are installed by "npm ci" on such a machine.`,
    );
  }
  rmSync(to, { recursive: true, force: true });
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), text);
  };
  for (const { from, to: place } of items) cpSync(join(root, from), join(to, place), { recursive: true });
  for (const file of standIns) put(file, file.endsWith('.json') ? '{}\n' : 'stands in for a native module\n');
  put('package.json', `${JSON.stringify(readAbout(root).packed, null, 2)}\n`);
  return { folder: to, items, standIns };
}
