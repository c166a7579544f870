/**
 * What the application's archive holds, file by file: nothing is packed that no line here names, and a file of the build
 * that no line names ends the packing.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';

export type Platform = 'linux' | 'win32' | 'darwin';
export type Arch = 'x64' | 'arm64';
export type Target = { readonly platform: Platform; readonly arch: Arch };

/** Only where every native module has a prebuilt binary: `argon2` has none for Intel Macs and Windows on ARM. */
export const targets: readonly Target[] = [
  { platform: 'linux', arch: 'x64' },
  { platform: 'linux', arch: 'arm64' },
  { platform: 'win32', arch: 'x64' },
  { platform: 'darwin', arch: 'arm64' },
];

/** Parts that have a budget of their own (budget.ts). */
export const parts = ['main', 'validator', 'preload', 'renderer', 'documents', 'native', 'lists'] as const;
export type Part = (typeof parts)[number];

/** `from` relative to the repository, `to` to the archive. */
export type Item = { readonly to: string; readonly part: Part; readonly from: string };

const built: readonly (readonly [pattern: string, part: Part])[] = [
  ['out/main/validator.js', 'validator'],
  ['out/main/*.js', 'main'],
  ['out/main/shared/*.js', 'main'],
  ['out/preload/index.cjs', 'preload'],
  ['out/renderer/index.html', 'renderer'],
  ['out/renderer/assets/*.{js,css,woff2,svg,png}', 'renderer'],
];

const resources: readonly (readonly [pattern: string, part: Part])[] = [
  ['resources/pdf/*.ttf', 'documents'],
  ['resources/pdf/LICENSE-*.txt', 'documents'],
  ['resources/verify/carekeep-verify.mjs', 'documents'],
  ['LICENSE', 'lists'],
];

const keyringSuffix: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64-gnu',
  'linux-arm64': 'linux-arm64-gnu',
  'win32-x64': 'win32-x64-msvc',
  'darwin-arm64': 'darwin-arm64',
};

/** Name of the package with the keyring's binary for a system. */
export function keyringPackage({ platform, arch }: Target): string {
  return `@napi-rs/keyring-${keyringSuffix[`${platform}-${arch}`] ?? `${platform}-${arch}`}`;
}

/** The packages that stay packages, because they hold or load a native binary. */
export function nativePackages(target: Target): readonly string[] {
  return [
    '@napi-rs/keyring',
    keyringPackage(target),
    '@phc/format',
    'argon2',
    'better-sqlite3-multiple-ciphers',
    'node-gyp-build',
  ];
}

function nativePatterns(target: Target): string[] {
  const { platform, arch } = target;
  const system = `${platform}-${arch}`;
  const keyring = keyringPackage(target);
  return [
    '@napi-rs/keyring/{package.json,index.js,LICENSE}',
    `${keyring}/package.json`,
    `${keyring}/keyring.${keyring.slice('@napi-rs/keyring-'.length)}.node`,
    '@phc/format/{package.json,index.js,license}',
    'argon2/{package.json,argon2.cjs,LICENSE}',
    `argon2/prebuilds/${system}/argon2.${arch === 'arm64' ? 'armv8.' : ''}glibc.node`,
    'better-sqlite3-multiple-ciphers/{package.json,LICENSE}',
    'better-sqlite3-multiple-ciphers/lib/{index,binding,database,sqlite-error,util}.js',
    'better-sqlite3-multiple-ciphers/lib/methods/*.js',
    `better-sqlite3-multiple-ciphers/prebuilds/${system}.node`,
    'node-gyp-build/{package.json,index.js,node-gyp-build.js,LICENSE}',
  ].map((pattern) => `node_modules/${pattern}`);
}

/** The native binaries of a target: what lies beside the archive instead of in it. */
export function nativeBinaries(target: Target): string[] {
  return nativePatterns(target).filter((pattern) => pattern.endsWith('.node'));
}

export class NotPacked extends Error {}

/**
 * @param absent what to do about a file that must be there and is not
 * @throws NotPacked for a built file that no line names
 */
export function contents(root: string, target: Target, absent: (pattern: string) => void): Item[] {
  const items = new Map<string, Item>();
  const take = (pattern: string, part: Part): void => {
    const found = globSync(pattern, { cwd: root }).map((file) => file.replaceAll('\\', '/'));
    if (found.length === 0) absent(pattern);
    for (const file of found) if (!items.has(file)) items.set(file, { from: file, to: file, part });
  };
  for (const [pattern, part] of [...built, ...resources]) take(pattern, part);
  for (const pattern of nativePatterns(target)) take(pattern, 'native');
  const strays = globSync('out/**/*', { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length).replaceAll('\\', '/'))
    .filter((file) => !items.has(file));
  if (strays.length > 0) throw new NotPacked(`the build made files that are in no list: ${strays.sort().join(', ')}`);
  return [...items.values()].sort((a, b) => (a.to < b.to ? -1 : 1));
}
