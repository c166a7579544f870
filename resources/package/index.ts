/**
 * `npm run package -- [--platform linux|win32|darwin] [--arch x64|arm64] [--targets deb,appimage | --dir] [--root FILE]
 * [--out DIR] [--stand-in] [--no-build] [--release]`
 *
 * Builds, packs, reads the result back. Ends with 1 if anything is not as it should be. `--release` refuses a package that
 * is not signed, not notarised or has no anchor.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { budgets } from './budget.ts';
import { check, headerHash, resourcesOf } from './check.ts';
import { NoLicence } from './components.ts';
import { kinds } from './config.ts';
import { NotPacked, parts, type Target, targets } from './contents.ts';
import { pack } from './pack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

function chosenTarget(platform: string, arch: string | undefined): Target {
  const found = targets.find((one) => one.platform === platform && (arch === undefined || one.arch === arch));
  if (found === undefined) {
    const known = targets.map((one) => `${one.platform}-${one.arch}`).join(', ');
    throw new NotPacked(`no package for ${platform}-${arch ?? 'any'}; there are ${known}`);
  }
  return found;
}

const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(2).padStart(8)} MB`;

async function run(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      platform: { type: 'string', default: process.platform },
      arch: { type: 'string' },
      targets: { type: 'string' },
      dir: { type: 'boolean', default: false },
      root: { type: 'string' },
      out: { type: 'string', default: 'dist' },
      'stand-in': { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      release: { type: 'boolean', default: false },
    },
  });
  const arch = values.arch ?? (values.platform === process.platform ? process.arch : undefined);
  const target = chosenTarget(values.platform, arch);
  const wanted = values.dir ? [] : (values.targets?.toLowerCase().split(',') ?? [...kinds[target.platform]]);
  const unknown = wanted.filter((kind) => !kinds[target.platform].includes(kind));
  if (unknown.length > 0) throw new NotPacked(`no ${unknown.join(', ')} for ${target.platform}`);
  if (wanted.includes('deb') && !(process.env['CAREKEEP_MAINTAINER'] && process.env['CAREKEEP_HOMEPAGE'])) {
    throw new NotPacked(
      'a Debian package needs CAREKEEP_MAINTAINER="Name <address>" and CAREKEEP_HOMEPAGE="https://…"',
    );
  }
  if (!values['no-build'] && !build()) throw new NotPacked('the build failed');
  const packed = await pack({
    root,
    target,
    out: resolve(values.out),
    kinds: wanted,
    anchor: values.root,
    standIn: values['stand-in'],
    environment: process.env,
  });
  const report = await check(target, packed.folder);
  for (const part of parts) console.log(`${part.padEnd(10)} ${mega(report.sizes[part])} of ${mega(budgets[part])}`);
  console.log(`${'installed'.padEnd(10)} ${mega(report.installed)}${values['stand-in'] ? ' without Electron' : ''}`);
  console.log(`${report.files.length} files in the archive, unpacked: ${report.unpacked.join(', ')}`);
  console.log(`fuses: ${report.fuses.join(', ')}`);
  console.log(`app.asar: ${headerHash(`${resourcesOf(target, packed.folder)}/app.asar`)}`);
  for (const file of packed.files) console.log(file);
  for (const warning of packed.warnings) console.warn(warning);
  for (const fault of report.faults) console.error(`WRONG: ${fault}`);
  if (values.release && packed.warnings.length > 0) console.error('WRONG: not fit for release, see above');
  return report.faults.length === 0 && !(values.release && packed.warnings.length > 0);
}

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOTFOUND' || code === 'ECONNREFUSED' || code === 'ETIMEDOUT') {
    console.error(
      `electron-builder fetches Electron and the tools that make installers, and cannot here (${code}): see docs/guides/packages.md. With --dir and --stand-in nothing is fetched.`,
    );
  } else if (error instanceof NotPacked || error instanceof NoLicence) console.error(error.message);
  else throw error;
  process.exitCode = 1;
}
