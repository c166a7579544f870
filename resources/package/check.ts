/** Reads a packed application back and says what is wrong with it: contents, what lies beside, fuses, sizes. */
import { createHash } from 'node:crypto';
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, getRawHeader, listPackage, statFile } from '@electron/asar';
import { billName, licencesName } from './bill.ts';
import { budgets, type Sizes } from './budget.ts';
import { executableOf } from './config.ts';
import { nativeBinaries, nativePackages, type Part, parts, type Target } from './contents.ts';
import { readFuses } from './fuses.ts';
import { anchorFault, holdsPrivateKey } from './secrets.ts';

export type Report = {
  /** Bytes: of each part, of the archive with what is unpacked, and of the whole folder. */
  readonly sizes: Sizes;
  readonly archive: number;
  readonly installed: number;
  readonly files: readonly string[];
  readonly unpacked: readonly string[];
  readonly fuses: readonly string[];
  readonly faults: readonly string[];
};

/** What must never be in a package, wherever it lies. */
const forbidden: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)tests?\//i, 'a test'],
  [/\.map$/, 'a source map'],
  [/\.[cm]?tsx?$/, 'a source'],
  [/(?:^|\/)src-[a-z]+\//, 'a source'],
  [/(?:^|\/)(?:host|fixtures|bench|faults|demo)\//, 'a part of the development host'],
  [/(?:^|\/)\.[^/]+$/, 'a hidden file'],
  [/\.(?:gyp|gypi|cpp|hpp|c|h|md)$/, 'what a build leaves behind'],
  [/\.(?:key|pem|p12|pfx|jks|provisionprofile)$/i, 'a key or what belongs to one'],
  [/(?:^|\/)default_app\.asar$/, "Electron's own demonstration"],
];
/** Larger files beside the archive are Electron's binaries. */
const textual = 4_000_000;
const packagePattern = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//;
/** Code that reads these was compiled for a test or for development. */
const developmentMarks = ['CAREKEEP_HOST_CORE', 'the Chromium host', 'test/host/register'];

function partOf(file: string): Part {
  if (file === 'out/main/validator.js') return 'validator';
  if (file.startsWith('out/main/')) return 'main';
  if (file.startsWith('out/preload/')) return 'preload';
  if (file.startsWith('out/renderer/')) return 'renderer';
  if (file.startsWith('node_modules/')) return 'native';
  return file.startsWith('resources/') ? 'documents' : 'lists';
}

export function resourcesOf({ platform }: Target, folder: string): string {
  return platform === 'darwin' ? join(folder, 'Carekeep.app/Contents/Resources') : join(folder, 'resources');
}

function filesUnder(folder: string, wanted = (entry: Dirent) => entry.isFile()): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(wanted)
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

function localesOf({ platform }: Target, folder: string): string[] {
  const [place, ending] =
    platform === 'darwin'
      ? [resourcesOf({ platform, arch: 'arm64' }, folder), '.lproj']
      : [join(folder, 'locales'), '.pak'];
  return readdirSync(place)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));
}

/** The hash that Electron compares the archive's list of files with; that list holds the hash of each file. */
export function headerHash(archive: string): string {
  return createHash('sha256').update(getRawHeader(archive).headerString).digest('hex');
}

/** @param folder the unpacked application */
export async function check(target: Target, folder: string): Promise<Report> {
  const faults: string[] = [];
  const resources = resourcesOf(target, folder);
  const archive = join(resources, 'app.asar');
  const files = listPackage(archive, { isPack: false })
    .map((file) => file.replaceAll('\\', '/').replace(/^\//, ''))
    .filter((file) => !('files' in statFile(archive, file, false)))
    .sort();
  const sizes: Record<Part, number> = {
    main: 0,
    validator: 0,
    preload: 0,
    renderer: 0,
    documents: 0,
    native: 0,
    lists: 0,
  };
  const listedUnpacked: string[] = [];
  for (const file of files) {
    const entry = statFile(archive, file, false);
    if ('link' in entry) faults.push(`${file} is a link`);
    if ('size' in entry) sizes[partOf(file)] += entry.size;
    if ('unpacked' in entry && entry.unpacked === true) listedUnpacked.push(file);
  }
  const unpacked = filesUnder(`${archive}.unpacked`);
  const allowed = nativeBinaries(target).sort();
  if (unpacked.join() !== allowed.join())
    faults.push(`unpacked are ${unpacked.join(', ')} instead of ${allowed.join(', ')}`);
  if (listedUnpacked.sort().join() !== unpacked.join()) faults.push('the archive and the folder beside it disagree');

  // On macOS Electron's own frameworks are made of links, and are Apple's to lay out.
  const beside = target.platform === 'darwin' ? resources : folder;
  const besides = filesUnder(beside);
  for (const file of [...files, ...besides]) {
    for (const [pattern, what] of forbidden) if (pattern.test(file)) faults.push(`${file} is ${what}`);
  }
  for (const file of filesUnder(beside, (entry) => !entry.isFile() && !entry.isDirectory())) {
    faults.push(`${file} is a link`);
  }
  const anchor = join(resources, 'update/root.json');
  const anchorWrong = existsSync(anchor) ? anchorFault(readFileSync(anchor)) : null;
  if (anchorWrong !== null) faults.push(`update/root.json ${anchorWrong}`);
  const secret = (file: string, bytes: Buffer): void => {
    if (holdsPrivateKey(bytes)) faults.push(`${file} holds a private key`);
  };
  for (const file of files) if (!unpacked.includes(file)) secret(file, extractFile(archive, file));
  for (const file of besides)
    if (lstatSync(join(beside, file)).size < textual) secret(file, readFileSync(join(beside, file)));
  const packages = new Set(nativePackages(target));
  for (const file of files) {
    const name = packagePattern.exec(file)?.[1];
    if (name !== undefined && !packages.has(name))
      faults.push(`${file} belongs to a package that is not used at run time`);
    if (!file.startsWith('out/') || !file.endsWith('js')) continue;
    const code = extractFile(archive, file).toString('utf8');
    for (const mark of developmentMarks) if (code.includes(mark)) faults.push(`${file} knows of "${mark}"`);
    if (/\/\/# sourceMappingURL=/.test(code)) faults.push(`${file} names a source map`);
  }
  for (const file of [
    'package.json',
    'LICENSE',
    'out/main/index.js',
    'out/main/core.js',
    'out/main/ctl.js',
    'out/main/validator.js',
    'out/preload/index.cjs',
    'out/renderer/index.html',
    'resources/pdf/Inter-Regular.ttf',
    'resources/verify/carekeep-verify.mjs',
  ]) {
    if (!files.includes(file)) faults.push(`${file} is missing`);
  }
  for (const name of [licencesName, billName])
    if (!existsSync(join(resources, name))) faults.push(`${name} is missing`);
  const about: Record<string, unknown> = JSON.parse(extractFile(archive, 'package.json').toString('utf8'));
  for (const field of ['scripts', 'dependencies', 'devDependencies', 'optionalDependencies', 'overrides']) {
    if (field in about) faults.push(`package.json has ${field}`);
  }

  const strangers = localesOf(target, folder).filter((name) => !/^(?:en|de|fr|es)(?:[-_]|$)/.test(name));
  if (strangers.length > 0) faults.push(`languages nobody chose: ${strangers.join(', ')}`);

  const fuses = await readFuses(executableOf(target, folder));
  for (const { name, on, wanted } of fuses)
    if (on === undefined || on !== wanted) faults.push(`the fuse ${name} is not set as wanted`);
  if (target.platform === 'darwin') {
    const info = readFileSync(join(folder, 'Carekeep.app/Contents/Info.plist'), 'utf8');
    if (!info.includes(headerHash(archive))) faults.push("the archive's hash is not in Info.plist");
    if (info.includes('NSAllowsArbitraryLoads')) faults.push('plain http is allowed');
  }
  if (target.platform === 'win32' && !readFileSync(executableOf(target, folder)).includes(headerHash(archive))) {
    faults.push("the archive's hash is not in the program");
  }

  for (const name of [licencesName, billName, 'update/root.json']) {
    if (existsSync(join(resources, name))) sizes.lists += lstatSync(join(resources, name)).size;
  }
  for (const part of parts) {
    if (sizes[part] > budgets[part]) faults.push(`${part}: ${sizes[part]} bytes, budget ${budgets[part]}`);
  }
  const installed = filesUnder(folder).reduce((sum, file) => sum + lstatSync(join(folder, file)).size, 0);
  return {
    sizes,
    archive:
      lstatSync(archive).size +
      unpacked.reduce((sum, file) => sum + lstatSync(join(`${archive}.unpacked`, file)).size, 0),
    installed,
    files,
    unpacked,
    fuses: fuses.map(({ name, on }) => `${name} ${on === undefined ? 'unknown' : on ? 'on' : 'off'}`),
    faults,
  };
}
